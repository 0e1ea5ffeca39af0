import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Room } from '@livekit/rtc-node';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { connectRoom } from '../../src/room/connect-room.ts';

const nobody = 'ws://127.0.0.1:1';
const isFunction = (value: unknown) => typeof value === 'function';
const Event = z.object({ message: z.object({ case: z.string().optional() }) });

/** Where LiveKit's client tells what its native part told it. */
function clientOf(): EventEmitter {
  return z.instanceof(EventEmitter).parse(Reflect.get(globalThis, '_ffiClientInstance'));
}

describe('joining a room', () => {
  it('fails where there is no LiveKit', async () => {
    await expect(connectRoom(new Room(), nobody, 'token')).rejects.toThrow();
  });

  it('does not bring the log of the native part into JavaScript', async () => {
    const kinds: (string | undefined)[] = [];
    clientOf().on('ffi_event', (event) => kinds.push(Event.parse(event).message.case));
    await expect(connectRoom(new Room(), nobody, 'token')).rejects.toThrow();
    expect(kinds).toContain('connect');
    expect(kinds).not.toContain('logs');
  });

  it('lets a room hear what happens, but not every frame of every voice', async () => {
    const room = new Room();
    const heard: unknown[] = [];
    Reflect.set(room, 'onFfiEvent', (event: unknown) => heard.push(event));
    await expect(connectRoom(room, nobody, 'token')).rejects.toThrow();
    heard.length = 0;
    const listen = z
      .custom<(event: unknown) => void>((value) => typeof value === 'function')
      .parse(Reflect.get(room, 'onFfiEvent'));
    const happened = { message: { case: 'roomEvent' } };
    for (const kind of ['audioStreamEvent', 'captureAudioFrame', 'logs'])
      listen({ message: { case: kind } });
    listen(happened);
    expect(heard).toEqual([happened]);
  });

  it('lets go a second time of what went with its room', async () => {
    const FfiHandle = await handleClass();
    const gone = new FfiHandle(123_456n);
    expect(() => {
      gone.dispose();
    }).not.toThrow();
  });

  it('outlives the garbage of what went with its room', async () => {
    const FfiHandle = await handleClass();
    setFlagsFromString('--expose_gc');
    const collect = z.custom<() => void>(isFunction).parse(runInNewContext('gc'));
    let collected = 0;
    const registry = new FinalizationRegistry(() => collected++);
    const leave = () => {
      registry.register(new FfiHandle(123_457n), undefined);
    };
    const uncaught = await uncaughtWhile(async () => {
      leave();
      while (collected === 0) {
        collect();
        await setImmediate();
      }
    });
    expect(uncaught).toEqual([]);
  });

  it('leaves all other errors that nobody catches as they are', async () => {
    await handleClass();
    const error = new Error('another');
    const uncaught = await uncaughtWhile(async () => {
      process.nextTick(() => {
        throw error;
      });
      await setImmediate();
    });
    expect(uncaught).toEqual([error]);
  });
});

/** The class whose objects stand for what the native part holds, once a room was to be joined. */
async function handleClass() {
  await expect(connectRoom(new Room(), nobody, 'token')).rejects.toThrow();
  const client = createRequire(import.meta.url).resolve('@livekit/rtc-node');
  const { FfiHandle } = z
    .object({ FfiHandle: z.custom<new (id: bigint) => { dispose(): void }>(isFunction) })
    .parse(createRequire(client)('@livekit/rtc-ffi-bindings'));
  return FfiHandle;
}

/** What would have ended the process meanwhile. */
async function uncaughtWhile(run: () => Promise<void>): Promise<unknown[]> {
  const others = process.listeners('uncaughtException');
  const uncaught: unknown[] = [];
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (err) => uncaught.push(err));
  try {
    await run();
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of others) process.on('uncaughtException', listener);
  }
  return uncaught;
}
