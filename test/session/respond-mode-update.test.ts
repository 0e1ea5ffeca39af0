import { describe, expect, it } from 'vitest';
import { ServerResponse } from '../../src/protocol/server-messages.ts';
import { CommandedSession } from '../fakes/commanded-session.ts';

const update = (modality: string, mode: string) => ({
  type: 'respond-mode-update',
  id: 'm1',
  data: { modality, mode },
});
const spoken = ({ calls }: CommandedSession) => calls.filter((call) => call.startsWith('react'));

describe('how an input affects the speech of a character', () => {
  it('is changed for the rest of the session', () => {
    const session = new CommandedSession({ respond_modes: { trigger: 'silent' } });
    const trigger = { type: 'trigger-message', data: { trigger_message: 'The bell rings.' } };
    session.send(trigger);
    expect(spoken(session)).toEqual([]);
    session.send(update('trigger', 'must_respond'));
    session.send(trigger);
    expect(spoken(session)).toHaveLength(1);
    session.send(update('scene_metadata', 'auto'));
    session.send({ type: 'update-scene-metadata', data: { scene_metadata: [{ name: 'door' }] } });
    expect(spoken(session)).toHaveLength(2);
    session.send(update('context_update', 'silent'));
    session.send({ type: 'context-update', data: { text: 'It rains.' } });
    expect(spoken(session)).toHaveLength(2);
  });

  it('is known to the process that takes the session over', () => {
    const session = new CommandedSession();
    session.send(update('vision', 'auto'));
    const next = new CommandedSession({}, session.kept.at(-1) ?? null);
    expect(next.context.respondModes).toEqual({
      ...{ vision: 'auto', context_update: 'auto' },
      ...{ trigger: 'must_respond', scene_metadata: 'silent' },
    });
  });

  it.each(['text', 'voice', 'dance\n'])('cannot be changed for %j', (modality) => {
    const session = new CommandedSession();
    const answer = session.send(update(modality, 'silent'));
    expect(ServerResponse.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({
      status: 'error',
      message:
        'Failed to process respond-mode-update: modality: must be one of ' +
        'vision, context_update, trigger, scene_metadata',
      extras: { modality: modality.trim(), mode: 'silent', update_id: 'm1' },
    });
    expect(session.kept).toEqual([]);
  });
});
