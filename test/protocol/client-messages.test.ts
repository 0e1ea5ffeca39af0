import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseClientMessage, supportedTypes } from '../../src/protocol/client-messages.ts';

const bytes = (value: unknown) =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

describe('messages of a client', () => {
  it.each([
    { type: 'user_text_message', data: { text: ' Hello ', participant_sid: 'PA_1' } },
    { type: 'interrupt-bot' },
    { type: 'interrupt-bot', data: { participant_sid: 'PA_1' } },
    { type: 'force-user-stopped-speaking' },
    { type: 'tts-toggle', data: { enabled: false } },
    { type: 'stt-toggle', data: { muted: true } },
    { type: 'update-template-keys', data: { template_keys: { name: 'Ann', level: 5 } } },
    { type: 'update-dynamic-info', data: { dynamic_info: { text: 'It rains.' } } },
    { type: 'usage-toggle', data: { enabled: false } },
    { type: 'reset-idle-timer', data: { anything: 'is ignored' } },
  ])('are understood: $type', (message) => {
    expect(parseClientMessage(bytes(message))).toMatchObject({
      ok: true,
      message: { type: message.type },
    });
  });

  it('lose the blanks around what was typed', () => {
    const parsed = parseClientMessage(bytes({ type: 'user_text_message', data: { text: ' Hi ' } }));
    expect(parsed).toMatchObject({ message: { data: { text: 'Hi' } } });
  });

  it.each([
    ['not JSON', '{"type":', 'parse-error'],
    ['not UTF-8', new Uint8Array([0xff, 0xfe, 0x7b]), 'parse-error'],
    ['without a type', {}, 'validation-error'],
    ['no object', [1, 2], 'validation-error'],
    ['of a type that is no text', { type: 7 }, 'validation-error'],
    ['without what its type needs', { type: 'user_text_message' }, 'user_text_message'],
    [
      'with nothing but blanks',
      { type: 'user_text_message', data: { text: '  ' } },
      'user_text_message',
    ],
    [
      'too long',
      { type: 'user_text_message', data: { text: 'x'.repeat(8_001) } },
      'user_text_message',
    ],
    ['of the wrong kind', { type: 'tts-toggle', data: { enabled: 'yes' } }, 'tts-toggle'],
  ])('that are %s are refused with a reason', (_, message, eventType) => {
    const raw = message instanceof Uint8Array ? message : bytes(message);
    const parsed = parseClientMessage(raw);
    expect(parsed).toMatchObject({ ok: false, answer: { event_type: eventType, status: 'error' } });
  });

  it.each(['dance', '__proto__', 'constructor', 'toString'])(
    'of the unknown type %s are told what is known',
    (type) => {
      expect(parseClientMessage(bytes({ type }))).toMatchObject({
        ok: false,
        answer: { event_type: 'unknown-message-type', extras: { supported_types: supportedTypes } },
      });
    },
  );

  it('never throw, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map(bytes)), (raw) => {
        const parsed = parseClientMessage(raw);
        if (!parsed.ok) expect(parsed.answer.status).toBe('error');
      }),
    );
  });
});
