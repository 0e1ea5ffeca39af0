import { describe, expect, it } from 'vitest';
import { SessionSettings } from '../../../src/protocol/connect.ts';
import { aTurn, type Storage } from './storage.ts';

/** What clients send may be any text that JavaScript can hold; databases are choosier. */
export function textContract(storage: () => Storage): void {
  describe('text', () => {
    it('loses only what a database cannot keep', async () => {
      const session = await storage().session();
      const turn = aTurn({ userText: 'a\0b\ud800c\\u0000d', assistantText: '\udfff🌍\u2028"' });
      await storage().turns.append(session.id, turn);
      expect(await storage().turns.history(session, 1)).toEqual([
        { ...turn, userText: 'ab\ufffdc\\u0000d', assistantText: '\ufffd🌍\u2028"' },
      ]);
    });

    it('is kept the same way deep inside of settings, keys too', async () => {
      const keys = { 'a\0b': '\\\0\\u0000\ud83d', quote: '"\\"' };
      const session = await storage().session({
        settings: SessionSettings.parse({ narrative_template_keys: keys }),
      });
      expect((await storage().sessions.get(session.id))?.settings.narrative_template_keys).toEqual({
        ab: '\\\\u0000\ufffd',
        quote: '"\\"',
      });
    });
  });
}
