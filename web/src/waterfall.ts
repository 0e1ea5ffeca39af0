import type { TurnStages } from '../../src/protocol/turn-record.ts';

type StageName =
  'endpoint' | 'transcript' | 'recall' | 'model' | 'clause' | 'voice' | 'held' | 'out';

/** A stretch of a turn, in milliseconds since the user's speech ended. */
export type Segment = {
  stage: StageName;
  label: string;
  fromMs: number;
  toMs: number;
};

/**
 * The two things that run side by side after the user's last word. `turnTaking`: making sure that they are done.
 * `answer`: getting an answer ready. Sound is heard when both have ended.
 */
export type Waterfall = {
  turnTaking: Segment[];
  answer: Segment[];
  /** Where the drawing ends; at least 1. */
  endMs: number;
  firstSoundMs: number | undefined;
  /** What the wait was for, in words. */
  verdict: string;
};

const stageLabels: Record<StageName, string> = {
  endpoint: 'Turn judged over',
  transcript: 'Transcript',
  recall: 'Looking things up',
  model: 'Model, first token',
  clause: 'First clause',
  voice: 'Voice, first byte',
  held: 'Ready, held back',
  out: 'First sound out',
};

/** @returns undefined when nothing of the turn was timed */
export function waterfallOf(stages: TurnStages): Waterfall | undefined {
  const { firstSoundMs } = stages;
  const turnTaking = turnTakingSegments(stages);
  const answer = answerSegments(stages);
  const endMs = Math.max(...[...turnTaking, ...answer].map(({ toMs }) => toMs), 0);
  if (turnTaking.length + answer.length === 0) return undefined;
  return {
    turnTaking,
    answer,
    endMs: Math.max(endMs, 1),
    firstSoundMs,
    verdict: verdictOf(stages, answer),
  };
}

/** The answer was begun on words that were known while the user spoke, and the last word on them came beside it. */
function isTranscriptBeside({ transcriptMs, llmFirstTokenMs }: TurnStages): boolean {
  return (
    transcriptMs !== undefined && llmFirstTokenMs !== undefined && transcriptMs > llmFirstTokenMs
  );
}

function turnTakingSegments(stages: TurnStages): Segment[] {
  const { endpointMs, transcriptMs = 0 } = stages;
  const knownMs = isTranscriptBeside(stages) ? Math.max(0, transcriptMs) : 0;
  return [
    ...(isTranscriptBeside(stages) ? [segment('transcript', 0, knownMs)] : []),
    ...(endpointMs === undefined ? [] : [segment('endpoint', knownMs, endpointMs)]),
  ];
}

/** Each stage from where the one before it ended. What did not happen leaves no gap: the next takes its place. */
function answerSegments(stages: TurnStages): Segment[] {
  const segments: Segment[] = [];
  let reachedMs = 0;
  const reach = (stage: StageName, toMs: number | undefined) => {
    if (toMs === undefined) return;
    // A transcript that was there before the speech had ended took no time after it.
    const end = Math.max(reachedMs, toMs);
    segments.push(segment(stage, reachedMs, end));
    reachedMs = end;
  };
  if (!isTranscriptBeside(stages)) reach('transcript', stages.transcriptMs);
  const { recallMs, llmFirstTokenMs = Infinity } = stages;
  if (recallMs !== undefined) reach('recall', Math.min(reachedMs + recallMs, llmFirstTokenMs));
  reach('model', stages.llmFirstTokenMs);
  reach('clause', stages.firstClauseMs);
  reach('voice', stages.ttsFirstByteMs);
  const ready = stages.ttsFirstByteMs;
  if (ready !== undefined && (stages.endpointMs ?? 0) > ready) reach('held', stages.endpointMs);
  reach('out', stages.firstSoundMs);
  return segments;
}

function segment(stage: StageName, fromMs: number, toMs: number): Segment {
  return { stage, label: stageLabels[stage], fromMs, toMs: Math.max(fromMs, toMs) };
}

const waits: Record<StageName, string> = {
  endpoint: 'the end of the turn',
  transcript: 'the transcript',
  recall: 'looking things up',
  model: 'the model',
  clause: 'the first clause',
  voice: 'the voice',
  held: 'the end of the turn',
  out: 'the way out',
};

function verdictOf(stages: TurnStages, answer: Segment[]): string {
  if (stages.firstSoundMs === undefined) return 'Nothing of this answer was sounded.';
  const longest = answer.reduce<Segment | undefined>(
    (best, next) => (best && lengthMs(best) >= lengthMs(next) ? best : next),
    undefined,
  );
  if (!longest || lengthMs(longest) === 0) return 'Sounded at once.';
  if (answer.some(({ stage }) => stage === 'held'))
    return 'The answer was ready first; the wait was for the end of the turn.';
  return `The longest part of the wait was for ${waits[longest.stage]}.`;
}

export const lengthMs = ({ fromMs, toMs }: Segment): number => toMs - fromMs;

/** Milliseconds as people read them: `84 ms`, `1.24 s`. */
export function formatMs(ms: number): string {
  return Math.abs(ms) < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
