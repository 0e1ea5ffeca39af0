import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { PartialMessage } from '@bufbuild/protobuf';
import { Job, JobType, Room, ServerMessage, WorkerMessage } from '@livekit/protocol';
import { TokenVerifier } from 'livekit-server-sdk';
import { WebSocketServer, type WebSocket } from 'ws';
import { toBuffer } from '../../src/lifetime/reconnecting-socket.ts';

type Sent = NonNullable<PartialMessage<ServerMessage>['message']>;

/** The `/agent` end of a LiveKit server, as far as workers see it. */
export class FakeLivekitAgents {
  readonly keys = { apiKey: 'devkey', apiSecret: 'a secret of at least thirty-two letters' };
  readonly messages: WorkerMessage['message'][] = [];
  /** May its holder register? One for each connection. */
  readonly grants: (boolean | undefined)[] = [];
  readonly #http: Server = createServer();
  readonly #sockets = new WebSocketServer({ server: this.#http, path: '/agent' });
  #socket: WebSocket | undefined;

  constructor() {
    this.#sockets.on('connection', (socket, request) => {
      this.#socket = socket;
      void this.#verify(request.headers.authorization);
      socket.on('message', (data) => {
        const { message } = WorkerMessage.fromBinary(toBuffer(data));
        this.messages.push(message);
        if (message.case === 'register')
          this.send({ case: 'register', value: { workerId: `AW_${this.grants.length}` } });
      });
    });
  }

  async listen(): Promise<string> {
    this.#http.listen(0, '127.0.0.1');
    await once(this.#http, 'listening');
    const address = this.#http.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  }

  send(message: Sent): void {
    this.#socket?.send(new ServerMessage({ message }).toBinary());
  }

  sendGarbage(): void {
    this.#socket?.send(Buffer.from('no protobuf at all'));
  }

  offer(jobId: string, roomName: string): void {
    this.send({ case: 'availability', value: { job: aJob(jobId, roomName) } });
  }

  assign(jobId: string, roomName: string): void {
    const job = aJob(jobId, roomName);
    this.send({ case: 'assignment', value: { job, token: `token for ${roomName}` } });
  }

  breakLine(): void {
    this.#socket?.terminate();
  }

  of<C extends WorkerMessage['message']['case']>(
    what: C,
  ): Extract<WorkerMessage['message'], { case: C }>[] {
    return this.messages.filter(
      (message): message is Extract<WorkerMessage['message'], { case: C }> => message.case === what,
    );
  }

  async close(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    this.#sockets.close();
    this.#http.close();
    await once(this.#http, 'close');
  }

  async #verify(authorization = ''): Promise<void> {
    const verifier = new TokenVerifier(this.keys.apiKey, this.keys.apiSecret);
    const claims = await verifier.verify(authorization.replace('Bearer ', ''));
    this.grants.push(claims.video?.agent);
  }
}

function aJob(id: string, roomName: string): Job {
  return new Job({
    id,
    type: JobType.JT_ROOM,
    room: new Room({ name: roomName }),
    metadata: `metadata of ${id}`,
  });
}
