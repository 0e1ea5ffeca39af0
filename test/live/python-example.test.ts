import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rmsDbfs } from '../../src/audio/level.ts';
import { decodeWav, encodeWav } from '../../src/audio/wav.ts';
import { speakingRateHz } from '../../src/frames/pcm.ts';
import { concatenated, silence, spoken } from '../fakes/espeak.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { hum } from '../fakes/scripted-tts.ts';
import { speakQuickly } from './support/calls.ts';
import { cacheDir } from './support/places.ts';
import { Parley } from './support/server.ts';

/** `npm test` makes it before. */
const python = process.env['PARLEY_TEST_PYTHON'] ?? join(cacheDir, 'python-example/bin/python');
const program = resolve('examples/python-data-audio/talk.py');
/** Each is made by the voice on its own. */
const clauses = ['Down the hill.', 'You cannot miss it.'];
const answer = clauses.join(' ');

describe('examples/python-data-audio', () => {
  let provider: ScriptedProvider;
  let parley: Parley;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-python-'));
    provider = await ScriptedProvider.open();
    provider.reply = () => answer;
    provider.transcript = () => 'Where is the harbour?';
    speakQuickly(provider, 30);
    parley = await Parley.start({ provider });
  });

  afterAll(async () => {
    await parley.close();
    await provider.close();
    await rm(folder, { recursive: true, force: true });
  });

  function talk(args: string[], key = parley.apiKey) {
    return promisify(execFile)(python, [program, ...args, '--timeout', '150'], {
      env: { PARLEY_URL: parley.url, PARLEY_API_KEY: key, PYTHONDONTWRITEBYTECODE: '1' },
      timeout: 240_000,
    });
  }

  /** The tone of the answer, and what there is at most beside it: pauses between clauses. */
  function expectTone(wav: Uint8Array): void {
    const { samples, sampleRateHz } = decodeWav(wav);
    expect(sampleRateHz).toBe(speakingRateHz);
    const wanted = clauses.reduce((sum, text) => sum + hum(30 * text.length).length, 0);
    expect(samples.length).toBeGreaterThanOrEqual(wanted);
    expect(rmsDbfs(samples)).toBeGreaterThan(rmsDbfs(hum(1_000)) - 3);
    // A header that was taken for sound, or a byte lost, would be a click in the tone.
    expect(Math.max(...samples)).toBeLessThanOrEqual(Math.max(...hum(1_000)));
  }

  it('writes the answer to what is typed to a WAV file, of chunks that have headers', async () => {
    const file = join(folder, 'typed.wav');
    const args = ['--text', 'Where is the harbour?', '--wav-header', '--chunk-ms', '250'];
    const { stdout } = await talk([...args, file]);
    expect(stdout).toContain(`you: Where is the harbour?\ncharacter: ${answer}\n${file}: `);
    expectTone(await readFile(file));
    await parley.untilGauge('sessions_live', 0);
  });

  it('is heard when it speaks, and takes chunks without headers as well', async () => {
    const question = join(folder, 'question.wav');
    const words = await spoken('Where is the harbour?', 22_050);
    // Time for the server to open the microphone.
    await writeFile(question, encodeWav(concatenated(silence(3_000, 22_050), words), 22_050));
    const file = join(folder, 'spoken.wav');
    const { stdout } = await talk(['--wav', question, '--chunk-ms', '1000', file]);
    expect(stdout).toContain(`you: Where is the harbour?\ncharacter: ${answer}\n`);
    expectTone(await readFile(file));
  });

  it('says why it was refused', async () => {
    const refused = talk(['--text', 'Hello.', join(folder, 'none.wav')], 'a-wrong-key');
    await expect(refused).rejects.toMatchObject({
      code: 1,
      stderr: '401: Invalid API key provided.\n',
    });
  });
});
