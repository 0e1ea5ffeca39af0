import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as z from 'zod';
import type { Journal } from '../../src/journal/journal.ts';
import { JournalClosed, JournalRefused } from '../../src/journal/journal-errors.ts';
import { openJournal } from '../../src/journal/open-journal.ts';
import { OutboxFull } from '../../src/journal/outbox.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import { toBuffer } from '../../src/lifetime/reconnecting-socket.ts';
import { untouchedContext } from '../../src/protocol/client-context.ts';
import { SessionSettings } from '../../src/protocol/connect.ts';
import {
  AgentMessage,
  journalPath,
  type Assignment,
  type ServerMessage,
  type Welcome,
} from '../../src/protocol/journal.ts';
import type { TurnRecord } from '../../src/protocol/turn-record.ts';
import { nothingRecollected } from '../../src/protocol/recollection.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { aCharacter } from '../fakes/a-character.ts';
import { soon } from '../fakes/soon.ts';

type Ask = z.infer<typeof AgentMessage>;

const stage = { baseUrl: 'http://127.0.0.1:1/v1', model: 'm' };
const welcome: Welcome = {
  livekit: { url: 'ws://127.0.0.1:7880', apiKey: 'devkey', apiSecret: 'secret' },
  agentName: 'parley',
  providers: { llm: stage, stt: stage, tts: stage },
  maxSessions: 4,
  idle: null,
};
const turn: TurnRecord = {
  id: '11111111-1111-4111-8111-111111111111',
  origin: 'speech',
  userText: 'Hello?',
  assistantText: 'Hello.',
  status: 'completed',
  stages: {},
  startedAt: '2026-01-01T00:00:00.000Z',
};
const assignment: Assignment = {
  sessionId: 's1',
  roomName: 'room-1',
  characterSessionId: 'c1',
  character: aCharacter(),
  ownLlm: null,
  narrative: null,
  tools: null,
  settings: SessionSettings.parse({}),
  context: null,
  userIdentity: 'user:s1',
  participants: [],
  cast: null,
  history: [turn],
  recollection: nothingRecollected,
  takenOver: false,
};

/** A server that does with asks what the test says. */
class ScriptedServer {
  readonly asks: Ask[] = [];
  readonly http: Server;
  answer: (ask: Ask) => ServerMessage | undefined = (ask) => ({
    id: ask.id,
    ok: true,
    result: ask.op === 'hello' ? welcome : null,
  });
  readonly #sockets: WebSocketServer;
  #socket: WebSocket | undefined;

  constructor() {
    this.http = createServer();
    this.#sockets = new WebSocketServer({ server: this.http, path: journalPath });
    this.#sockets.on('connection', (socket) => {
      this.#socket = socket;
      socket.on('message', (data) => {
        const ask = AgentMessage.parse(JSON.parse(toBuffer(data).toString()));
        this.asks.push(ask);
        const answer = this.answer(ask);
        if (answer) this.send(answer);
      });
    });
  }

  send(message: ServerMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }

  /** As when a network breaks and both ends notice. */
  breakLine(): void {
    this.#socket?.terminate();
  }

  of(op: Ask['op']): Ask[] {
    return this.asks.filter((ask) => ask.op === op);
  }

  async listen(): Promise<string> {
    this.http.listen(0, '127.0.0.1');
    await once(this.http, 'listening');
    const address = this.http.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    this.#sockets.close();
    this.http.close();
    if (this.http.listening) await once(this.http, 'close');
  }
}

let server: ScriptedServer;
let url: string;
let journals: Journal[];

const open = async (currentRooms: string[] = []) => {
  const journal = await openJournal({
    url,
    secret: 'a secret',
    agentId: 'agent-1',
    clock: systemClock,
    log: silentLog,
    currentRooms: () => currentRooms,
  });
  journals.push(journal);
  return journal;
};

beforeEach(async () => {
  server = new ScriptedServer();
  url = await server.listen();
  journals = [];
});

afterEach(async () => {
  await server.close();
  await Promise.all(journals.map((journal) => journal.close()));
});

describe('a journal', () => {
  it('says hello with its rooms and learns what the server uses', async () => {
    const journal = await open(['room-7']);
    expect(server.asks[0]).toMatchObject({ op: 'hello', agentId: 'agent-1', rooms: ['room-7'] });
    expect(journal.welcome).toEqual(welcome);
  });

  it('keeps what a client changed, and asks again where the line broke', async () => {
    const journal = await open();
    server.answer = (ask) =>
      ask.op === 'hello' ? { id: ask.id, ok: true, result: welcome } : undefined;
    const keeping = journal.keepContext('s1', { ...untouchedContext, updates: ['It rains.'] });
    await vi.waitFor(() => expect(server.of('keepContext')).toHaveLength(1), soon);
    server.breakLine();
    await vi.waitFor(() => expect(server.of('keepContext')).toHaveLength(2), soon);
    const [first, again] = server.of('keepContext');
    expect(again).toEqual(first);
    expect(again).toMatchObject({ sessionId: 's1', context: { updates: ['It rains.'] } });
    server.send({ id: again?.id ?? 0, ok: true, result: null });
    await keeping;
  });

  it('waits with storing a turn until the server says that it is stored', async () => {
    const journal = await open();
    server.answer = () => undefined;
    const stored = vi.fn();
    const appending = journal.appendTurn('s1', turn).then(stored);
    await vi.waitFor(() => expect(server.of('appendTurn')).toHaveLength(1), soon);
    expect(stored).not.toHaveBeenCalled();
    server.send({ id: server.of('appendTurn')[0]?.id ?? 0, ok: true, result: null });
    await appending;
    expect(stored).toHaveBeenCalledOnce();
  });

  it('asks again, in the same order and under the same ids, what a broken line left unanswered', async () => {
    const journal = await open();
    const { answer } = server;
    server.answer = (ask) => (ask.op === 'hello' ? answer(ask) : undefined);
    const both = Promise.all([
      journal.appendTurn('s1', { ...turn, status: 'open' }),
      journal.appendTurn('s1', turn),
    ]);
    await vi.waitFor(() => expect(server.of('appendTurn')).toHaveLength(2), soon);
    server.answer = answer;
    server.breakLine();
    await both;
    const [first, second, ...again] = server.of('appendTurn');
    expect(again).toEqual([first, second]);
    expect(server.of('hello')).toHaveLength(2);
    // Hello comes first on every line.
    expect(server.asks.findLastIndex(({ op }) => op === 'hello')).toBe(3);
  });

  it('asks again what the server could not do just now', async () => {
    const journal = await open();
    const { answer } = server;
    server.answer = (ask) =>
      server.of('appendTurn').length < 2
        ? { id: ask.id, ok: false, code: 'internal_error', retryable: true }
        : answer(ask);
    await journal.appendTurn('s1', turn);
    expect(server.of('appendTurn')).toHaveLength(2);
  });

  it('gives up what the server refuses', async () => {
    const journal = await open();
    server.answer = (ask) => ({ id: ask.id, ok: false, code: 'unknown_session', retryable: false });
    await expect(journal.appendTurn('s1', turn)).rejects.toThrow(JournalRefused);
  });

  it('takes what is asked while the server is away, and refuses aloud when that is too much', async () => {
    const journal = await open();
    const { answer } = server;
    server.answer = () => undefined;
    const results: Promise<unknown>[] = [];
    const big = { ...turn, assistantText: 'x'.repeat(100_000) };
    for (let at = 0; at < 400; at++)
      results.push(journal.appendTurn('s1', big).catch((e: unknown) => e));
    await vi.waitFor(() => expect(server.of('appendTurn').length).toBeGreaterThan(0), soon);
    server.answer = answer;
    server.breakLine();
    const settled = await Promise.all(results);
    const refused = settled.filter((result) => result instanceof OutboxFull);
    expect(refused.length).toBeGreaterThan(0);
    expect(settled.filter((result) => result === undefined)).toHaveLength(400 - refused.length);
  });

  it('does not take an ask that is longer than the line carries', async () => {
    const journal = await open();
    const long = { ...turn, assistantText: 'x'.repeat(1_100_000) };
    await expect(journal.appendTurn('s1', long)).rejects.toThrow(JournalRefused);
    await journal.appendTurn('s1', turn);
    expect(server.of('hello')).toHaveLength(1);
  });

  it('says only the newest status, and says it again after a reconnect', async () => {
    const journal = await open();
    const status = { load: 0.5, sessions: 2, maxSessions: 4, full: null };
    journal.status(status);
    await vi.waitFor(() => expect(server.of('status')).toHaveLength(1), soon);
    server.breakLine();
    await vi.waitFor(() => expect(server.of('status')).toHaveLength(2), soon);
    expect(server.of('status')[1]).toMatchObject(status);
  });

  it('hands a session over once, however often it is assigned', async () => {
    const journal = await open();
    const assigned = vi.fn();
    journal.events.on('assign', assigned);
    server.answer = (ask) => {
      server.send({ push: 'assign', assignment });
      server.send({ push: 'assign', assignment });
      return { id: ask.id, ok: true, result: assignment };
    };
    expect(await journal.roomJoined('room-1')).toBeNull();
    expect(assigned).toHaveBeenCalledExactlyOnceWith(assignment);
  });

  it('passes on that there is something to recall for a character now', async () => {
    const journal = await open();
    const recalls = vi.fn();
    journal.events.on('recalls', recalls);
    server.send({ push: 'recalls', characterId: 'ada' });
    await vi.waitFor(() => expect(recalls).toHaveBeenCalledWith({ characterId: 'ada' }), soon);
  });

  it('gives the session of a room that waits for its agent', async () => {
    const journal = await open();
    server.answer = (ask) => ({ id: ask.id, ok: true, result: assignment });
    expect(await journal.roomJoined('room-1')).toEqual(assignment);
    // As when another process had the room meanwhile.
    expect(await journal.roomJoined('room-1')).toEqual(assignment);
  });

  it('tells of ends and of rooms to leave', async () => {
    const journal = await open();
    const told = vi.fn();
    journal.events.on('endSession', told);
    journal.events.on('leaveRoom', told);
    server.send({ push: 'endSession', sessionId: 's1', reason: 'never_joined' });
    server.send({ push: 'leaveRoom', roomName: 'room-1' });
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(2), soon);
    expect(told.mock.calls).toEqual([
      [{ sessionId: 's1', reason: 'never_joined' }],
      [{ roomName: 'room-1' }],
    ]);
  });

  it('lives on when the server sends what is no message', async () => {
    const journal = await open();
    server.answer = (ask) => {
      server.send({ push: 'leaveRoom', roomName: '' });
      return { id: ask.id, ok: true, result: null };
    };
    await expect(journal.appendTurn('s1', turn)).resolves.toBeUndefined();
  });

  it('waits for the last answers when it is closed', async () => {
    const journal = await open();
    const appending = journal.appendTurn('s1', turn);
    await journal.close();
    await expect(appending).resolves.toBeUndefined();
    await expect(journal.appendTurn('s1', turn)).rejects.toThrow(JournalClosed);
  });

  it('lets what is unanswered fail when it is closed without a server', async () => {
    const journal = await open();
    await server.close();
    await vi.waitFor(() => expect(journal.isUp).toBe(false), soon);
    const appending = expect(journal.appendTurn('s1', turn)).rejects.toThrow(JournalClosed);
    await journal.close();
    await appending;
  });

  it('stops trying to open when it is told to', async () => {
    await server.close();
    const controller = new AbortController();
    const opening = openJournal({
      url,
      secret: 'a secret',
      agentId: 'agent-1',
      clock: systemClock,
      log: silentLog,
      currentRooms: () => [],
      signal: controller.signal,
    });
    controller.abort();
    await expect(opening).rejects.toThrow();
  });

  describe('recalling', () => {
    const query = { text: 'When is high water?', speakerId: null };
    const found = [{ source: 'memory', id: 'f1', title: 'turn 3', text: 'Likes tea.', score: 1 }];
    const never = new AbortController().signal;

    it('is answered with what may help', async () => {
      const journal = await open();
      server.answer = ({ id }) => ({ id, ok: true, result: found });
      const of = { sessionId: 'session-1', membershipId: undefined };
      expect(await journal.recall(of, query, never)).toEqual(found);
      expect(server.of('recall')).toMatchObject([{ sessionId: 'session-1', query }]);
    });

    it("is given up by its signal, and a late answer is nobody's", async () => {
      const journal = await open();
      server.answer = () => undefined;
      const guess = new AbortController();
      const asked = journal.recall({ sessionId: 'session-1' }, query, guess.signal);
      await vi.waitFor(() => {
        expect(server.of('recall')).toHaveLength(1);
      }, soon);
      guess.abort(new Error('the user went on'));
      await expect(asked).rejects.toThrow('the user went on');
      server.send({ id: server.of('recall')[0]?.id ?? 0, ok: true, result: found });
      server.answer = ({ id }) => ({ id, ok: true, result: null });
      await journal.clientJoined('session-1');
    });

    it('is not repeated over a new line', async () => {
      const journal = await open();
      const { answer } = server;
      server.answer = (ask) => (ask.op === 'recall' ? undefined : answer(ask));
      const asked = journal.recall({ sessionId: 'session-1' }, query, never);
      await vi.waitFor(() => {
        expect(server.of('recall')).toHaveLength(1);
      }, soon);
      const welcomed = once(journal.events, 'welcome');
      server.breakLine();
      await expect(asked).rejects.toThrow();
      await welcomed;
      await journal.clientJoined('session-1');
      expect(server.of('recall')).toHaveLength(1);
    });

    it('that is refused is not asked for again', async () => {
      const journal = await open();
      server.answer = ({ id }) => ({ id, ok: false, code: 'busy', retryable: true });
      await expect(journal.recall({ sessionId: 'session-1' }, query, never)).rejects.toMatchObject({
        code: 'busy',
      });
    });
  });
});
