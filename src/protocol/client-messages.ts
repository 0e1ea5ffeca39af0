import * as z from 'zod';
import { respond, type ServerResponse } from './server-messages.ts';

/*
 * What a client tells the server on the data channel: `{type, data}`, with any topic or none.
 * Source: Convai docs, live-apis-beta/client-to-server-messages.md. Unknown fields, such as the web SDK's
 * `participant_sid`, are ignored.
 */
const mostChars = 8_000;
const noData = z.unknown();

const payloads = {
  user_text_message: z.object({ text: z.string().trim().min(1).max(mostChars) }),
  'interrupt-bot': noData,
  'force-user-stopped-speaking': noData,
  'tts-toggle': z.object({ enabled: z.boolean() }),
  'stt-toggle': z.object({ muted: z.boolean() }),
  'update-template-keys': z.object({
    template_keys: z.record(z.string().max(256), z.union([z.string(), z.number(), z.boolean()])),
  }),
  'update-dynamic-info': z.object({
    dynamic_info: z.object({ text: z.string().max(80_000) }),
  }),
  'usage-toggle': z.object({ enabled: z.boolean() }),
  'reset-idle-timer': noData,
} as const;

type Payloads = typeof payloads;
type ClientMessageType = keyof Payloads;
export type ClientMessage = {
  [T in ClientMessageType]: { type: T; data: z.infer<Payloads[T]> };
}[ClientMessageType];

export const supportedTypes = Object.keys(payloads);

const Envelope = z.object({ type: z.string().min(1).max(64), data: z.unknown().optional() });
const Known = z.discriminatedUnion('type', [
  z.object({ type: z.literal('user_text_message'), data: payloads.user_text_message }),
  z.object({ type: z.literal('interrupt-bot'), data: noData }),
  z.object({ type: z.literal('force-user-stopped-speaking'), data: noData }),
  z.object({ type: z.literal('tts-toggle'), data: payloads['tts-toggle'] }),
  z.object({ type: z.literal('stt-toggle'), data: payloads['stt-toggle'] }),
  z.object({ type: z.literal('update-template-keys'), data: payloads['update-template-keys'] }),
  z.object({ type: z.literal('update-dynamic-info'), data: payloads['update-dynamic-info'] }),
  z.object({ type: z.literal('usage-toggle'), data: payloads['usage-toggle'] }),
  z.object({ type: z.literal('reset-idle-timer'), data: noData }),
]);

export type ParsedClientMessage =
  { ok: true; message: ClientMessage } | { ok: false; answer: ServerResponse };

/** @param bytes one data packet. @returns the message, or the error to answer with */
export function parseClientMessage(bytes: Uint8Array): ParsedClientMessage {
  const json = parseJson(bytes);
  if (json === undefined) {
    return refused('parse-error', 'Failed to parse message: invalid JSON or UTF-8 encoding');
  }
  const envelope = Envelope.safeParse(json);
  if (!envelope.success) {
    return refused('validation-error', "Message missing required 'type' field");
  }
  const { type, data } = envelope.data;
  if (!Object.hasOwn(payloads, type)) {
    return {
      ok: false,
      answer: respond('unknown-message-type', 'error', {
        message: `Unknown message type: ${type}`,
        extras: { supported_types: supportedTypes },
      }),
    };
  }
  const known = Known.safeParse({ type, data });
  if (!known.success) {
    const [issue] = known.error.issues;
    const where = issue?.path.slice(1).join('.') ?? '';
    return refused(
      type,
      `Invalid ${type}: ${where === '' ? 'data' : where}: ${issue?.message ?? ''}`,
    );
  }
  return { ok: true, message: known.data };
}

function refused(eventType: string, message: string): ParsedClientMessage {
  return { ok: false, answer: respond(eventType, 'error', { message }) };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
