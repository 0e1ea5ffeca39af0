import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import { journalMessageBytes, journalPath, type ServerPush } from '../protocol/journal.ts';
import type { Log } from '../telemetry/log.ts';
import { AgentConnection, type AgentDesk } from './agent-connection.ts';

type TakesUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
export type AgentLineSettings = { secret: string; clock: Clock; log: Log };

/** Agents in one installation; a bound for what an unauthenticated peer can never reach anyway. */
const maxConnections = 1_000;

/** The server's end of the journals: lets agent processes in, and pushes to them by their id. */
export class AgentLine implements Closable {
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: journalMessageBytes,
    perMessageDeflate: false,
  });
  readonly #connections = new Set<AgentConnection>();
  readonly #byAgent = new Map<string, AgentConnection>();
  readonly #secretHash: Buffer;
  #desk: AgentDesk | undefined;
  #detach: (() => void)[] = [];

  constructor(private readonly settings: AgentLineSettings) {
    this.#secretHash = hash(settings.secret);
  }

  /** Who answers. Until then agents are told to come back later. */
  serve(desk: AgentDesk): void {
    this.#desk = desk;
  }

  /**
   * Takes the upgrades of this server: those to `journalPath`; every other one is refused with 404.
   * @param elsewhere asked first: true when it takes the upgrade
   */
  attach(server: Server, elsewhere: TakesUpgrade = () => false): void {
    const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (!elsewhere(request, socket, head)) this.#onUpgrade(request, socket, head);
    };
    server.on('upgrade', onUpgrade);
    this.#detach.push(() => server.off('upgrade', onUpgrade));
  }

  /** @returns false when the agent has no line now; it learns the state of its rooms at its next hello */
  push(agentId: string, push: ServerPush): boolean {
    return this.#byAgent.get(agentId)?.push(push) ?? false;
  }

  close(): void {
    this.#desk = undefined;
    for (const detach of this.#detach) detach();
    for (const connection of this.#connections) connection.end('goodbye');
    this.#sockets.close();
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A peer that goes away in the middle of this is no error of ours.
    socket.on('error', () => undefined);
    const desk = this.#desk;
    const path = request.url?.split('?', 1)[0];
    if (path !== journalPath) refuse(socket, '404 Not Found');
    else if (!this.#isAuthentic(request.headers.authorization)) refuse(socket, '401 Unauthorized');
    else if (!desk || this.#connections.size >= maxConnections)
      refuse(socket, '503 Service Unavailable');
    else
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        this.#connections.add(
          new AgentConnection(webSocket, desk, {
            clock: this.settings.clock,
            log: this.settings.log,
            onNamed: (agentId, connection) => this.#onNamed(agentId, connection),
            onEnd: (connection, how) => {
              this.#connections.delete(connection);
              const { agentId } = connection;
              if (agentId === undefined || this.#byAgent.get(agentId) !== connection) return;
              this.#byAgent.delete(agentId);
              this.#desk?.lost(agentId, how);
            },
          }),
        );
      });
  }

  #onNamed(agentId: string, connection: AgentConnection): void {
    const before = this.#byAgent.get(agentId);
    this.#byAgent.set(agentId, connection);
    // The agent knows better than we do that its old line is dead.
    if (before && before !== connection) before.end('replaced');
  }

  #isAuthentic(authorization: string | undefined): boolean {
    const given = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
    return given !== undefined && timingSafeEqual(hash(given), this.#secretHash);
  }
}

/** Of equal length whatever is given, as the constant-time comparison needs it. */
function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
