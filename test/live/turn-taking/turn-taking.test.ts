import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../../../src/lifetime/clock.ts';
import { startOffline } from '../../../src/offline/offline.ts';
import { OpenAiStt } from '../../../src/providers/stt/openai.ts';
import { SileroVad } from '../../../src/providers/vad/silero.ts';
import { silentLog } from '../../../src/telemetry/log.ts';
import { chinese } from './chinese.ts';
import { english } from './english.ts';
import { heldOut } from './held-out.ts';
import { KnowingStt } from './knowing-stt.ts';
import { measure, type Measures } from './measures.ts';
import { heldStt, perform, type Players } from './performance.ts';
import { RememberingVad } from './remembering-vad.ts';
import { report, withReport, type Runs } from './report.ts';
import { Studio, type Scene } from './studio.ts';
import type { Style } from './transcript.ts';
import { judge, type Verdict } from './verdict.ts';
import { WatchedVoice } from './watched-voice.ts';
import { cacheDir, root } from '../support/places.ts';

/** `npm run turn-taking` sets it: the page to write the table into. */
const pagePath = process.env['PARLEY_TURN_TAKING_PAGE'];
const recogniserMs = 100;
/** As far away servers have it, and busy ones. */
const slowRecognisersMs = [500, 1_000];
/** What only the page needs in full. */
const sampleEvery = pagePath === undefined ? 4 : 1;
/** The embedded recogniser takes seconds for a scene; the whole set is played to it for the page alone. */
const embeddedEvery = pagePath === undefined ? 10 : 1;
const embeddedTimeoutMs = 20 * 60_000;
/** A set takes a minute by itself; a busy machine may take many. */
const setTimeoutMs = 15 * 60_000;

let vad: RememberingVad;
let scenes: Scene[] = [];
let unseen: Scene[] = [];
const runs: Runs = { set: [], heldOut: [], slow: [], voice: [], embedded: [] };

beforeAll(async () => {
  vad = new RememberingVad(await SileroVad.open());
  const studio = await Studio.open();
  scenes = await studio.recordAll([...english, ...chinese]);
  unseen = await studio.recordAll(heldOut);
}, setTimeoutMs);

afterAll(async () => {
  await vad.close();
  const text = report(runs);
  console.log(`\n${text}\n`);
  if (pagePath === undefined) return;
  const date = new Date().toISOString().slice(0, 10);
  const page = await readFile(pagePath, 'utf8');
  await writeFile(pagePath, withReport(page, `Measured ${date}.\n\n${text}`));
});

async function play(
  which: readonly Scene[],
  players: Omit<Players, 'vad'>,
  answersMs = recogniserMs,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const scene of which)
    verdicts.push(judge(await perform(scene, { vad, ...players }), answersMs));
  return verdicts;
}

const knowing = (style: Style, answersMs = recogniserMs): Omit<Players, 'vad'> => ({
  sttFor: (scene, { clock }) => new KnowingStt(clock, scene, style, answersMs),
});

/** Some of the scenes, of every kind. */
const some = (all: readonly Scene[]) => all.filter((_, index) => index % sampleEvery === 0);

/** What holds whatever the recogniser takes. */
function expectBars(all: Measures): void {
  expect(all.cutOff / all.turns).toBeLessThanOrEqual(0.05);
  expect(all.missed / all.interruptions).toBeLessThanOrEqual(0.02);
  expect(all.resumed / all.falseInterruptions).toBeGreaterThanOrEqual(0.95);
  expect(all.lost).toBe(0);
  expect(all.answeredNothing).toBe(0);
  expect(all.toldForNothing).toBe(0);
  expectNothingTwiceOrAfterACut(all);
}

/** What no recogniser excuses. */
function expectNothingTwiceOrAfterACut({ answeredTwice, playedAfterCutMs }: Measures): void {
  expect(answeredTwice).toBe(0);
  expect(playedAfterCutMs).toBe(0);
}

describe('turn-taking', { timeout: setTimeoutMs }, () => {
  it('is tried on at least 120 labelled utterances in two languages', () => {
    expect(scenes.length).toBeGreaterThanOrEqual(120);
    expect(new Set(scenes.map(({ script }) => script.language)).size).toBe(2);
  });

  it.each([
    { style: 'bare', recogniser: 'words alone' },
    { style: 'tidy', recogniser: 'words with digits, capitals and full stops' },
  ] as const)(
    'waits until the user is done, stops for those who want the floor and for nobody else ($recogniser)',
    async ({ style, recogniser }) => {
      const verdicts = await play(scenes, knowing(style));
      runs.set.push({ recogniser, verdicts });
      const all = measure(verdicts);
      expectBars(all);
      expect(all.extraWaitMs?.p50).toBeLessThanOrEqual(450);
      expect(all.falseInterruptions).toBeGreaterThan(20);
      const unfinished = verdicts.filter(
        ({ performance: { scene } }) => scene.script.category === 'pauses after unfinished words',
      );
      expect(measure(unfinished).cutOff).toBe(0);
    },
  );

  it('holds its bars nearly as well for utterances that no rule was made for', async () => {
    const verdicts: Verdict[] = [];
    for (const style of ['bare', 'tidy'] as const)
      verdicts.push(...(await play(unseen, knowing(style))));
    runs.heldOut.push({ recogniser: 'held out, both ways', verdicts });
    const all = measure(verdicts);
    expect(all.cutOff / all.turns).toBeLessThanOrEqual(0.2);
    expect(all.missed).toBe(0);
    expect(all.resumed).toBe(all.falseInterruptions);
    expect(all.lost).toBe(0);
    expectNothingTwiceOrAfterACut(all);
  });

  it.each(slowRecognisersMs)(
    'holds its bars with a recogniser that takes %i ms to answer',
    async (answersMs) => {
      const verdicts = await play(some(scenes), knowing('bare', answersMs), answersMs);
      runs.slow.push({ recogniser: `a recogniser that takes ${answersMs} ms`, verdicts });
      expectBars(measure(verdicts));
    },
  );

  it('holds its bars with the voice that speaks in rooms', async () => {
    const over = scenes.filter(({ script: { expected } }) =>
      ['goOn', 'interrupt'].includes(expected),
    );
    const players = { ...knowing('tidy'), voiceFor: (clock: Clock) => WatchedVoice.real(clock) };
    const verdicts = await play(some(over), players);
    runs.voice.push({ recogniser: 'over the voice of rooms', verdicts });
    expectBars(measure(verdicts));
  });

  it(
    'neither speaks twice nor after a cut when the recogniser mishears',
    { timeout: embeddedTimeoutMs },
    async () => {
      const offline = await startOffline({ root, cacheDir, clock: systemClock, log: silentLog });
      try {
        const stt = new OpenAiStt(
          { baseUrl: offline.baseUrl, model: 'any' },
          { clock: systemClock },
        );
        const verdicts = await play(
          scenes.filter(
            ({ script }, index) => script.language === 'en' && index % embeddedEvery === 0,
          ),
          { sttFor: (_, time) => heldStt(stt, time, recogniserMs) },
        );
        runs.embedded.push({ recogniser: 'the embedded recogniser, English', verdicts });
        expectNothingTwiceOrAfterACut(measure(verdicts));
      } finally {
        await offline.close();
      }
    },
  );
});
