import { ARKIT_ORDER_61 } from '@convai/web-sdk/lipsync-helpers';
import {
  AudioRenderer,
  ConvaiClient,
  type ChatMessage,
  type ConvaiConfig,
} from '@convai/web-sdk/vanilla';
import { Face, type Frame } from './face.ts';
import { element } from './page.ts';

const jaw = ARKIT_ORDER_61.indexOf('JawOpen');
const mouthHeight = 24;

/** One client of the SDK and what the page shows of it. Connect it as often as you like. */
export class Call {
  readonly client = new ConvaiClient();
  #received = 0;
  #played = 0;

  constructor() {
    // Without it the core client is silent: this puts the character's track into an <audio> element.
    new AudioRenderer(this.client.room);
    new Face(
      () => this.client.blendshapeQueue,
      (frame, played) => this.#showFrame(frame, played),
    );
    this.client.on('stateChange', () => this.#showState());
    this.client.on('botReady', () => this.#showState());
    this.client.on('messagesChange', () => this.#showChat(this.client.chatMessages));
    this.client.on('userTranscriptionChange', () => {
      element('live', HTMLParagraphElement).textContent = this.client.userTranscription;
    });
    this.client.on('blendshapes', (chunk: { blendshapes: number[][] }) => {
      this.#received += chunk.blendshapes.length;
      this.#showFrames();
    });
  }

  /** Begins a new conversation. Resolves when the room is up; the character is there once the state is `data-ready`. */
  async connect(config: ConvaiConfig): Promise<void> {
    // The client goes on with its last conversation otherwise, which belongs to one character.
    this.client.resetSession();
    await this.client.connect({
      enableLipsync: true,
      ...config,
      blendshapeConfig: { format: 'arkit', ...config.blendshapeConfig },
    });
  }

  #showState(): void {
    const { agentState, emotion } = this.client.state;
    const place = element('state', HTMLOutputElement);
    place.textContent = agentState;
    place.dataset['ready'] = String(this.client.isBotReady);
    place.dataset['session'] = this.client.characterSessionId ?? '';
    element('emotion', HTMLOutputElement).textContent = emotion
      ? `${emotion.emotion} ${emotion.scale ?? ''}`
      : '';
  }

  #showChat(messages: ChatMessage[]): void {
    const items = messages.map(({ type, content }) => {
      const item = document.createElement('li');
      item.dataset['type'] = type;
      item.textContent = content;
      return item;
    });
    element('chat', HTMLOListElement).replaceChildren(...items);
  }

  #showFrame(frame: Frame | null, played: number): void {
    this.#played = played;
    const open = Math.max(1, (frame?.[jaw] ?? 0) * mouthHeight);
    element('mouth', SVGEllipseElement).setAttribute('ry', String(open));
    this.#showFrames();
  }

  #showFrames(): void {
    element('frames', HTMLOutputElement).textContent = `${this.#played} / ${this.#received}`;
  }
}
