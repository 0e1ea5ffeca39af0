import { createRequire } from 'node:module';
import type { Room, RoomOptions } from '@livekit/rtc-node';
import * as z from 'zod';

/*
 * LiveKit's client as it comes spends more on its own events than on media: its native part hands over each of its log
 * lines (5,000 for a join) as an event that nothing reads, and every event of the process goes to every room, which
 * takes a lock for it and keeps it for as long as that lock is held. And what went with its room cannot be let go a second
 * time: the client throws where it gives out its events, or when the garbage is collected, past everybody's reach. All
 * of it is set right here, through parts of the client that are private: where a version has them no more, it works as it
 * comes. So whoever joins a room, tests and bench too, joins it by `connectRoom`.
 */

type Listen = (event: unknown) => unknown;
const isFunction = (value: unknown) => typeof value === 'function';
const Listen = z.custom<Listen>(isFunction);
type Emitter = {
  emit(name: string, event: unknown): void;
  on(name: string, listener: (event: unknown) => void): void;
  request(request: { message: { case: string; value: object } }): unknown;
};
const Emitter = z.custom<Emitter>(
  (value) =>
    z
      .object({
        emit: z.custom(isFunction),
        on: z.custom(isFunction),
        request: z.custom(isFunction),
      })
      .safeParse(value).success,
);
const Bindings = z.object({
  livekitInitialize:
    z.custom<(onEvent: (bytes: Uint8Array) => void, captureLogs: boolean, version: string) => void>(
      isFunction,
    ),
  FfiEvent: z.custom<{ fromBinary(bytes: Uint8Array): unknown }>(isFunction),
  FfiHandle: z.custom<{
    new (handle: bigint): { dispose(): void };
    prototype: { dispose(): void };
  }>(isFunction),
});
/** A frame of a video, as the native part hands it over: what it holds is ours to let go. */
const FrameEvent = z.object({
  message: z.object({
    case: z.literal('videoStreamEvent'),
    value: z.object({
      message: z.object({
        case: z.literal('frameReceived'),
        value: z.object({ buffer: z.object({ handle: z.object({ id: z.bigint() }) }) }),
      }),
    }),
  }),
});

/**
 * Joins a room, and subscribes to everything in it unless told otherwise.
 * @throws LiveKit's ConnectError when it cannot be joined
 */
export async function connectRoom(
  room: Room,
  url: string,
  token: string,
  options: Partial<RoomOptions> = {},
): Promise<void> {
  ignoreFrames(room);
  const connecting = room.connect(url, token, {
    autoSubscribe: true,
    dynacast: false,
    ...options,
  });
  setRight();
  await connecting;
}

/** Kinds that come for every frame of every voice, and that no room has a use for. */
const frequent: ReadonlySet<unknown> = new Set([
  'audioStreamEvent',
  'captureAudioFrame',
  'videoStreamEvent',
  'publishData',
  'logs',
]);

/** Lets a room look at the kind of an event before it takes its lock. */
function ignoreFrames(room: Room): void {
  const found = Listen.safeParse(Reflect.get(room, 'onFfiEvent'));
  if (!found.success) return;
  const listen = found.data;
  Reflect.set(room, 'onFfiEvent', (event: unknown) =>
    frequent.has(kindOf(event)) ? undefined : listen(event),
  );
}

/** By hand: this runs for each event times each room. */
function kindOf(event: unknown): unknown {
  if (typeof event !== 'object' || event === null || !('message' in event)) return undefined;
  const { message } = event;
  return typeof message === 'object' && message !== null && 'case' in message
    ? message.case
    : undefined;
}

let isRight = false;

/** Once the native part runs. */
function setRight(): void {
  if (isRight) return;
  const client = Emitter.safeParse(Reflect.get(globalThis, '_ffiClientInstance'));
  if (!client.success) return;
  isRight = true;
  forgiveCollected();
  // From where the client itself has it: another copy would have another native part.
  const ofClient = createRequire(createRequire(import.meta.url).resolve('@livekit/rtc-node'));
  const bindings = Bindings.safeParse(ofClient('@livekit/rtc-ffi-bindings'));
  if (!bindings.success) return;
  const { livekitInitialize, FfiEvent, FfiHandle } = bindings.data;
  forgiveGone(FfiHandle.prototype);
  letFramesGo(client.data, FfiHandle);
  // It writes its errors to standard error and the rest nowhere.
  const onEvent = (bytes: Uint8Array) => {
    client.data.emit('ffi_event', FfiEvent.fromBinary(bytes));
  };
  livekitInitialize(onEvent, false, 'parley');
}

/**
 * Asks the native part for something that the client has no method for, where it is understood.
 * @param kind of a request, as its protocol calls it
 */
export function askFor(kind: string, value: object): void {
  const client = Emitter.safeParse(Reflect.get(globalThis, '_ffiClientInstance'));
  if (client.success) client.data.request({ message: { case: kind, value } });
}

/**
 * A frame that was under way when its stream was closed has nobody to let it go, and it is more than a megabyte. So
 * each is let go here, after those who know it: a second time does nothing.
 */
function letFramesGo(client: Emitter, Handle: new (handle: bigint) => { dispose(): void }): void {
  client.on('ffi_event', (event) => {
    if (kindOf(event) !== 'videoStreamEvent') return;
    const frame = FrameEvent.safeParse(event);
    if (!frame.success) return;
    const { id } = frame.data.message.value.message.value.buffer.handle;
    // Who listens copies it at once; their listeners may come after this one.
    queueMicrotask(() => {
      new Handle(id).dispose();
    });
  });
}

function forgiveGone(handle: { dispose(): void }): void {
  const dispose = Reflect.get(handle, 'dispose');
  handle.dispose = function () {
    try {
      Reflect.apply(dispose, this, []);
    } catch {
      // It went with its room.
    }
  };
}

/** The native part has one class and one code for all its failures; which it was, only its words tell. */
const Gone = z.object({
  code: z.literal('GenericFailure'),
  message: z.literal('trying to drop an invalid handle'),
});

/**
 * What went with its room is let go a second time by the garbage collector as well. No `try` is around that: it would
 * end the process, with all its sessions. Every other error takes the way it would have taken.
 */
function forgiveCollected(): void {
  if (process.hasUncaughtExceptionCaptureCallback()) return;
  process.setUncaughtExceptionCaptureCallback((err) => {
    if (Gone.safeParse(err).success) return;
    if (!process.emit('uncaughtException', err)) throw err;
  });
}
