import { isObject, objectAt, parseJson, textAt, type JsonObject } from './json.ts';

/**
 * A message of the server, whichever form it came in. `top`: the type stands at the top level. `wrapped`: inside a
 * `server-message`. `flat`: `server-response`, whose fields stand beside its type.
 */
export type Message = {
  type: string;
  form: 'top' | 'wrapped' | 'flat';
  data: JsonObject;
};

/** @returns undefined for what no message is */
export function readMessage(value: unknown): Message | undefined {
  if (!isObject(value)) return undefined;
  const type = textAt(value, 'type');
  if (type === undefined) return undefined;
  if (type === 'server-response') return { type, form: 'flat', data: value };
  const data = objectAt(value, 'data');
  const inner = textAt(data, 'type');
  if (type === 'server-message' && inner !== undefined)
    return { type: inner, form: 'wrapped', data };
  return { type, form: 'top', data };
}

const decoder = new TextDecoder();

/** @param bytes a data packet, of any content */
export function decodePacket(bytes: Uint8Array): unknown {
  return parseJson(decoder.decode(bytes));
}
