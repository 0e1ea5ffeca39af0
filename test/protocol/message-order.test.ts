import { describe, expect, it } from 'vitest';
import {
  characterRemoved,
  characterStatus,
  markMessage,
  marksOf,
  memberReady,
} from '../../src/protocol/member-marks.ts';
import type { ClientBoundMessage } from '../../src/protocol/server-messages.ts';
import { tell } from '../../src/protocol/tell.ts';
import type { TurnRecord } from '../../src/protocol/turn-record.ts';
import { orderProblems } from '../live/support/message-order.ts';

const at = new Date(0);
const speaker = { participantId: 'user:1' };
const mark = (sequence: number, response = 1) => ({ responseId: `i:r${response}`, sequence });
const opening = [...tell.interactionCreated('i', 'c'), ...tell.botReady()];
const said = tell.userTranscript({ text: 'Hi', final: true }, speaker, at);
const text = [
  ...tell.replyTextBegan(),
  ...tell.replyText('Hello'),
  ...tell.replyText(' there.'),
  ...tell.replyTextEnded('Hello there.'),
];
const turn = [
  ...said,
  ...text,
  ...tell.actionResponse([{ name: 'Wave' }]),
  ...tell.botEmotion('happy', 2),
  ...tell.synthesisBegan(),
  ...tell.botStartedSpeaking(mark(1)),
  ...tell.botStoppedSpeaking(mark(2)),
  ...tell.turnCompleted('completed', undefined, mark(3)),
];

const record: TurnRecord = {
  id: 'a4a0e1c4-6a2f-4d4f-9d3c-111111111111',
  ...{ origin: 'speech', userText: 'Hi', assistantText: 'Hello there.', status: 'completed' },
  ...{ stages: {}, startedAt: '2026-01-01T00:00:00.000Z' },
};
const usage = { sttAudioMs: 0, llmPromptTokens: 0, llmCompletionTokens: 0, ttsCharacters: 0 };
const measured = [
  ...tell.metric('ttfb', 'llm', undefined, 0.2),
  ...tell.turnTrace(record),
  ...tell.usageUpdate(record.id, usage, usage),
];
const heard = [
  ...tell.userStartedSpeaking(at, 600),
  ...tell.userStoppedSpeaking(at, 'hangover_elapsed', null),
];
const stats = tell.blendshapeTurnStats({
  ...{ total_blendshapes: 0, total_audio_bytes: 0, total_turn_duration_ms: 0 },
  ...{ total_audio_duration_ms: 0, fps: 60, was_interrupted: false },
});
const face = tell.faceMetrics({ 'neurosync.output_fps': 60 });
const section = tell.behaviorTreeResponse('section-1');
/** A spoken turn with everything that it may have. */
const fullTurn = [
  ...heard,
  ...said,
  ...tell.moderationResponse('Hi', null),
  ...text,
  ...tell.actionResponse([{ name: 'Move To', target: 'cube' }, { name: 'Wave' }]),
  ...section,
  ...tell.synthesisBegan(),
  ...tell.botStartedSpeaking(mark(1)),
  stats,
  ...tell.botStoppedSpeaking(mark(2)),
  ...face,
  ...measured,
  ...tell.turnCompleted('completed', undefined, mark(3)),
];
const member = (n: number) =>
  marksOf('room-1', {
    membershipId: `${n}`.repeat(8) + '-1111-4111-8111-111111111111',
    ...{ characterId: `c${n}`, name: `C${n}`, characterSessionId: `s${n}`, isInitial: n === 1 },
  });
const of = (n: number, messages: ClientBoundMessage[]) =>
  messages.map((message) => markMessage(message, member(n)));

describe('the order of messages', () => {
  it('is right in a turn with everything that it may have', () => {
    expect(orderProblems([...opening, ...fullTurn])).toEqual([]);
  });

  it('is that of each character by itself, where there are several', () => {
    const entrance = (n: number) => [
      ...of(n, tell.interactionCreated(`i${n}`, 'c')),
      memberReady(member(n), 0),
    ];
    const log = [
      ...[...entrance(1), characterStatus('starting', member(2), 1), ...entrance(2)],
      ...of(1, turn.slice(0, 5)),
      ...of(2, fullTurn),
      ...of(1, turn.slice(5)),
      characterRemoved(member(2), 2),
    ];
    expect(orderProblems(log)).toEqual([]);
    expect(orderProblems([...log.slice(0, -2), ...log.slice(-1)])).toEqual([]);
    expect(orderProblems([...log, ...of(1, tell.replyText('more'))])).not.toEqual([]);
    expect(orderProblems([...log, { ...memberReady(member(1), 0), mood: 'good' }])).not.toEqual([]);
  });

  it('is right in a turn as the documentation shows it', () => {
    expect(orderProblems([...opening, ...turn])).toEqual([]);
  });

  it('is right where moderation blocks a turn', () => {
    const blocked = [
      ...said,
      ...tell.moderationResponse('Hi', 'Inappropriate language'),
      ...tell.turnCompleted('aborted', undefined, mark(1)),
    ];
    expect(orderProblems([...opening, ...blocked])).toEqual([]);
  });

  it('is right where a turn is cut before its words were judged', () => {
    const cut = [...said, ...tell.turnCompleted('interrupted', undefined, mark(1))];
    const next = [...said, ...tell.moderationResponse('Hi', null), ...text];
    expect(orderProblems([...opening, ...cut, ...next])).toEqual([]);
  });

  it.each([
    ['a character that is ready before its interaction', [...tell.botReady(), ...opening]],
    ['another interaction', [...opening, ...tell.interactionCreated('j', 'c')]],
    ['text without a beginning', tell.replyText('Hello')],
    ['an end of text without a beginning', tell.replyTextEnded('')],
    ['words that swallow the answer', [...text.slice(0, 2), ...said]],
    [
      'actions between two pieces of text',
      [...text.slice(0, 2), ...tell.actionResponse([{ name: 'Wave' }]), ...text.slice(2)],
    ],
    ['a whole text that is another', [...text.slice(0, 3), ...tell.replyTextEnded('Bye.')]],
    ['a mark in one form', [...text, ...tell.botStartedSpeaking(mark(1)).slice(0, 1), ...said]],
    ['final words in one form', [...said.slice(0, 1), ...text]],
    ['a user who falls silent twice', tell.userStoppedSpeaking(at, 'hangover_elapsed', null)],
    ['a turn that ends twice', [...turn, ...turn.slice(-1)]],
    ['a turn that ends while the character speaks', [...turn.slice(0, -3), ...turn.slice(-1)]],
    ['a mark after the end', [...turn, ...tell.botStartedSpeaking(mark(4))]],
    ['an answer before the end of the one before', [...turn.slice(0, -1), ...text]],
    ['the marks of an older answer', [...turn, ...turn]],
    [
      'a sequence that stands still',
      [...turn.slice(0, -1), ...tell.turnCompleted('completed', undefined, mark(2))],
    ],
    [
      'a synthesis that begins twice',
      [...text, ...tell.synthesisBegan(), ...tell.synthesisBegan()],
    ],
    ['sound outside of the marks', [...text, tell.audioData('AAAA', 24_000, false)]],
    ['an answer while the user speaks', [...heard.slice(0, 2), ...said, ...text]],
    [
      'final words after the answer to them',
      [...text, ...said, ...tell.turnCompleted('completed', undefined, mark(1))],
    ],
    [
      'a judgement after the answer',
      [...said, ...text, ...tell.moderationResponse('Hi', null), ...turn.slice(-1)],
    ],
    ['actions as texts alone', [...text, ...tell.actionResponse([{ name: 'Wave' }]).slice(1)]],
    [
      'actions as objects alone',
      [...text, ...tell.actionResponse([{ name: 'Wave' }]).slice(0, 1), ...measured],
    ],
    [
      'other actions as texts',
      [
        ...text,
        ...tell.actionResponse([{ name: 'Wave' }]).slice(0, 1),
        ...tell.actionResponse([{ name: 'Bow' }]).slice(1),
      ],
    ],
    ['a section in one form', [...section.slice(1)]],
    [
      'a section in two forms that differ',
      [...section.slice(0, 1), ...tell.behaviorTreeResponse('x').slice(1)],
    ],
    ['what was measured of a turn after its end', [...turn, ...measured, ...heard]],
    ['what comes between the measurements of a turn and its end', [...text, ...measured, ...said]],
    ['figures of a face after the turn', [...turn, ...face]],
    [
      'figures of a face that still speaks',
      [...text, ...tell.botStartedSpeaking(mark(1)), ...face, ...tell.botStoppedSpeaking(mark(2))],
    ],
    [
      'stats of a face that goes on',
      [...text, ...tell.botStartedSpeaking(mark(1)), stats, ...tell.synthesisBegan()],
    ],
    ['a message that is none', [{ type: 'dance' }]],
    ['a field that no page knows', [{ ...tell.botReady()[0], mood: 'good' }]],
  ])('notices %s', (_, log) => {
    expect(orderProblems(log)).not.toEqual([]);
  });
});
