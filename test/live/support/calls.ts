import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { Caller, kindOf, type CallerOptions, type Received } from '../../../bench/caller.ts';
import { seeds } from '../../../src/characters/seeds.ts';
import { speakingRateHz } from '../../../src/frames/pcm.ts';
import { hum } from '../../fakes/scripted-tts.ts';
import type { ScriptedProvider } from '../../fakes/scripted-provider.ts';
import type { Parley } from './server.ts';

export type CallOptions = Pick<CallerOptions, 'microphone'> & {
  body?: Record<string, unknown>;
  apiKey?: string;
  /** Whether to hear the greeting of a new conversation out first. */
  greeting?: boolean;
};

/** The clients of one test file; those that are still there after a test leave. */
export class Calls {
  readonly #open: Caller[] = [];

  constructor(private readonly parley: () => Parley) {}

  /** A client in its room, after bot-ready. */
  async open({ body, apiKey, microphone, greeting = true }: CallOptions = {}): Promise<Caller> {
    const parley = this.parley();
    const characters = await parley.characters(apiKey);
    const caller = await Caller.connect({
      url: parley.url,
      apiKey: apiKey ?? parley.apiKey,
      body: { character_id: characters[0]?.id, ...body },
      ...(microphone !== undefined && { microphone }),
    });
    this.#open.push(caller);
    await caller.message('bot-ready');
    if (greeting) await caller.message('bot-turn-completed');
    return caller;
  }

  /** What each of those that are still there has received, in order. */
  get logs(): unknown[][] {
    return this.#open.map(({ received }) => received.map(({ message }) => message));
  }

  async leaveAll(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((caller) => caller.leave()));
  }
}

/**
 * A quarter of the usual, unless it is said how quickly: tests hear many answers out. The greetings of the seeded
 * characters, which nearly every test hears first and none is about, go by in less than half a second.
 */
export function speakQuickly(provider: ScriptedProvider, msPerChar?: number): void {
  provider.sound = ({ input }) => ({
    samples: hum((msPerChar ?? (isGreeting(input) ? 4 : 15)) * input.length),
    sampleRateHz: speakingRateHz,
    container: 'pcm',
  });
}

/** Whether this is a seeded character's greeting, or a clause of it. */
const isGreeting = (text: string) => seeds.some(({ greeting }) => greeting.includes(text.trim()));

/** What has come since: messages from there on. */
export function since(caller: Caller): { fromIndex: number } {
  return { fromIndex: caller.received.length };
}

/** Types a text and waits for its whole answer. @returns all messages of the turn */
export async function exchange(caller: Caller, text: string): Promise<Received[]> {
  const { fromIndex } = since(caller);
  await caller.send({ type: 'user_text_message', data: { text } });
  // What was under way, a greeting as well, may only now begin, and is cut by this and reported before it.
  const isAsked = ({ message }: Received) =>
    kindOf(message) === 'final-user-transcription' && textOf(message) === text.trim();
  const asked = await indexFrom(caller, fromIndex, isAsked, `the words "${text}"`);
  const isEnd = ({ message }: Received) => kindOf(message) === 'bot-turn-completed';
  const end = await indexFrom(caller, asked, isEnd, `the end of the answer to "${text}"`);
  const earlier = caller.received.findLastIndex((one, at) => at < asked && isEnd(one));
  return caller.received.slice(Math.max(fromIndex, earlier + 1), end + 1);
}

/** The server lets 50 messages a second through: in this time there is room again for some. */
const roomAgainMs = 200;

/** After a flood: what comes too fast is refused, in the end without a word, until there is room for it again. */
export async function untilHeardAgain(caller: Caller): Promise<void> {
  const { fromIndex } = since(caller);
  const isHeard = async () => {
    const answers = caller.received.slice(fromIndex);
    const heard = answers.some(({ message }) => message['event_type'] === 'reset-idle-timer');
    if (!heard) await caller.send({ type: 'reset-idle-timer' });
    return heard;
  };
  await expect.poll(isHeard, { timeout: 60_000, interval: 100 }).toBe(true);
  await pause(roomAgainMs);
}

/** Where the first such message from there on is, waiting for it if need be. */
async function indexFrom(
  caller: Caller,
  fromIndex: number,
  isWanted: (received: Received) => boolean,
  what: string,
): Promise<number> {
  return caller.until(() => {
    const found = caller.received.findIndex((one, at) => at >= fromIndex && isWanted(one));
    return found < 0 ? undefined : found;
  }, what);
}

/** The answer's text as it streamed. */
export function answerText(messages: Received[]): string {
  return messages
    .filter(({ message }) => message['type'] === 'bot-llm-text')
    .map(({ message }) => textOf(message))
    .join('');
}

/** The `data` of a message; that of the inner one is the same. */
export function dataOf(message: Record<string, unknown>): Record<string, unknown> {
  const data = message['data'];
  return typeof data === 'object' && data !== null ? { ...data } : {};
}

export function textOf(message: Record<string, unknown>): string {
  return String(dataOf(message)['text']);
}

export function kindsOf(messages: Received[]): string[] {
  return messages.map(({ message }) => kindOf(message));
}

/** The samples of all `audio-data` among these messages, in order. */
export function soundOf(messages: Received[], headerBytes = 0): Int16Array {
  const chunks = messages
    .filter(({ message }) => kindOf(message) === 'audio-data')
    .map(({ message }) => chunkOf(message).subarray(headerBytes));
  const bytes = Buffer.concat(chunks);
  return Int16Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i));
}

/** The bytes of one `audio-data` message. */
export function chunkOf(message: Record<string, unknown>): Buffer {
  return Buffer.from(String(dataOf(message)['audio']), 'base64');
}
