import { WebSocket } from 'ws';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { pcmBase64 } from '../../../src/audio/pcm-bytes.ts';
import { PublicError } from '../../../src/errors/public-error.ts';
import { babble, OfflineSubject } from '../offline-subject.ts';

const Told = z.looseObject({ type: z.string() });
type Told = z.infer<typeof Told>;
const transcription = 'conversation.item.input_audio_transcription';

/** A client of the WebSocket that keeps what it was told. */
class Client {
  readonly told: Told[] = [];
  readonly #waiting = new Set<() => void>();
  closed: number | undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => {
      this.told.push(Told.parse(JSON.parse(z.instanceof(Buffer).parse(data).toString())));
      for (const look of [...this.#waiting]) look();
    });
    socket.on('close', (code) => {
      this.closed = code;
      for (const look of [...this.#waiting]) look();
    });
  }

  /** @throws with the status when it is refused */
  static open(port: number, path: string, headers: Record<string, string> = {}): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
      const client = new Client(socket);
      socket.on('open', () => resolve(client));
      socket.on('unexpected-response', (request, response) => {
        request.destroy();
        reject(new Error(`HTTP ${response.statusCode}`));
      });
      socket.on('error', reject);
    });
  }

  say(event: unknown): void {
    this.socket.send(typeof event === 'string' ? event : JSON.stringify(event));
  }

  speak(samples: Int16Array): void {
    for (let at = 0; at < samples.length; at += 1_536) {
      const audio = pcmBase64(samples.slice(at, at + 1_536));
      this.say({ type: 'input_audio_buffer.append', audio });
    }
  }

  async until<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  /** Number `count` of this type, the first unless told otherwise. */
  event(type: string, count = 1): Promise<Told> {
    return this.until(() => this.told.filter((told) => told.type === type)[count - 1]);
  }
}

describe('the embedded provider as a stream', () => {
  const subject = new OfflineSubject();
  const clients: Client[] = [];
  const path = '/v1/realtime?intent=transcription&model=parley-offline';

  afterEach(() => {
    for (const { socket } of clients.splice(0)) socket.terminate();
  });

  async function open(headers: Record<string, string> = {}, where = path): Promise<Client> {
    const client = await Client.open(subject.port, where, headers);
    clients.push(client);
    return client;
  }

  const speech = babble(24_000);
  const twoSeconds = () => Int16Array.from([...speech, ...speech, ...speech, ...speech]);

  it('hears while it is spoken to, tells words that stay, and all of them at the end', async () => {
    subject.recogniser.streamed = (samples, isOver) =>
      isOver ? 'where am i now' : 'where am i no'.slice(0, Math.floor(samples / 2_000));
    const client = await open();
    client.say({
      type: 'session.update',
      session: {
        type: 'transcription',
        audio: {
          input: {
            format: { type: 'audio/pcm', rate: 24_000 },
            transcription: { model: 'parley-offline', language: 'en' },
            turn_detection: null,
          },
        },
      },
    });
    await client.event('session.updated');
    client.speak(twoSeconds());
    client.say({ type: 'input_audio_buffer.commit' });
    const { item_id: itemId } = await client.event('input_audio_buffer.committed');
    const done = await client.event(`${transcription}.completed`);
    expect(done).toMatchObject({ item_id: itemId, transcript: 'where am I now' });
    const deltas = client.told.filter(({ type }) => type === `${transcription}.delta`);
    expect(deltas.map(({ item_id: id }) => id)).toEqual(deltas.map(() => itemId));
    expect(deltas.map(({ delta }) => delta).join('')).toBe('where am I');
    expect(subject.recogniser.streams).toMatchObject([{ end: 'finished' }]);
    expect(subject.recogniser.heard).toHaveLength(0);
  });

  it('hears an utterance whole when nobody is free to listen, or it is a short one', async () => {
    const client = await open();
    client.speak(twoSeconds());
    client.say({ type: 'input_audio_buffer.commit' });
    expect(await client.event(`${transcription}.completed`)).toMatchObject({
      transcript: 'hello there',
    });
    subject.recogniser.streamed = () => 'streamed';
    client.speak(speech);
    client.say({ type: 'input_audio_buffer.commit' });
    await client.event(`${transcription}.completed`, 2);
    expect(subject.recogniser.heard).toHaveLength(2);
    expect(subject.recogniser.streams).toHaveLength(0);
  });

  it('hears an utterance whole when its listener was lost', async () => {
    subject.recogniser.streamed = (_, isOver) => {
      if (isOver) throw new Error('killed');
      return '';
    };
    const client = await open();
    client.speak(twoSeconds());
    client.say({ type: 'input_audio_buffer.commit' });
    expect(await client.event(`${transcription}.completed`)).toMatchObject({
      transcript: 'hello there',
    });
  });

  it('forgets what is cleared, and what its client leaves behind', async () => {
    subject.recogniser.streamed = () => '';
    const client = await open();
    client.speak(twoSeconds());
    client.say({ type: 'input_audio_buffer.clear' });
    await client.event('input_audio_buffer.cleared');
    expect(subject.recogniser.streams).toMatchObject([{ end: 'dropped' }]);
    client.speak(twoSeconds());
    client.say({ type: 'input_audio_buffer.clear' });
    client.speak(twoSeconds());
    await client.event('input_audio_buffer.cleared', 2);
    client.socket.close();
    await client.until(() => client.closed);
    expect(subject.recogniser.streams.map(({ end }) => end)).toEqual([
      'dropped',
      'dropped',
      'dropped',
    ]);
  });

  it('finds no words in silence', async () => {
    const client = await open();
    client.speak(new Int16Array(24_000));
    client.say({ type: 'input_audio_buffer.commit' });
    expect(await client.event(`${transcription}.completed`)).toMatchObject({ transcript: '' });
    expect(subject.recogniser.heard).toHaveLength(0);
  });

  it('says when words cannot be had, and hides why', async () => {
    subject.recogniser.answer = () =>
      Promise.reject(new PublicError(503, 'recogniser_busy', 'Too many are speaking.'));
    const client = await open();
    client.speak(speech);
    client.say({ type: 'input_audio_buffer.commit' });
    expect(await client.event(`${transcription}.failed`)).toMatchObject({
      error: { code: 'recogniser_busy' },
    });
    subject.recogniser.answer = () => Promise.reject(new Error('secret path'));
    client.speak(speech);
    client.say({ type: 'input_audio_buffer.commit' });
    const failed = await client.event(`${transcription}.failed`, 2);
    expect(JSON.stringify(failed)).not.toContain('secret');
  });

  it.each([
    ['what is no JSON', '{'],
    ['an unknown event', { type: 'response.create' }],
    ['sound that is none', { type: 'input_audio_buffer.append', audio: '***' }],
    ['a commit of nothing', { type: 'input_audio_buffer.commit', event_id: 'mine' }],
    [
      'another language',
      {
        type: 'transcription_session.update',
        session: { input_audio_transcription: { language: 'zh' } },
      },
    ],
    [
      'turns that it should end',
      {
        type: 'session.update',
        session: { audio: { input: { turn_detection: { type: 'server_vad' } } } },
      },
    ],
    [
      'another form of sound',
      { type: 'session.update', session: { audio: { input: { format: { type: 'audio/pcmu' } } } } },
    ],
  ])('refuses %s, and goes on', async (_, event) => {
    const client = await open();
    client.say(event);
    expect(await client.event('error')).toMatchObject({
      error: { type: 'invalid_request_error' },
    });
    client.speak(speech);
    client.say({ type: 'input_audio_buffer.commit' });
    await client.event(`${transcription}.completed`);
  });

  it('takes no more than a minute of sound at once', async () => {
    const client = await open();
    const audio = pcmBase64(new Int16Array(24_000 * 5));
    for (let i = 0; i < 13; i++) client.say({ type: 'input_audio_buffer.append', audio });
    expect(await client.event('error')).toMatchObject({ error: { type: 'invalid_request_error' } });
  });

  it('ends a connection with frames that are not text or over-long', async () => {
    const binary = await open();
    binary.socket.send(new Uint8Array(10));
    expect(await binary.until(() => binary.closed)).toBe(1003);
    const long = await open();
    long.say('x'.repeat(1_000_001));
    expect(await long.until(() => long.closed)).toBe(1009);
  });

  it.each([
    ['a page from elsewhere', path, { origin: 'https://evil.example' }, 403],
    ['a page of no origin', path, { origin: 'null' }, 403],
    ['a host that is not this machine', path, { host: 'evil.example' }, 403],
    ['another path', '/v1/other?intent=transcription', {}, 404],
    ['a conversation', '/v1/realtime?model=gpt-realtime', {}, 400],
  ])('refuses %s', async (_, where, headers, status) => {
    await expect(open(headers, where)).rejects.toThrow(`HTTP ${status}`);
  });

  it('lets a page of this machine in, and no more clients than it can serve', async () => {
    await open({ origin: 'http://localhost:8080' });
    for (let i = 0; i < 63; i++) await open();
    await expect(open()).rejects.toThrow('HTTP 503');
  });
});
