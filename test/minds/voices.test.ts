import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeWav } from '../../src/audio/wav.ts';
import { AnswerNotFound, NothingToSpeak, TooManyVoices } from '../../src/minds/speech-refusals.ts';
import { Voices, type Said } from '../../src/minds/voices.ts';
import { openProviders } from '../../src/providers/open-providers.ts';
import { SoundStore } from '../../src/sounds/sound-store.ts';
import type { WholeSound } from '../../src/sounds/whole-sound.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { aCharacter } from '../fakes/a-character.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';

const bytesOf = async (sound: WholeSound) => buffer(sound.read({ start: 0, end: sound.bytes - 1 }));

/** On a clock that stands still: no timeout of a provider ends anything here. */
describe('the voices of answers', () => {
  let provider: ScriptedProvider;
  let folder: string;
  /** Turns that were deleted. */
  let gone: Set<string>;
  beforeEach(async () => {
    provider = await ScriptedProvider.open();
    folder = await mkdtemp(join(tmpdir(), 'parley-voices-'));
    gone = new Set();
  });
  afterEach(async () => {
    await provider.close();
    await rm(folder, { recursive: true, force: true });
  });

  const open = (store = new SoundStore(folder, 10_000_000)) => {
    const clock = new FakeClock();
    const stage = { baseUrl: provider.baseUrl, model: 'scripted' };
    const providers = openProviders({ llm: stage, stt: stage, tts: stage }, { clock });
    const messages = {
      there: (ids: readonly string[]) =>
        Promise.resolve(new Set(ids.filter((id) => !gone.has(id)))),
    };
    return new Voices({ providers, store, messages, clock, log: silentLog });
  };
  const saying = (text = 'Good evening.'): Said => ({
    ...{ workspaceId: 'w', turnId: randomUUID(), text },
    character: aCharacter({ voice: 'alloy' }),
  });
  const never = new AbortController().signal;
  const counts = () => provider.tts.counts;

  it('end the call to the synthesiser as soon as the last listener leaves, before any sound', async () => {
    provider.tts.always({ kind: 'hang' });
    const voices = open();
    const said = saying();
    const [first, second] = [new AbortController(), new AbortController()];
    const streaming = voices.stream(said, first.signal).next();
    const waiting = voices.whole(said, second.signal);
    await provider.tts.until(({ requests }) => requests === 1);
    first.abort(new Error('left'));
    await expect(streaming).rejects.toThrow('left');
    expect(counts().aborted).toBe(0);
    second.abort(new Error('left too'));
    await expect(waiting).rejects.toThrow('left too');
    await provider.tts.until(({ aborted }) => aborted === 1);
  });

  it('end it when the listener leaves in the middle, whether they read on or not', async () => {
    provider.tts.always({ kind: 'stall', afterPieces: 1 });
    const voices = open();
    for (const readsOn of [true, false]) {
      const leaving = new AbortController();
      const stream = voices.stream(saying(), leaving.signal);
      await stream.next();
      await stream.next();
      const before = counts().aborted;
      const reading = readsOn ? stream.next().catch(() => undefined) : undefined;
      leaving.abort(new Error('left'));
      await reading;
      await provider.tts.until(({ aborted }) => aborted > before);
    }
  });

  it('are made four at once for a workspace, and those whose listeners left do not count', async () => {
    provider.tts.always({ kind: 'hang' });
    const voices = open();
    const leaving = new AbortController();
    const hanging = Array.from({ length: 4 }, () => voices.stream(saying(), leaving.signal).next());
    await expect(voices.stream(saying(), never).next()).rejects.toThrow(TooManyVoices);
    leaving.abort(new Error('left'));
    await Promise.allSettled(hanging);
    provider.tts.always({ kind: 'ok' });
    const whole = await voices.whole(saying(), never);
    expect(whole.bytes).toBeGreaterThan(44);
    await whole.close();
  });

  it('begin anew for who comes after the last has left', async () => {
    provider.tts.next({ kind: 'hang' });
    const voices = open();
    const said = saying();
    const leaving = new AbortController();
    const first = voices.stream(said, leaving.signal).next();
    await provider.tts.until(({ requests }) => requests === 1);
    leaving.abort(new Error('left'));
    await expect(first).rejects.toThrow('left');
    await (await voices.whole(said, never)).close();
    expect(await voices.find(said).then((kept) => kept?.close().then(() => true))).toBe(true);
  });

  it('are heard in whole and in part though they cannot be kept', async () => {
    const file = join(folder, 'no folder');
    await writeFile(file, '');
    const voices = open(new SoundStore(file, 10_000_000));
    const said = saying();
    expect(await voices.find(said)).toBeUndefined();
    const sound = await voices.whole(said, never);
    const bytes = await bytesOf(sound);
    expect(bytes.byteLength).toBe(sound.bytes);
    expect(decodeWav(bytes).samples.length).toBe((sound.bytes - 44) / 2);
    expect(await buffer(sound.read({ start: 10, end: 19 }))).toEqual(bytes.subarray(10, 20));
    const again = await voices.whole(said, never);
    expect(again.tag).not.toBe(sound.tag);
  });

  it('are refused for good where there are no words to speak', async () => {
    for (const text of ['🌙✨', '……', ':smile:', '👍🏽!'])
      await expect(open().whole(saying(text), never)).rejects.toMatchObject({
        status: 422,
        code: 'nothing_to_speak',
        retryAfterSeconds: undefined,
      });
    await expect(open().stream(saying('🌙'), never).next()).rejects.toThrow(NothingToSpeak);
    expect(counts().requests).toBe(0);
  });

  it('go with what was deleted: kept ones, and those that are being made', async () => {
    const voices = open();
    const [kept, stays, running] = [saying(), saying(), saying()];
    for (const said of [kept, stays]) await (await voices.whole(said, never)).close();
    provider.tts.always({ kind: 'stall', afterPieces: 1 });
    const stream = voices.stream(running, never);
    await stream.next();
    for (const { turnId } of [kept, running]) gone.add(turnId);
    await voices.tidy();
    expect(await voices.find(kept)).toBeUndefined();
    expect(await voices.find(running)).toBeUndefined();
    const stayed = await voices.find(stays);
    expect(stayed).toBeDefined();
    await stayed?.close();
    const rest = async () => {
      while (!(await stream.next()).done);
    };
    await expect(rest()).rejects.toThrow(AnswerNotFound);
    await provider.tts.until(({ aborted }) => aborted === 1);
  });

  it('are not kept when they are asked for just as they are deleted', async () => {
    const voices = open();
    const said = saying();
    gone.add(said.turnId);
    await (await voices.whole(said, never)).close();
    expect(await voices.find(said)).toBeUndefined();
  });
});
