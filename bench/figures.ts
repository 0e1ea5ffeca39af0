import type { TurnStages } from '../src/protocol/turn-record.ts';

/** The value below which `share` of the samples lie, by the nearest rank. Undefined when there are none. */
function percentile(samples: readonly number[], share: number): number | undefined {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/** What was measured at one number of sessions. Times in milliseconds; undefined where it could not be measured. */
export type Row = {
  sessions: number;
  /** From asking /connect to the message bot-ready. */
  readyMs: number[];
  /** From the last sample of speech to the first sound of the answer. */
  soundMs: number[];
  /** From the first sample of speech over the character's to the last sound of it. */
  silenceMs: number[];
  /** Where the server says that the time of turns went. */
  stages: TurnStages[];
  /** Pauses inside a sentence, and how often the character spoke into them. */
  pauses: number;
  cutIns: number;
  failures: number;
  use: AgentUse | undefined;
  /** Requests that were given up before they were answered, of all requests. */
  provider: { requests: number; aborted: number };
};

/** Of the agent processes; CPU in milliseconds per second of one session. */
export type AgentUse = {
  idleMb: number;
  /** The most that was seen with all sessions. */
  mostMb: number;
  quietCpuMs: number;
  talkingCpuMs: number;
};

const columns = [
  'sessions',
  'connect to ready, ms',
  'speech end to sound, ms',
  'barge-in to silence, ms',
  'spoke into pauses',
  'agent MB idle',
  'agent MB with all',
  'MB a session',
  'CPU-ms a session-second, quiet / talking',
  'failures',
  'provider requests given up',
];

/** A Markdown table; times are `p50 / p90 (samples)`. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    String(row.sessions),
    times(row.readyMs),
    times(row.soundMs),
    times(row.silenceMs),
    `${row.cutIns} of ${row.pauses}`,
    ...useCells(row),
    String(row.failures),
    `${row.provider.aborted} of ${row.provider.requests}`,
  ]);
  return markdown(columns, lines);
}

const stageNames = [
  ['transcriptMs', 'transcript'],
  ['llmFirstTokenMs', 'first token'],
  ['firstClauseMs', 'first clause'],
  ['ttsFirstByteMs', 'first byte of speech'],
  ['endpointMs', 'turn judged over'],
  ['firstSoundMs', 'first frame out'],
] as const;

/** Where a turn's time goes, by the server's own record of it, counted from the end of speech as its VAD heard it. */
export function stagesOf(rows: readonly Row[]): string {
  const head = ['sessions', ...stageNames.map(([, label]) => `${label}, ms`)];
  const lines = rows
    .filter(({ stages }) => stages.length > 0)
    .map(({ sessions, stages }) => [
      String(sessions),
      ...stageNames.map(([name]) => times(stages.flatMap((stage) => stage[name] ?? []))),
    ]);
  return lines.length === 0 ? '' : markdown(head, lines);
}

function markdown(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function times(samples: readonly number[]): string {
  const [middle, most] = [percentile(samples, 0.5), percentile(samples, 0.9)];
  if (middle === undefined || most === undefined) return 'none';
  return `${Math.round(middle)} / ${Math.round(most)} (${samples.length})`;
}

function useCells({ use, sessions }: Row): string[] {
  if (!use) return ['', '', '', ''];
  const { idleMb, mostMb, quietCpuMs, talkingCpuMs } = use;
  return [
    idleMb.toFixed(0),
    mostMb.toFixed(0),
    ((mostMb - idleMb) / sessions).toFixed(1),
    `${quietCpuMs.toFixed(0)} / ${talkingCpuMs.toFixed(0)}`,
  ];
}
