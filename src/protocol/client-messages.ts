import * as z from 'zod';
import { ContextUpdate } from './context-update.ts';
import { GivenId, laxText, orDefault } from './lax.ts';
import { PlainLine, plainLine, PlainText, plainText, SomeText } from './plain-text.ts';
import { RespondModeUpdate } from './respond-mode-update.ts';
import { CharacterRosterUpdate, InteractionTarget } from './roster.ts';
import { respond, type ServerResponse } from './server-messages.ts';
import { VisionStatus, VisionTrigger } from './vision-messages.ts';

/*
 * What a client tells the server on the data channel: `{type, data}`, with any topic or none.
 * Source: Convai docs, live-apis-beta/client-to-server-messages.md. Unknown fields, such as the web SDK's
 * `participant_sid`, are ignored. Texts are cleaned here (`plain-text.ts`): nothing further in has to.
 */
const limits = {
  /** A packet of LiveKit's data channel. */
  packetBytes: 64_000,
  textChars: 8_000,
  nameChars: 256,
  descriptionChars: 4_000,
  valueChars: 20_000,
  /** Of what a client's mistake is quoted in the answer to it. */
  quotedChars: 64,
  sceneItems: 500,
  templateKeys: 200,
} as const;
const noData = z.unknown().optional();

/** A message's own id; what counts as its `update_id` where it gives none. */
const Id = z
  .union([GivenId, z.number().transform(String)])
  .optional()
  .catch(undefined);

const message = <const T extends string, D extends z.ZodType>(type: T, data: D) =>
  z.object({ type: z.literal(type), id: Id, data });

const TemplateValue = laxText(limits.valueChars).transform(plainText);

const SceneItem = z.object({
  name: PlainLine(limits.nameChars).refine((name) => name !== '', { error: 'must not be empty' }),
  description: orDefault(PlainText(limits.descriptionChars), ''),
});

/** Both may be missing, and so may the payload: the message is acknowledged all the same. */
const Trigger = z
  .object({
    trigger_name: PlainLine(limits.nameChars).nullish(),
    trigger_message: PlainText(limits.textChars).nullish(),
  })
  .nullish()
  .transform((data) => ({ name: data?.trigger_name ?? '', text: data?.trigger_message ?? '' }));

const DynamicInfo = z
  .object({ dynamic_info: z.object({ text: PlainText(limits.packetBytes).nullish() }).nullish() })
  .nullish()
  .transform((data) => ({ text: data?.dynamic_info?.text ?? '' }));

/** Every message that a client may send. A new one is a line here, a case in `session/obey.ts`, a row in docs/protocol.md. */
export const ClientMessage = z.discriminatedUnion('type', [
  message('user_text_message', z.object({ text: SomeText(limits.textChars) })),
  message('trigger-message', Trigger),
  message(
    'update-template-keys',
    z.object({
      template_keys: z
        .record(z.string().max(limits.nameChars), TemplateValue)
        .refine((keys) => Object.keys(keys).length <= limits.templateKeys, {
          error: `must have at most ${limits.templateKeys} keys`,
        }),
    }),
  ),
  message(
    'update-scene-metadata',
    z.object({ scene_metadata: z.array(SceneItem).max(limits.sceneItems) }),
  ),
  message('update-dynamic-info', DynamicInfo),
  message('context-update', ContextUpdate),
  message('tts-toggle', z.object({ enabled: z.boolean() })),
  message('stt-toggle', z.object({ muted: z.boolean() })),
  message('interrupt-bot', noData),
  message('force-user-stopped-speaking', noData),
  message('interaction-target', InteractionTarget),
  message('character-roster-update', CharacterRosterUpdate),
  message('vision-status', VisionStatus),
  message('vision-trigger', VisionTrigger),
  message('respond-mode-update', RespondModeUpdate),
  message('reset-idle-timer', noData),
  message('usage-toggle', z.object({ enabled: z.boolean() })),
  message('kill-pipeline', noData),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;
/** The message of one type. */
export type MessageOf<T extends ClientMessage['type']> = Extract<ClientMessage, { type: T }>;

export const supportedTypes: readonly string[] = ClientMessage.options.map(
  ({ shape }) => shape.type.value,
);

const Envelope = z.object({
  type: z.string().min(1),
  id: z.unknown().optional(),
  data: z.unknown().optional(),
});

export type ParsedClientMessage =
  { ok: true; message: ClientMessage } | { ok: false; answer: ServerResponse };

/** @param bytes one data packet. @returns the message, or the error to answer with */
export function parseClientMessage(bytes: Uint8Array): ParsedClientMessage {
  if (bytes.length > limits.packetBytes) {
    const size = `${bytes.length} bytes, at most ${limits.packetBytes}`;
    return refused('validation-error', `Message is too large: ${size}`);
  }
  const json = parseJson(bytes);
  if (json === undefined) {
    return refused('parse-error', 'Failed to parse message: invalid JSON or UTF-8 encoding');
  }
  const envelope = Envelope.safeParse(json);
  if (!envelope.success) {
    return refused('validation-error', "Message missing required 'type' field");
  }
  const { type } = envelope.data;
  if (!supportedTypes.includes(type)) {
    const answer = respond('unknown-message-type', 'error', {
      message: `Unknown message type: ${plainLine(type.slice(0, limits.quotedChars))}`,
      extras: { supported_types: [...supportedTypes] },
    });
    return { ok: false, answer };
  }
  const known = ClientMessage.safeParse(envelope.data);
  if (known.success) return { ok: true, message: known.data };
  return refused(type, `Failed to process ${type}: ${whatIsWrong(known.error)}`);
}

/** The first thing that is wrong, and where. Names of the client's own making are cut short. */
function whatIsWrong({ issues: [issue] }: z.ZodError): string {
  const [, ...path] = issue?.path ?? [];
  const where = plainLine(
    path
      .map(String)
      .join('.')
      .slice(0, 2 * limits.quotedChars),
  );
  return `${where === '' ? 'data' : where}: ${issue?.message ?? 'is invalid'}`;
}

function refused(eventType: string, reason: string): ParsedClientMessage {
  return { ok: false, answer: respond(eventType, 'error', { message: reason }) };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined; // also when it nests deeper than the stack is high
  }
}
