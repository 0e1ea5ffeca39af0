import { isObject, textAt, type JsonObject } from './json.ts';
import { readMessage } from './message.ts';

/** One message as it went over the wire, in either direction. */
export type WireLine = {
  id: number;
  atMs: number;
  direction: 'in' | 'out';
  /** What it is about: the inner type of a wrapped one. */
  type: string;
  form: 'top' | 'wrapped' | 'flat' | 'unreadable';
  /** Sound and the face are left out: a minute of them would be megabytes. */
  content: unknown;
};

export type WireLog = { lines: readonly WireLine[]; nextId: number; forgotten: number };

export const emptyWireLog: WireLog = { lines: [], nextId: 1, forgotten: 0 };

/** A minute of a busy `data_only` session; enough to look back over a few turns. */
const mostLines = 600;

export function logged(
  log: WireLog,
  direction: WireLine['direction'],
  content: unknown,
  atMs: number,
): WireLog {
  const message = readMessage(content);
  const line: WireLine = {
    id: log.nextId,
    atMs,
    direction,
    type: message?.type ?? 'unreadable',
    form: message?.form ?? 'unreadable',
    content: content === undefined ? 'not JSON' : withoutSound(content),
  };
  const lines = [...log.lines, line];
  const tooMany = Math.max(0, lines.length - mostLines);
  return {
    lines: lines.slice(tooMany),
    nextId: log.nextId + 1,
    forgotten: log.forgotten + tooMany,
  };
}

export type WireFilter = {
  direction: 'both' | WireLine['direction'];
  /** Looked for in the type and in the content; case does not matter. */
  words: string;
  sound: boolean;
};

/** What comes many times a second. */
const media = new Set(['audio-data', 'chunked-neurosync-blendshapes']);

export function passes(line: WireLine, filter: WireFilter): boolean {
  if (filter.direction !== 'both' && line.direction !== filter.direction) return false;
  if (!filter.sound && media.has(line.type)) return false;
  const words = filter.words.trim().toLowerCase();
  if (words === '') return true;
  return line.type.includes(words) || JSON.stringify(line.content).toLowerCase().includes(words);
}

/** Replaces base64 sound and frames of the face, at the top or wrapped, by their size. */
function withoutSound(content: unknown): unknown {
  if (!isObject(content)) return content;
  const { data } = content;
  return abbreviated(isObject(data) ? { ...content, data: abbreviated(data) } : content);
}

function abbreviated(object: JsonObject): JsonObject {
  const { blendshapes } = object;
  if (Array.isArray(blendshapes)) {
    return { ...object, blendshapes: `… ${blendshapes.length} frames of the face …` };
  }
  const audio = textAt(object, 'audio');
  if (audio === undefined) return object;
  return { ...object, audio: `… ${Math.floor((audio.length * 3) / 4)} bytes of sound …` };
}
