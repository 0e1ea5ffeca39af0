import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ReconnectingSocket,
  type SocketDown,
  type SocketSettings,
} from '../../src/lifetime/reconnecting-socket.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { soon } from '../fakes/soon.ts';

let http: Server;
let sockets: WebSocketServer;
let accepted: WebSocket[];
let clock: FakeClock;
let downs: SocketDown[];
let socket: ReconnectingSocket;
let refuses: boolean;

beforeEach(async () => {
  refuses = false;
  accepted = [];
  downs = [];
  clock = new FakeClock();
  http = createServer();
  sockets = new WebSocketServer({
    server: http,
    verifyClient: (_info, done) => {
      done(!refuses, 401);
    },
  });
  sockets.on('connection', (connection) => accepted.push(connection));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
});

afterEach(async () => {
  await socket.close();
  for (const connection of accepted) connection.terminate();
  sockets.close();
  http.close();
  await once(http, 'close');
});

const open = (over: Partial<SocketSettings> = {}) => {
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `ws://127.0.0.1:${address.port}`;
  socket = new ReconnectingSocket(
    {
      address: () => ({ url, headers: {} }),
      maxMessageBytes: 1_024,
      silentMs: 2_000,
      pingEveryMs: 0,
      backoff: { firstMs: 100, lastMs: 1_000 },
      onOpen: () => undefined,
      onMessage: () => undefined,
      onDown: (down) => downs.push(down),
      ...over,
    },
    clock,
    () => 1,
  );
};
const opened = async (times: number) => {
  await vi.waitFor(() => {
    expect(accepted).toHaveLength(times);
    expect(socket.isOpen).toBe(true);
  }, soon);
};

describe('a reconnecting socket', () => {
  it('opens again after a break, with a wait between', async () => {
    open();
    await opened(1);
    accepted[0]?.terminate();
    await vi.waitFor(() => expect(downs).toEqual([{ kind: 'closed', code: 1006 }]), soon);
    expect(socket.send('lost')).toBe(false);
    await clock.advance(99);
    expect(accepted).toHaveLength(1);
    await clock.advance(1);
    await opened(2);
  });

  it('gives up a connection on which nothing is heard', async () => {
    open();
    await opened(1);
    for (let at = 0; at < 5; at++) await clock.advance(500);
    await vi.waitFor(() => expect(downs).toEqual([{ kind: 'silent' }]), soon);
  });

  it('does not take its own standing still for silence', async () => {
    open();
    await opened(1);
    clock.standStill(60_000);
    await clock.advance(1_000);
    expect(socket.isOpen).toBe(true);
  });

  it('says with which status it was refused, and tries again', async () => {
    refuses = true;
    open();
    await vi.waitFor(() => expect(downs).toEqual([{ kind: 'refused', status: 401 }]), soon);
    refuses = false;
    await clock.advance(100);
    await opened(1);
  });

  it('is closed by a message longer than agreed', async () => {
    open();
    await opened(1);
    accepted[0]?.send('x'.repeat(2_000));
    await vi.waitFor(() => expect(downs).toHaveLength(1), soon);
  });

  it('can be closed while it is still connecting', async () => {
    open();
    await Promise.resolve(); // the handshake is on its way
    await socket.close();
    expect(socket.isOpen).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('leaves no timer behind', async () => {
    open();
    await opened(1);
    await socket.close();
    expect(clock.pending).toBe(0);
  });
});
