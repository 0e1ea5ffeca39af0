import { describe, expect, it } from 'vitest';
import {
  ClientBoundMessage,
  respond,
  type PerformedAction,
} from '../../src/protocol/server-messages.ts';
import { tell } from '../../src/protocol/tell.ts';
import type { TurnRecord } from '../../src/protocol/turn-record.ts';

const at = new Date('2026-08-10T10:30:45.123Z');
const record: TurnRecord = {
  id: 'a4a0e1c4-6a2f-4d4f-9d3c-111111111111',
  origin: 'speech',
  userText: 'Hi',
  assistantText: 'Hello.',
  status: 'completed',
  stages: { endpointMs: 420, speculative: true },
  startedAt: '2026-01-01T00:00:00.000Z',
};
const mark = { responseId: 'session:turn', sequence: 1 };
const marked = { response_id: 'session:turn', sequence: 1 };
const usage = { sttAudioMs: 900, llmPromptTokens: 120, llmCompletionTokens: 9, ttsCharacters: 30 };
const actions: PerformedAction[] = [{ name: 'Move To', target: 'cube' }, { name: 'Wave' }];
const wrap = (data: object) => ({ label: 'rtvi-ai', type: 'server-message', data });
const top = (type: string, data: object) => ({ label: 'rtvi-ai', type, data });

const owner = { response_id: 'session:turn', neurosync_turn_id: 4, epoch: 1, sequence: 18 };
const stats = {
  total_blendshapes: 150,
  total_audio_bytes: 48_000,
  total_turn_duration_ms: 3_000,
  total_audio_duration_ms: 2_800,
  fps: 50,
  was_interrupted: false,
};
const mouth = {
  ...{ sil: 0, pp: 0.8, ff: 0, th: 0, dd: 0, kk: 0, ch: 0, ss: 0 },
  ...{ nn: 0, rr: 0, aa: 0.2, e: 0, ih: 0, oh: 0, ou: 0 },
};

/** What is told, and the very JSON that goes out. */
const promised: [string, ClientBoundMessage[], object[]][] = [
  [
    'an interaction',
    tell.interactionCreated('int_1', 'cs_1'),
    [wrap({ type: 'interaction-created', interaction_id: 'int_1', character_session_id: 'cs_1' })],
  ],
  ['that the character is there', tell.botReady(), [top('bot-ready', { version: '1.0.0' })]],
  [
    'that the user began to speak, to clients of either kind',
    tell.userStartedSpeaking(at, 600),
    [
      top('user-started-speaking', {}),
      wrap({ type: 'vad-stt-started', timestamp: at.toISOString(), pre_roll_ms: 600 }),
    ],
  ],
  [
    'that the user fell silent, with null where the length is not known',
    tell.userStoppedSpeaking(at, 'hangover_elapsed', null),
    [
      top('user-stopped-speaking', {}),
      wrap({
        type: 'vad-stt-stopped',
        timestamp: at.toISOString(),
        reason: 'hangover_elapsed',
        audio_duration_ms: null,
      }),
    ],
  ],
  [
    'a transcript of somebody unknown without a key for what is not known',
    tell.userTranscript({ text: 'Hi', final: true }, { participantId: 'user:1' }, at),
    [
      top('user-transcription', {
        text: 'Hi',
        final: true,
        timestamp: at.toISOString(),
        user_id: 'user:1',
      }),
      wrap({ type: 'final-user-transcription', text: 'Hi', participant_id: 'user:1' }),
    ],
  ],
  [
    'whose words they are',
    tell
      .userTranscript(
        { text: 'Hi', final: true },
        { participantId: 'user:1', speakerId: 'user_123', speakerName: 'Alice' },
        at,
      )
      .slice(1),
    [
      wrap({
        type: 'final-user-transcription',
        text: 'Hi',
        speaker_id: 'user_123',
        speaker_name: 'Alice',
        participant_id: 'user:1',
      }),
    ],
  ],
  [
    'words so far at the top level alone',
    tell.userTranscript({ text: 'H', final: false }, { participantId: 'user:1' }, at),
    [
      top('user-transcription', {
        text: 'H',
        final: false,
        timestamp: at.toISOString(),
        user_id: 'user:1',
      }),
    ],
  ],
  [
    'the answer in writing',
    [...tell.replyTextBegan(), ...tell.replyText('Hello.'), ...tell.replyTextEnded('Hello.')],
    [
      top('bot-llm-started', {}),
      top('bot-llm-text', { text: 'Hello.' }),
      top('bot-llm-stopped', {}),
      top('bot-transcription', { text: 'Hello.' }),
    ],
  ],
  ['no whole text where there was none', tell.replyTextEnded(''), [top('bot-llm-stopped', {})]],
  ['that speech is made', tell.synthesisBegan(), [top('bot-tts-started', {})]],
  [
    'where the sound begins in both forms, the wrapped one with its label again',
    tell.botStartedSpeaking(mark),
    [
      top('bot-started-speaking', {}),
      wrap({ label: 'rtvi-ai', type: 'bot-started-speaking', ...marked }),
    ],
  ],
  [
    'which frames of a face are of the sound, where there are any',
    tell.botStartedSpeaking({ ...mark, face: { turn: 4, epoch: 1 } }),
    [
      top('bot-started-speaking', {}),
      wrap({
        ...{ label: 'rtvi-ai', type: 'bot-started-speaking', ...marked },
        ...{ neurosync_turn_id: 4, epoch: 1 },
      }),
    ],
  ],
  [
    'where the sound ends in both forms',
    tell.botStoppedSpeaking(mark),
    [
      top('bot-stopped-speaking', {}),
      wrap({ label: 'rtvi-ai', type: 'bot-stopped-speaking', ...marked }),
    ],
  ],
  [
    'of a turn that ended well nothing about an abort',
    tell.turnCompleted('completed', undefined, mark),
    [wrap({ type: 'bot-turn-completed', was_interrupted: false, ...marked })],
  ],
  [
    'why a turn was aborted',
    tell.turnCompleted('aborted', 'audio_delivery_failed', mark),
    [
      wrap({
        type: 'bot-turn-completed',
        was_interrupted: false,
        was_aborted: true,
        error_reason: 'audio_delivery_failed',
        ...marked,
      }),
    ],
  ],
  [
    'that the character chose not to speak',
    tell.llmNoResponse('abstain'),
    [wrap({ type: 'llm-no-response', reason: 'abstain' })],
  ],
  ['no reason where there is none', tell.llmNoResponse(), [wrap({ type: 'llm-no-response' })]],
  [
    'what moderation blocked',
    tell.moderationResponse('the flagged content', 'Inappropriate language'),
    [
      wrap({
        type: 'moderation-response',
        result: false,
        user_input: 'the flagged content',
        reason: 'Inappropriate language',
      }),
    ],
  ],
  [
    'what moderation passed with a reason of null',
    tell.moderationResponse('hello', null),
    [wrap({ type: 'moderation-response', result: true, user_input: 'hello', reason: null })],
  ],
  [
    'a narrative section to clients of either kind',
    tell.behaviorTreeResponse('section_1', { code: 'bt' }),
    [
      wrap({
        type: 'behavior-tree-response',
        bt_code: 'bt',
        bt_constants: '',
        narrative_section_id: 'section_1',
      }),
      top('behavior-tree-response', {
        bt_code: 'bt',
        bt_constants: '',
        narrative_section_id: 'section_1',
      }),
    ],
  ],
  [
    'actions in order: as objects, a target only where there is one, and as texts',
    tell.actionResponse(actions),
    [
      wrap({
        type: 'action-response',
        actions: [{ name: 'Move To', target: 'cube' }, { name: 'Wave' }],
      }),
      top('action-response', { actions: ['Move To cube', 'Wave'] }),
    ],
  ],
  ['a mouth by its 15 shapes', [tell.visemes(mouth)], [wrap({ type: 'visemes', visemes: mouth })]],
  [
    'a frame of the face',
    [tell.blendshapes([0, 0.5, -0.02])],
    [wrap({ type: 'neurosync-blendshapes', blendshapes: [0, 0.5, -0.02] })],
  ],
  [
    'frames of the face, and where they belong',
    [tell.blendshapeChunk({ blendshapes: [[0], [1]], fps: 60, start_frame_index: 20, ...owner })],
    [
      wrap({
        type: 'chunked-neurosync-blendshapes',
        blendshapes: [[0], [1]],
        fps: 60,
        start_frame_index: 20,
        ...owner,
      }),
    ],
  ],
  [
    'that frames are not to be shown, with null where none was heard',
    [
      tell.blendshapesCancel({
        ...owner,
        valid_through_frame_index: null,
        reason: 'interruption',
      }),
    ],
    [
      wrap({
        type: 'neurosync-blendshapes-cancel',
        ...owner,
        valid_through_frame_index: null,
        reason: 'interruption',
      }),
    ],
  ],
  [
    'how many frames an answer had',
    [tell.blendshapeTurnStats(stats)],
    [wrap({ type: 'blendshape-turn-stats', stats })],
  ],
  [
    'an emotion wrapped alone',
    tell.botEmotion('happy', 2),
    [wrap({ type: 'bot-emotion', emotion: 'happy', scale: 2 })],
  ],
  [
    'an idle user with a text',
    tell.userIdleWarning(300, 'You have been idle.'),
    [wrap({ type: 'user-idle-warning', remaining_seconds: 300, message: 'You have been idle.' })],
  ],
  [
    'an idle user without a text',
    tell.userIdleWarning(300),
    [wrap({ type: 'user-idle-warning', remaining_seconds: 300 })],
  ],
  [
    'a limit that was reached',
    tell.usageLimitReached('minutes', 'Enough for today.'),
    [wrap({ type: 'usage-limit-reached', quota_type: 'minutes', message: 'Enough for today.' })],
  ],
  [
    'where the time of a turn went',
    tell.turnTrace(record),
    [
      wrap({
        type: 'turn-trace',
        turn_id: record.id,
        origin: 'speech',
        status: 'completed',
        stages: { endpointMs: 420, speculative: true },
      }),
    ],
  ],
  [
    'a measurement, with the model where it is known',
    [...tell.metric('ttfb', 'llm', 'm', 0.25), ...tell.metric('processing', 'tts', undefined, 1)],
    [
      top('metrics', { ttfb: [{ processor: 'llm', model: 'm', value: 0.25 }] }),
      top('metrics', { processing: [{ processor: 'tts', value: 1 }] }),
    ],
  ],
  [
    'figures of the face',
    tell.faceMetrics({ 'neurosync.output_fps': 60 }),
    [
      top('metrics', {
        custom: [
          {
            processor: 'face',
            metric: 'neurosync.output_fps',
            value: 60,
            type: 'NeuroSyncMetricsData',
          },
        ],
      }),
    ],
  ],
  [
    'a line of the log',
    tell.serverLog({ level: 'warn', message: 'reply failed', turnId: 't', stage: 'llm' }, at),
    [
      wrap({
        type: 'server-log',
        timestamp: at.toISOString(),
        level: 'warn',
        message: 'reply failed',
        turn_id: 't',
        stage: 'llm',
      }),
    ],
  ],
  [
    'what was used',
    tell.usageUpdate('t', usage, usage),
    [wrap({ type: 'usage-update', turn_id: 't', usage, session: usage })],
  ],
  [
    'a failure',
    tell.error('The model did not answer.'),
    [top('error', { error: 'The model did not answer.', fatal: false })],
  ],
  [
    'sound',
    [tell.audioData('AAAA', 24_000, false)],
    [
      wrap({
        type: 'audio-data',
        sample_rate: 24_000,
        channels: 1,
        audio: 'AAAA',
        includes_wav_header: false,
      }),
    ],
  ],
  [
    'an acknowledgement without what is empty',
    [respond('interrupt-bot', 'success')],
    [{ type: 'server-response', event_type: 'interrupt-bot', status: 'success' }],
  ],
];

describe('a client is told', () => {
  it.each(promised)('%s', (_, messages, json) => {
    expect(JSON.parse(JSON.stringify(messages))).toEqual(json);
    for (const message of messages) expect(ClientBoundMessage.parse(message)).toEqual(message);
  });
});

describe('a schema of a message to a client', () => {
  it.each([
    ['null where a key is to be left out', { type: 'llm-no-response', reason: null }],
    [
      'a missing key where null is to stand',
      { type: 'moderation-response', result: true, user_input: 'x' },
    ],
    ['an unknown key', { type: 'bot-emotion', emotion: 'happy', scale: 1, mood: 1 }],
    [
      'an abort that was none',
      { type: 'bot-turn-completed', was_interrupted: false, was_aborted: false },
    ],
    ['a target of null', { type: 'action-response', actions: [{ name: 'Wave', target: null }] }],
  ])('refuses %s', (_, data) => {
    expect(ClientBoundMessage.safeParse(wrap(data)).success).toBe(false);
  });

  it('takes exactly one bucket of measurements', () => {
    const entry = [{ processor: 'llm', value: 1 }];
    const both = top('metrics', { ttfb: entry, processing: entry });
    expect(ClientBoundMessage.safeParse(both).success).toBe(false);
    expect(ClientBoundMessage.safeParse(top('metrics', {})).success).toBe(false);
  });
});
