import type { ServerLine } from '../server-line.ts';

export type PreviewState = 'silent' | 'asking' | 'playing';

/** Lets a voice say a sentence. The newest wish counts. */
export class VoicePreview {
  #audio: HTMLAudioElement | undefined;
  #url: string | undefined;
  #wish: AbortController | undefined;

  constructor(
    private readonly line: ServerLine,
    private readonly onState: (state: PreviewState) => void,
  ) {}

  /** To be called at the press of a button: sound depends on it. @throws {ServerFailed}, or what the browser throws */
  async play(voice: string, sentence: string): Promise<void> {
    this.stop();
    const wish = new AbortController();
    this.#wish = wish;
    this.onState('asking');
    try {
      const wav = await this.line.blob('/tts', { transcript: sentence, voice }, wish.signal);
      if (this.#wish !== wish) return;
      this.#url = URL.createObjectURL(wav);
      const audio = new Audio(this.#url);
      this.#audio = audio;
      audio.addEventListener('ended', () => {
        if (this.#audio === audio) this.stop();
      });
      await audio.play();
      if (this.#audio === audio) this.onState('playing');
    } catch (error) {
      if (this.#wish !== wish) return;
      this.stop();
      throw error;
    }
  }

  stop(): void {
    this.#wish?.abort();
    this.#wish = undefined;
    this.#audio?.pause();
    this.#audio = undefined;
    if (this.#url !== undefined) URL.revokeObjectURL(this.#url);
    this.#url = undefined;
    this.onState('silent');
  }
}
