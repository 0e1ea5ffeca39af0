import * as z from 'zod';
import type { Clock } from '../lifetime/clock.ts';
import type { ClientBoundMessage } from '../protocol/server-messages.ts';
import { tell } from '../protocol/tell.ts';
import type { ProviderStage, TurnRecord, TurnUsage } from '../protocol/turn-record.ts';
import type { LogLine } from '../telemetry/log.ts';
import type { FaceCounts } from './face-line.ts';

/** The model that serves a stage, where it is known. */
export type StageModels = Partial<Record<ProviderStage, string>>;

export type DiagnosticsSettings = {
  debug: boolean;
  /** The most diagnostic messages a session gets; null for the usual number. */
  debug_row_cap: number | null;
};

/** A row is one message. An hour of quick conversation has about this many. */
const usualRowCap = 10_000;
const PublicFields = z.object({ turnId: z.string().optional(), stage: z.string().optional() });
const stages: readonly ProviderStage[] = ['stt', 'llm', 'tts'];

/** What a client that connected with `debug` learns of each turn: its measurements, its trace, its usage; and our log. */
export class Diagnostics {
  #rowsLeft: number;
  #usageEnabled = true;
  #session: TurnUsage = noUsage;

  constructor(
    settings: DiagnosticsSettings,
    private readonly models: StageModels,
    private readonly clock: Clock,
  ) {
    this.#rowsLeft = settings.debug ? (settings.debug_row_cap ?? usualRowCap) : 0;
  }

  /** Whether `usage-update` is sent; usage is counted all the same. */
  setUsageEnabled(enabled: boolean): void {
    this.#usageEnabled = enabled;
  }

  /** Of a turn that has ended. */
  turn(record: TurnRecord): ClientBoundMessage[] {
    const { id, usage } = record;
    if (usage) this.#session = sum(this.#session, usage);
    return this.#capped([
      ...this.#measurements(record),
      ...tell.turnTrace(record),
      ...(usage && this.#usageEnabled ? tell.usageUpdate(id, usage, this.#session) : []),
    ]);
  }

  /** Of a face whose answer has ended. */
  face({ fps, made, sent }: FaceCounts): ClientBoundMessage[] {
    return this.#capped(
      tell.faceMetrics({
        'neurosync.output_fps': fps,
        'neurosync.blendshapes_received': made,
        'neurosync.blendshapes_sent': sent,
        'neurosync.frames_dropped': Math.max(0, made - sent),
      }),
    );
  }

  /**
   * A line of the log about this session. Messages are fixed texts; of the fields, which may name providers' addresses
   * and what people said, only those go out that say where it happened.
   */
  log({ level, message, fields }: LogLine): ClientBoundMessage[] {
    const { turnId, stage } = PublicFields.safeParse(fields).data ?? {};
    const where = {
      ...(turnId !== undefined && { turnId }),
      ...(stage !== undefined && { stage }),
    };
    return this.#capped(tell.serverLog({ level, message, ...where }, this.clock.nowAt()));
  }

  #measurements({ stages: { providers } }: TurnRecord): ClientBoundMessage[] {
    return stages.flatMap((stage) => {
      const { ttfbMs, processingMs } = providers?.[stage] ?? {};
      const metric = (bucket: 'ttfb' | 'processing', ms: number | undefined) =>
        ms === undefined ? [] : tell.metric(bucket, stage, this.models[stage], ms / 1000);
      return [...metric('ttfb', ttfbMs), ...metric('processing', processingMs)];
    });
  }

  /** The last row says that no more come. */
  #capped(messages: ClientBoundMessage[]): ClientBoundMessage[] {
    if (this.#rowsLeft === 0) return [];
    if (messages.length < this.#rowsLeft) {
      this.#rowsLeft -= messages.length;
      return messages;
    }
    const kept = messages.slice(0, this.#rowsLeft - 1);
    this.#rowsLeft = 0;
    const message = 'debug_row_cap is reached: no more diagnostics in this session';
    return [...kept, ...tell.serverLog({ level: 'warn', message }, this.clock.nowAt())];
  }
}

const noUsage: TurnUsage = {
  sttAudioMs: 0,
  llmPromptTokens: 0,
  llmCompletionTokens: 0,
  ttsCharacters: 0,
};

const sum = (a: TurnUsage, b: TurnUsage): TurnUsage => ({
  sttAudioMs: a.sttAudioMs + b.sttAudioMs,
  llmPromptTokens: a.llmPromptTokens + b.llmPromptTokens,
  llmCompletionTokens: a.llmCompletionTokens + b.llmCompletionTokens,
  ttsCharacters: a.ttsCharacters + b.ttsCharacters,
});
