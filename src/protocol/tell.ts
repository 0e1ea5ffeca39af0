import type {
  BlendshapeChunkEvent,
  BlendshapesCancelEvent,
  BlendshapeStats,
  VisemeWeights,
} from './face-events.ts';
import {
  label,
  readyVersion,
  type ClientBoundMessage,
  type PerformedAction,
  type WrappedEvent,
} from './server-messages.ts';
import type { TurnRecord, TurnUsage } from './turn-record.ts';

/** Whose words a transcript has. What is unknown is left out. */
export type Speaker = { participantId: string; speakerId?: string; speakerName?: string };

/** The answer that a message is about. */
export type ResponseMark = {
  responseId: string;
  sequence: number;
  /** Of the frames of its face; absent where there are none. */
  face?: { turn: number; epoch: number };
};

const top = <const T extends string, D>(type: T, data: D) => ({ label, type, data }) as const;
const wrap = (data: WrappedEvent) => ({ label, type: 'server-message', data }) as const;
const mark = ({ responseId, sequence, face }: ResponseMark) => ({
  response_id: responseId,
  sequence,
  ...(face && { neurosync_turn_id: face.turn, epoch: face.epoch }),
});

/** Makes each message in each form that some client needs, in the order in which they must arrive. */
export const tell = {
  interactionCreated: (interactionId: string, characterSessionId: string): ClientBoundMessage[] => [
    wrap({
      type: 'interaction-created',
      interaction_id: interactionId,
      character_session_id: characterSessionId,
    }),
  ],
  botReady: (): ClientBoundMessage[] => [top('bot-ready', { version: readyVersion })],
  /** One moment of the mouth. */
  visemes: (weights: VisemeWeights): ClientBoundMessage =>
    wrap({ type: 'visemes', visemes: weights }),
  /** One frame of the face. */
  blendshapes: (frame: number[]): ClientBoundMessage =>
    wrap({ type: 'neurosync-blendshapes', blendshapes: frame }),
  blendshapeChunk: (chunk: Omit<BlendshapeChunkEvent, 'type'>): ClientBoundMessage =>
    wrap({ type: 'chunked-neurosync-blendshapes', ...chunk }),
  blendshapesCancel: (cancel: Omit<BlendshapesCancelEvent, 'type'>): ClientBoundMessage =>
    wrap({ type: 'neurosync-blendshapes-cancel', ...cancel }),
  blendshapeTurnStats: (stats: BlendshapeStats): ClientBoundMessage =>
    wrap({ type: 'blendshape-turn-stats', stats }),
  /** @param preRollMs of sound from before the speech was noticed that is transcribed too */
  userStartedSpeaking: (at: Date, preRollMs: number): ClientBoundMessage[] => [
    top('user-started-speaking', {}),
    wrap({ type: 'vad-stt-started', timestamp: at.toISOString(), pre_roll_ms: preRollMs }),
  ],
  /** @param audioMs of sound that the recogniser got */
  userStoppedSpeaking: (at: Date, reason: string, audioMs: number | null): ClientBoundMessage[] => [
    top('user-stopped-speaking', {}),
    wrap({
      type: 'vad-stt-stopped',
      timestamp: at.toISOString(),
      reason,
      audio_duration_ms: audioMs,
    }),
  ],
  userTranscript: (
    said: { text: string; final: boolean },
    { participantId, speakerId, speakerName }: Speaker,
    at: Date,
  ): ClientBoundMessage[] => {
    const live = top('user-transcription', {
      text: said.text,
      final: said.final,
      timestamp: at.toISOString(),
      user_id: participantId,
    });
    if (!said.final) return [live];
    const final = wrap({
      type: 'final-user-transcription',
      text: said.text,
      ...(speakerId !== undefined && { speaker_id: speakerId }),
      ...(speakerName !== undefined && { speaker_name: speakerName }),
      participant_id: participantId,
    });
    return [live, final];
  },
  replyTextBegan: (): ClientBoundMessage[] => [top('bot-llm-started', {})],
  replyText: (piece: string): ClientBoundMessage[] => [top('bot-llm-text', { text: piece })],
  /** The whole text once more, for clients (Unreal) that read nothing else. */
  replyTextEnded: (whole: string): ClientBoundMessage[] => [
    top('bot-llm-stopped', {}),
    ...(whole === '' ? [] : [top('bot-transcription', { text: whole })]),
  ],
  synthesisBegan: (): ClientBoundMessage[] => [top('bot-tts-started', {})],
  botStartedSpeaking: (of: ResponseMark): ClientBoundMessage[] => [
    top('bot-started-speaking', {}),
    wrap({ label, type: 'bot-started-speaking', ...mark(of) }),
  ],
  botStoppedSpeaking: (of: ResponseMark): ClientBoundMessage[] => [
    top('bot-stopped-speaking', {}),
    wrap({ label, type: 'bot-stopped-speaking', ...mark(of) }),
  ],
  turnCompleted: (
    status: TurnRecord['status'],
    abortReason: 'audio_delivery_failed' | undefined,
    of: ResponseMark,
  ): ClientBoundMessage[] => [
    wrap({
      type: 'bot-turn-completed',
      was_interrupted: status === 'interrupted',
      ...(abortReason && { was_aborted: true as const, error_reason: abortReason }),
      ...mark(of),
    }),
  ],
  /** @param reason `abstain` when the character chose not to speak; left out when there is none to tell */
  llmNoResponse: (reason?: string): ClientBoundMessage[] => [
    wrap({ type: 'llm-no-response', ...(reason !== undefined && { reason }) }),
  ],
  /** @param reason why it was blocked; null when it passed */
  moderationResponse: (userInput: string, reason: string | null): ClientBoundMessage[] => [
    wrap({
      type: 'moderation-response',
      result: reason === null,
      user_input: userInput,
      reason,
    }),
  ],
  /** Wrapped as documented and for Unreal; at the top level for the web SDK. */
  behaviorTreeResponse: (
    sectionId: string,
    { code = '', constants = '' }: { code?: string; constants?: string } = {},
  ): ClientBoundMessage[] => {
    const tree = { bt_code: code, bt_constants: constants, narrative_section_id: sectionId };
    return [wrap({ type: 'behavior-tree-response', ...tree }), top('behavior-tree-response', tree)];
  },
  /**
   * Objects, wrapped, as documented; texts ("Move To cube") at the top level for the web SDK. The latter makes a chat
   * bubble there and must not come between two pieces of an answer's text.
   */
  actionResponse: (actions: readonly PerformedAction[]): ClientBoundMessage[] => [
    wrap({ type: 'action-response', actions: [...actions] }),
    top('action-response', {
      actions: actions.map(({ name, target }) =>
        target === undefined ? name : `${name} ${target}`,
      ),
    }),
  ],
  /** Wrapped alone: at the top level the web SDK would show it as a chat bubble. @param scale 1 subtle to 3 intense */
  botEmotion: (emotion: string, scale: 1 | 2 | 3): ClientBoundMessage[] => [
    wrap({ type: 'bot-emotion', emotion, scale }),
  ],
  userIdleWarning: (remainingSeconds: number, message?: string): ClientBoundMessage[] => [
    wrap({
      type: 'user-idle-warning',
      remaining_seconds: remainingSeconds,
      ...(message !== undefined && { message }),
    }),
  ],
  /** @param quotaType `minutes`, `sessions` */
  usageLimitReached: (quotaType: string, message: string): ClientBoundMessage[] => [
    wrap({ type: 'usage-limit-reached', quota_type: quotaType, message }),
  ],
  turnTrace: ({ id, origin, status, stages }: TurnRecord): ClientBoundMessage[] => [
    wrap({ type: 'turn-trace', turn_id: id, origin, status, stages }),
  ],
  /** Exactly one bucket a message. @param seconds that passed in `processor` */
  metric: (
    bucket: 'ttfb' | 'processing',
    processor: string,
    model: string | undefined,
    seconds: number,
  ): ClientBoundMessage[] => {
    const entry = { processor, ...(model !== undefined && { model }), value: seconds };
    return [
      bucket === 'ttfb'
        ? top('metrics', { ttfb: [entry] })
        : top('metrics', { processing: [entry] }),
    ];
  },
  /** @param figures by the names that `metrics.md` has for them */
  faceMetrics: (figures: Readonly<Record<string, number>>): ClientBoundMessage[] => [
    top('metrics', {
      custom: Object.entries(figures).map(([metric, value]) => ({
        ...{ processor: 'face', metric, value },
        type: 'NeuroSyncMetricsData' as const,
      })),
    }),
  ],
  serverLog: (
    line: { level: 'info' | 'warn' | 'error'; message: string; turnId?: string; stage?: string },
    at: Date,
  ): ClientBoundMessage[] => [
    wrap({
      type: 'server-log',
      timestamp: at.toISOString(),
      level: line.level,
      message: line.message,
      ...(line.turnId !== undefined && { turn_id: line.turnId }),
      ...(line.stage !== undefined && { stage: line.stage }),
    }),
  ],
  usageUpdate: (turnId: string, usage: TurnUsage, session: TurnUsage): ClientBoundMessage[] => [
    wrap({ type: 'usage-update', turn_id: turnId, usage, session }),
  ],
  error: (message: string): ClientBoundMessage[] => [
    top('error', { error: message, fatal: false }),
  ],
  audioData: (
    audio: string,
    sampleRateHz: number,
    includesWavHeader: boolean,
  ): ClientBoundMessage =>
    wrap({
      type: 'audio-data',
      sample_rate: sampleRateHz,
      channels: 1,
      audio,
      includes_wav_header: includesWavHeader,
    }),
};
