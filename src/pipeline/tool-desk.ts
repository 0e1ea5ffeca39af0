import { sleep, type Clock } from '../lifetime/clock.ts';
import type { ToolCallRecord } from '../protocol/turn-record.ts';
import type { Tool, ToolCall } from '../providers/llm/llm.ts';
import type { ToolBox } from '../providers/tools/tool-box.ts';
import type { Log } from '../telemetry/log.ts';

/** How a call stands with the answer that wants it. */
export type Footing = {
  /** Resolves when the answer counts; until then it may be taken back, and nothing may happen because of it. */
  released: Promise<void>;
  /** Resolves when the turn, with the calls noted in it, is stored. */
  keep: () => Promise<void>;
  /** The calls of the turn. */
  calls: ToolCallRecord[];
  signal: AbortSignal;
};

type Entry = { record: ToolCallRecord; done: Promise<void> };

/** What the prompt tells of earlier calls; older ones are in what was said. */
const mostNotes = 8;
const unknownOutcome =
  'A failure came in between: whether it was carried out is not known. It was not repeated; say so.';

/**
 * What a character asks of its functions in one conversation. A call outlives the answer that wanted it: what arrives
 * after an interruption is known in the next turn, and whoever asks the same before it was told gets the same result.
 */
export class ToolDesk {
  readonly #closing = new AbortController();
  /** By what was asked; until an answer told of it. */
  readonly #open = new Map<string, Entry>();
  #notes: ToolCallRecord[];

  /** @param past calls of earlier turns, oldest first: another process may have begun the last of them */
  constructor(
    private readonly box: ToolBox,
    private readonly deps: { clock: Clock; log: Log },
    past: readonly ToolCallRecord[] = [],
  ) {
    this.#notes = past.slice(-mostNotes).map((record) => ({ ...record }));
    for (const record of this.#notes) {
      if (record.result !== null) continue;
      record.ok = false;
      record.result = unknownOutcome;
      if (!record.isRepeatable) this.#open.set(keyOf(record), { record, done: Promise.resolve() });
    }
  }

  get offered(): Tool[] {
    return this.box.offered.map(({ name, description, parameters }) => ({
      name,
      description,
      parameters,
    }));
  }

  /** Calls and what came of them, oldest first; a result of null is still awaited. */
  get notes(): readonly ToolCallRecord[] {
    return this.#notes;
  }

  /** @returns the call's record, with its result. Rejects when the answer is aborted; the call itself goes on. */
  async call(call: ToolCall, footing: Footing): Promise<ToolCallRecord> {
    const tool = this.box.offered.find(({ name }) => name === call.name);
    const wanted = recordOf(call, tool?.isRepeatable ?? true);
    const entry = this.#open.get(keyOf(wanted)) ?? (await this.#begin(wanted, footing));
    if (!footing.calls.includes(entry.record)) footing.calls.push(entry.record);
    await orAbort(entry.done, footing.signal);
    return entry.record;
  }

  /** An answer was made of these: the same asked again is a new wish. */
  told(records: readonly ToolCallRecord[]): void {
    for (const record of records)
      if (this.#open.get(keyOf(record))?.record === record) this.#open.delete(keyOf(record));
  }

  /** Resolves when all that was begun for a turn has come to its end, or the conversation has. */
  async settled(records: readonly ToolCallRecord[]): Promise<void> {
    const entries = [...this.#open.values()].filter(({ record }) => records.includes(record));
    await Promise.all(entries.map(({ done }) => done));
  }

  /** A pause that ends with the conversation, too. */
  pause(ms: number, signal: AbortSignal): Promise<void> {
    return sleep(this.deps.clock, ms, AbortSignal.any([signal, this.#closing.signal])).catch(
      () => undefined,
    );
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.box.close();
  }

  /** What has effects happens for an answer that counts only, and not before it is known to have been begun. */
  async #begin(record: ToolCallRecord, footing: Footing): Promise<Entry> {
    if (!record.isRepeatable) {
      await orAbort(footing.released, footing.signal);
      footing.calls.push(record);
      try {
        await orAbort(footing.keep(), footing.signal);
      } catch (cause) {
        footing.calls.splice(footing.calls.indexOf(record), 1);
        throw cause;
      }
    }
    footing.signal.throwIfAborted();
    const entry = { record, done: this.#carryOut(record) };
    this.#open.set(keyOf(record), entry);
    this.#notes = [...this.#notes, record].slice(-mostNotes);
    return entry;
  }

  /** Never rejects. */
  async #carryOut(record: ToolCallRecord): Promise<void> {
    const { clock, log } = this.deps;
    const sinceMs = clock.nowMs();
    let outcome = { ok: false, text: 'It did not answer.' };
    try {
      outcome = await this.box.call(record.name, parseJson(record.json), this.#closing.signal);
    } catch (err) {
      if (!this.#closing.signal.aborted) log.error({ err, tool: record.name }, 'a call failed');
    }
    if (this.#closing.signal.aborted) return;
    record.ok = outcome.ok;
    record.result = outcome.text;
    const tookMs = Math.round(clock.nowMs() - sinceMs);
    log.info({ tool: record.name, ok: outcome.ok, tookMs }, 'a function was called');
  }
}

function recordOf({ name, json }: ToolCall, isRepeatable: boolean): ToolCallRecord {
  return { name, json, isRepeatable, ok: null, result: null };
}

/** The same arguments in another order, or with other blanks, are the same call. */
function keyOf({ name, json }: ToolCallRecord): string {
  return `${name} ${JSON.stringify(sorted(parseJson(json)))}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

/** Models write nothing for no arguments. */
function parseJson(json: string): unknown {
  if (json.trim() === '') return {};
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

async function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    const result = await Promise.race([work, aborted]);
    signal.throwIfAborted();
    return result;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
