import { randomUUID } from 'node:crypto';
import { pcmFromBase64 } from '../../audio/pcm-bytes.ts';
import { PublicError } from '../../errors/public-error.ts';
import { parsedJson } from '../../protocol/parsed-json.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Recogniser } from '../hearing/recogniser.ts';
import { isUnderstood } from '../hearing/written.ts';
import { ClientEvent, languagesOf } from './client-event.ts';
import { Item } from './item.ts';
import { realtimeRateHz } from './wire.ts';

/** Commits whose words are not told yet; who has more does not listen. */
const mostPending = 8;
const transcription = 'conversation.item.input_audio_transcription';

type Told = { type: string } & Record<string, unknown>;

/** One client's transcription session, as the WebSocket has it: events in, events out. */
export class TranscriptionSession {
  readonly #closing = new AbortController();
  #item: Item;
  #pending = 0;

  constructor(
    private readonly recogniser: Recogniser,
    private readonly log: Log,
    private readonly tell: (event: Told) => void,
  ) {
    this.#item = this.#newItem();
    this.#tell({ type: 'session.created', session: this.#session() });
  }

  /** @param text of a message, which may be anything */
  receive(text: string): void {
    const parsed = ClientEvent.safeParse(parsedJson(text));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const where = issue?.path.join('.') ?? '';
      this.#refuse(`${where === '' ? 'the event' : where}: ${issue?.message ?? 'invalid'}`, null);
      return;
    }
    this.#obey(parsed.data);
  }

  close(): void {
    this.#closing.abort(new Error('the client is gone'));
    this.#item.drop();
  }

  #obey(event: ClientEvent): void {
    const eventId = event.event_id ?? null;
    switch (event.type) {
      case 'session.update':
      case 'transcription_session.update':
        if (!languagesOf(event).every(isUnderstood)) {
          this.#refuse('the embedded recogniser understands English only', eventId, 'language');
          return;
        }
        this.#tell({ type: `${event.type}d`, session: this.#session() });
        return;
      case 'input_audio_buffer.append':
        if (this.#item.push(pcmFromBase64(event.audio))) return;
        this.#clear();
        this.#refuse('more than 60 seconds of sound: the buffer was cleared', eventId);
        return;
      case 'input_audio_buffer.clear':
        this.#clear();
        this.#tell({ type: 'input_audio_buffer.cleared' });
        return;
      case 'input_audio_buffer.commit':
        this.#commit(eventId);
    }
  }

  #commit(eventId: string | null): void {
    const item = this.#item;
    if (!item.isEnough) {
      this.#refuse('the buffer is too small: at least 100 ms are needed', eventId);
      return;
    }
    if (this.#pending >= mostPending) {
      this.#clear();
      this.#refuse('too many commits at once', eventId);
      return;
    }
    this.#item = this.#newItem();
    this.#tell({ type: 'input_audio_buffer.committed', item_id: item.id, previous_item_id: null });
    void this.#transcribe(item);
  }

  /** Never rejects. */
  async #transcribe(item: Item): Promise<void> {
    const { signal } = this.#closing;
    const about = { item_id: item.id, content_index: 0 };
    this.#pending++;
    try {
      const transcript = await item.words(signal);
      this.#tell({ type: `${transcription}.completed`, ...about, transcript });
    } catch (cause) {
      if (signal.aborted) return;
      const known = cause instanceof PublicError ? cause : undefined;
      if (!known) this.log.warn({ err: cause }, 'transcription failed');
      const message = known?.message ?? 'Something went wrong here.';
      const error = { type: 'server_error', code: known?.code ?? 'internal_error', message };
      this.#tell({ type: `${transcription}.failed`, ...about, error });
    } finally {
      this.#pending--;
    }
  }

  #clear(): void {
    this.#item.drop();
    this.#item = this.#newItem();
  }

  #newItem(): Item {
    const id = `item_${randomUUID()}`;
    return new Item(id, this.recogniser, (delta) => {
      this.#tell({ type: `${transcription}.delta`, item_id: id, content_index: 0, delta });
    });
  }

  #session() {
    const format = { type: 'audio/pcm', rate: realtimeRateHz };
    return {
      type: 'transcription',
      object: 'realtime.transcription_session',
      audio: { input: { format, turn_detection: null } },
    };
  }

  #refuse(message: string, eventId: string | null, param: string | null = null): void {
    const error = {
      type: 'invalid_request_error',
      code: 'invalid_value',
      message,
      param,
      event_id: eventId,
    };
    this.#tell({ type: 'error', error });
  }

  #tell(event: Told): void {
    if (!this.#closing.signal.aborted) this.tell({ event_id: `event_${randomUUID()}`, ...event });
  }
}
