import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { WebSocket } from 'ws';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AgentDesk, LineEnd, SessionAsk } from '../../src/dispatch/agent-connection.ts';
import { AgentLine } from '../../src/dispatch/agent-line.ts';
import { PublicError } from '../../src/errors/public-error.ts';
import { JournalRefused } from '../../src/journal/journal-errors.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openJournal } from '../../src/journal/open-journal.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import { journalPath, type Welcome } from '../../src/protocol/journal.ts';
import type { TurnRecord } from '../../src/protocol/turn-record.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { soon } from '../fakes/soon.ts';

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

/** Notes what is asked, and answers as the test says. */
class NotingDesk implements AgentDesk {
  readonly hellos: string[] = [];
  readonly lostAgents: [string, LineEnd][] = [];
  answerWith: (ask: SessionAsk) => Promise<unknown> = () => Promise.resolve(null);

  hello(agentId: string): Promise<Welcome> {
    this.hellos.push(agentId);
    return Promise.resolve(welcome);
  }
  answer(_agentId: string, ask: SessionAsk): Promise<unknown> {
    return this.answerWith(ask);
  }
  laneOf(ask: SessionAsk): string {
    return 'sessionId' in ask ? ask.sessionId : ask.op;
  }
  lost(agentId: string, how: LineEnd): void {
    this.lostAgents.push([agentId, how]);
  }
}

let http: Server;
let url: string;
let clock: FakeClock;
let desk: NotingDesk;
let line: AgentLine;
let journals: Journal[];

beforeEach(async () => {
  clock = new FakeClock();
  desk = new NotingDesk();
  line = new AgentLine({ secret: 'a secret', clock, log: silentLog });
  http = createServer();
  line.attach(http);
  line.serve(desk);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  url = `http://127.0.0.1:${address.port}`;
  journals = [];
});

afterEach(async () => {
  line.close();
  await Promise.all(journals.map((journal) => journal.close()));
  http.close();
  await once(http, 'close');
});

const connect = async (agentId = 'agent-1') => {
  const journal = await openJournal({
    url,
    secret: 'a secret',
    agentId,
    clock: systemClock,
    log: silentLog,
    currentRooms: () => [],
  });
  journals.push(journal);
  return journal;
};

/** @returns the HTTP status that an upgrade is refused with */
const refusal = async (path: string, authorization?: string) => {
  const headers = authorization === undefined ? {} : { authorization };
  const socket = new WebSocket(url.replace('http', 'ws') + path, { headers });
  socket.on('error', () => undefined);
  const status = await new Promise<number | undefined>((resolve) => {
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
  });
  socket.terminate();
  return status;
};

describe('the agent line', () => {
  it('lets nobody in without the secret', async () => {
    expect(await refusal(journalPath)).toBe(401);
    expect(await refusal(journalPath, 'Bearer another secret')).toBe(401);
    expect(await refusal(journalPath, 'a secret')).toBe(401);
  });

  it('is the only WebSocket there is', async () => {
    expect(await refusal('/elsewhere', 'Bearer a secret')).toBe(404);
  });

  it('sends agents away while nobody can answer them', async () => {
    const early = new AgentLine({ secret: 'a secret', clock, log: silentLog });
    line.close();
    early.attach(http);
    expect(await refusal(journalPath, 'Bearer a secret')).toBe(503);
    early.close();
  });

  it('carries asks to the desk and answers back', async () => {
    const journal = await connect();
    const asked: SessionAsk[] = [];
    desk.answerWith = (ask) => Promise.resolve(void asked.push(ask));
    await journal.appendTurn('s1', turn);
    expect(asked).toEqual([{ op: 'appendTurn', sessionId: 's1', turn }]);
  });

  it('answers the asks of one lane in their order, and does not let other lanes wait', async () => {
    const journal = await connect();
    const done: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    desk.answerWith = async (ask) => {
      if (ask.op === 'clientJoined') await held;
      done.push(`${ask.op} ${'sessionId' in ask ? ask.sessionId : ''}`);
    };
    const first = journal.clientJoined('s1');
    const second = journal.sessionEnded('s1', 'client_left');
    await journal.appendTurn('s2', turn);
    expect(done).toEqual(['appendTurn s2']);
    release();
    await Promise.all([first, second]);
    expect(done.slice(1)).toEqual(['clientJoined s1', 'sessionEnded s1']);
  });

  it('says which failures are for good', async () => {
    const journal = await connect();
    desk.answerWith = () => Promise.reject(new PublicError(404, 'unknown_session', 'No such one.'));
    await expect(journal.clientJoined('s1')).rejects.toMatchObject(
      new JournalRefused('unknown_session'),
    );
  });

  it('has the agent repeat what failed for another reason', async () => {
    const journal = await connect();
    let tries = 0;
    desk.answerWith = () =>
      ++tries < 3 ? Promise.reject(new Error('database away')) : Promise.resolve(null);
    await journal.clientJoined('s1');
    expect(tries).toBe(3);
  });

  it('pushes to an agent by its id', async () => {
    const journal = await connect();
    const left = once(journal.events, 'leaveRoom');
    expect(line.push('agent-1', { push: 'leaveRoom', roomName: 'room-1' })).toBe(true);
    expect(await left).toEqual([{ roomName: 'room-1' }]);
    expect(line.push('agent-2', { push: 'drain' })).toBe(false);
  });

  it('knows a goodbye', async () => {
    const journal = await connect();
    await journal.close();
    await vi.waitFor(() => expect(desk.lostAgents).toEqual([['agent-1', 'goodbye']]), soon);
  });

  it('hears within two seconds that an agent has fallen silent', async () => {
    const socket = await rawAgent();
    socket.pause(); // no pong any more, and no TCP reset
    for (let at = 0; at < 6; at++) await clock.advance(500);
    await vi.waitFor(() => expect(desk.lostAgents).toEqual([['agent-1', 'silent']]), soon);
    socket.terminate();
  });

  it('does not take its own standing still for silence', async () => {
    const journal = await connect();
    clock.standStill(60_000);
    await clock.advance(0);
    await journal.clientJoined('s1');
    expect(desk.lostAgents).toEqual([]);
  });

  it('believes the newer of two lines of one agent, and misses nobody', async () => {
    const socket = await rawAgent();
    const closed = once(socket, 'close');
    await connect('agent-1');
    await closed;
    expect(desk.lostAgents).toEqual([]);
  });

  it('refuses for good an ask that it does not understand, and keeps the line', async () => {
    const journal = await connect();
    const wrong = { ...turn, id: 'no uuid' };
    await expect(journal.appendTurn('s1', wrong)).rejects.toMatchObject({ code: 'invalid_ask' });
    await journal.appendTurn('s1', turn);
    expect(desk.lostAgents).toEqual([]);
  });

  it('ends the line of an agent that sends what is no ask', async () => {
    const socket = await rawAgent();
    socket.send('{"op":"sudo"}');
    await once(socket, 'close');
    await vi.waitFor(() => expect(desk.lostAgents).toHaveLength(1), soon);
  });
});

async function rawAgent(): Promise<WebSocket> {
  const socket = new WebSocket(url.replace('http', 'ws') + journalPath, {
    headers: { authorization: 'Bearer a secret' },
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ id: 1, op: 'hello', agentId: 'agent-1', rooms: [] }));
  await once(socket, 'message');
  return socket;
}
