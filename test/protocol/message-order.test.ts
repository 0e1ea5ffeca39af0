import { describe, expect, it } from 'vitest';
import { tell } from '../../src/protocol/tell.ts';
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

describe('the order of messages', () => {
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
    ['sound outside of the marks', [...text, tell.audioData('AAAA', 24_000, false)]],
    ['a message that is none', [{ type: 'dance' }]],
    ['a field that no page knows', [{ ...tell.botReady()[0], mood: 'good' }]],
  ])('notices %s', (_, log) => {
    expect(orderProblems(log)).not.toEqual([]);
  });
});
