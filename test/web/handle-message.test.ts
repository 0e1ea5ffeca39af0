import { describe, expect, it } from 'vitest';
import {
  hungUp,
  newConversation,
  withTypedText,
  type Conversation,
} from '../../web/src/conversation.ts';
import { handleMessage } from '../../web/src/handle-message.ts';
import { readMessage } from '../../web/src/message.ts';

const top = (type: string, data: object = {}) => ({ label: 'rtvi-ai', type, data });
const wrapped = (type: string, data: object = {}) => top('server-message', { type, ...data });

function after(contents: unknown[], start: Conversation = newConversation): Conversation {
  return contents.reduce<Conversation>((conversation, content, i) => {
    const message = readMessage(content);
    if (!message) throw new Error('the test sends only messages');
    return handleMessage(conversation, message, i);
  }, start);
}

const texts = ({ entries }: Conversation) => entries.map(({ kind, text }) => [kind, text]);
const question = top('user-transcription', { text: 'Where are you?', final: true });
const answer = [
  top('bot-llm-started'),
  top('bot-llm-text', { text: 'By the ' }),
  top('bot-llm-text', { text: 'sea.' }),
];

describe('handleMessage', () => {
  it('shows words once though they come in both forms', () => {
    const conversation = after([
      question,
      wrapped('final-user-transcription', { text: 'Where are you?' }),
      ...answer,
      top('bot-transcription', { text: 'By the sea.' }),
      wrapped('bot-turn-completed', { was_interrupted: false }),
      top('bot-turn-completed', { was_interrupted: false }),
    ]);
    expect(texts(conversation)).toEqual([
      ['user', 'Where are you?'],
      ['character', 'By the sea.'],
    ]);
  });

  it('replaces a partial by the next, and by the final one', () => {
    const partial = (text: string) => top('user-transcription', { text, final: false });
    const halfway = after([partial('Where'), partial('Where are')]);
    expect(halfway.entries).toMatchObject([{ text: '', partial: 'Where are', state: 'open' }]);
    expect(after([question], halfway).entries).toMatchObject([
      { text: 'Where are you?', partial: '', state: 'open' },
    ]);
  });

  it('appends a second final to the same line until the answer begins', () => {
    const more = top('user-transcription', { text: 'And who?', final: true });
    const conversation = after([question, more, top('bot-llm-started'), question]);
    expect(texts(conversation)).toEqual([
      ['user', 'Where are you? And who?'],
      ['character', ''],
      ['user', 'Where are you?'],
    ]);
  });

  it('shows no line for an empty transcription', () => {
    const conversation = after([top('user-transcription', { text: ' ', final: true })]);
    expect(conversation.entries).toEqual([]);
  });

  it('settles typed words by their echo instead of showing them twice', () => {
    const typed = withTypedText(newConversation, 'Where are you?', 0);
    const conversation = after([question], typed);
    expect(conversation.entries).toMatchObject([{ text: 'Where are you?', state: 'settled' }]);
  });

  it('marks typed words that the server refused, and says why', () => {
    const typed = withTypedText(newConversation, 'Hello', 0);
    const refusal = {
      type: 'server-response',
      event_type: 'user_text_message',
      status: 'error',
      message: 'too long',
    };
    expect(after([refusal], typed).entries).toMatchObject([
      { state: 'refused' },
      { kind: 'note', tone: 'problem', text: 'The server refused user_text_message: too long' },
    ]);
  });

  it('goes on with the answer while the user speaks into it', () => {
    const conversation = after([
      question,
      ...answer,
      top('user-transcription', { text: 'wait', final: false }),
      top('bot-llm-text', { text: ' Far out.' }),
    ]);
    expect(texts(conversation)).toEqual([
      ['user', 'Where are you?'],
      ['character', 'By the sea. Far out.'],
      ['user', ''],
    ]);
  });

  it.each([
    [{ was_interrupted: true }, 'interrupted'],
    [{ was_interrupted: false }, 'completed'],
    [{ was_interrupted: false, was_aborted: true }, 'aborted'],
  ])('knows how a turn ended: %o', (data, state) => {
    const conversation = after([...answer, wrapped('bot-turn-completed', data)]);
    expect(conversation.entries).toMatchObject([{ state }]);
  });

  it('knows who speaks, whichever form says it', () => {
    const both = after([top('user-started-speaking'), wrapped('bot-started-speaking')]);
    expect(both).toMatchObject({ userSpeaking: true, characterSpeaking: true });
    expect(after([top('user-stopped-speaking'), top('bot-stopped-speaking')], both)).toMatchObject({
      userSpeaking: false,
      characterSpeaking: false,
    });
  });

  it.each(['bot-ready', 'bot-llm-started', 'bot-started-speaking'])(
    'takes %s for a sign that the character is here',
    (type) => {
      expect(after([top(type)]).ready).toBe(true);
    },
  );

  it('gives each answer its own timing, also when that comes late', () => {
    const trace = (turn_id: string, firstSoundMs: number) =>
      wrapped('turn-trace', { turn_id, status: 'completed', stages: { firstSoundMs } });
    const conversation = after([...answer, question, ...answer, trace('a', 400), trace('b', 500)]);
    const sounds = conversation.entries.flatMap((entry) =>
      entry.kind === 'character' ? [entry.trace?.stages.firstSoundMs] : [],
    );
    expect(sounds).toEqual([400, 500]);
  });

  it('shows a turn that ended before its first word', () => {
    const trace = wrapped('turn-trace', { turn_id: 'a', status: 'aborted', stages: {} });
    expect(after([question, trace, trace]).entries).toMatchObject([
      { kind: 'user' },
      { kind: 'character', text: '', state: 'aborted' },
    ]);
  });

  it('shows an action once though it comes as a string and as an object', () => {
    const conversation = after([
      ...answer,
      top('action-response', { actions: ['Move To cube'] }),
      wrapped('action-response', { actions: [{ name: 'Move To', target: 'cube' }] }),
      wrapped('bot-emotion', { emotion: 'happy', scale: 2 }),
    ]);
    expect(conversation.entries).toMatchObject([{ tags: ['Move To cube', 'happy 2'] }]);
  });

  it('passes on the problems that the server reports', () => {
    const conversation = after([top('error', { message: 'The voice failed.' })]);
    expect(conversation.entries).toMatchObject([{ tone: 'problem', text: 'The voice failed.' }]);
  });

  it('ignores what it does not know', () => {
    expect(after([top('visemes', { sil: 1 }), wrapped('new-thing')])).toEqual(newConversation);
  });

  it('forgets the oldest lines of a very long conversation', () => {
    const { entries } = after(
      Array.from({ length: 900 }, (_, i) => (i % 2 ? question : answer[0])),
    );
    expect(entries).toHaveLength(400);
  });
});

describe('hungUp', () => {
  it('leaves nobody speaking and nothing open', () => {
    const talking = after([
      top('bot-ready'),
      top('user-started-speaking'),
      ...answer,
      top('user-transcription', { text: 'but', final: false }),
    ]);
    const ended = hungUp(withTypedText(talking, 'hello', 9));
    expect(ended).toMatchObject({ ready: false, userSpeaking: false, characterSpeaking: false });
    expect(ended.entries).toMatchObject([
      { kind: 'character', state: 'interrupted' },
      { kind: 'user', state: 'settled', text: 'but' },
      { kind: 'user', state: 'refused' },
    ]);
  });
});
