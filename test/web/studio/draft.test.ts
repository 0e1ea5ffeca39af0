import { afterEach, describe, expect, it, vi } from 'vitest';
import { ServerFailed } from '../../../web/src/failure.ts';
import { ServerLine } from '../../../web/src/server-line.ts';
import { Draft } from '../../../web/src/studio/draft.ts';
import { Workshop } from '../../../web/src/studio/workshop.ts';
import { answersOf, maren } from './answers.ts';

const draft = () => new Draft(new Workshop(new ServerLine(() => undefined)));

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('Draft', () => {
  it('begins a new character with the first voice and model that there are', async () => {
    const fresh = draft();
    const asked = answersOf({ status: 201, body: { charID: 'new' } }, { body: maren });
    fresh.choices = {
      voices: [{ value: 'nova', label: 'Nova' }],
      languages: [],
      models: [{ value: 'gpt', label: 'GPT' }],
    };
    expect(fresh.before).toMatchObject({ voice: 'nova', model: 'gpt' });
    expect(fresh.isChanged(fresh.before)).toBe(false);
    expect(await fresh.keep({ ...fresh.before, name: 'Ann ' })).toEqual({ kind: 'kept' });
    expect(asked[0]).toEqual({
      path: '/character/create',
      body: { charName: 'Ann', voiceType: 'nova', backstory: '', model_group_name: 'gpt' },
    });
    expect(fresh.id).toBe('id-of-maren');
  });

  it('changes only what differs, on the version that was read', async () => {
    const asked = answersOf({ body: maren }, { body: { STATUS: 'SUCCESS' } }, { body: maren });
    const known = draft();
    await known.read('id-of-maren');
    await known.keep({ ...known.before, voice: 'echo' });
    expect(asked[1]).toEqual({
      path: '/character/update',
      body: { charID: 'id-of-maren', version: 3, voiceType: 'echo' },
    });
  });

  it('tells what each has changed when somebody else was first, and stores nothing', async () => {
    const theirs = { ...maren, version: 4, greeting: 'Theirs.' };
    const asked = answersOf(
      { body: maren },
      { status: 412, body: { ERROR: 'changed' } },
      { body: theirs },
      { body: { STATUS: 'SUCCESS' } },
      { body: { ...theirs, version: 5 } },
    );
    const known = draft();
    await known.read('id-of-maren');
    const mine = { ...known.before, voice: 'echo' };
    expect(await known.keep(mine)).toEqual({
      kind: 'conflict',
      theirs: ['greeting'],
      mine: ['voice'],
    });
    const merged = known.goOnFromTheirs(mine);
    expect(merged).toMatchObject({ greeting: 'Theirs.', voice: 'echo' });
    expect(known.before.voice).toBe('nova');
    expect(await known.keep(merged)).toEqual({ kind: 'kept' });
    expect(asked[3]?.body).toEqual({ charID: 'id-of-maren', version: 4, voiceType: 'echo' });
  });

  it('passes on any other refusal', async () => {
    answersOf(
      { body: maren },
      { status: 400, body: { ERROR: 'no', REASON: 'greeting: too long' } },
    );
    const known = draft();
    await known.read('id-of-maren');
    await expect(known.keep({ ...known.before, greeting: 'x' })).rejects.toThrow(ServerFailed);
  });
});
