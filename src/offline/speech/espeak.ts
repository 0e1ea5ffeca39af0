import espeak, {
  type EspeakEvent,
  type EspeakModule,
  type EspeakWorker,
} from '@echogarden/espeak-ng-emscripten';

/** The size in which memory is compared and put back. */
const pageBytes = 4_096;
/** The package keeps a buffer for texts that grows with the longest one; made this large before the first. */
const longestTextBytes = 8_192;

/** A language that espeak-ng speaks. @property id its name there, such as `en-us`, `cmn`, `pt-br` */
export type SpokenLanguage = { id: string; name: string; aliases: string[] };

/** How espeak-ng shall speak. @property wordsPerMinute 80 to 450 @property pitch 0 to 99 */
export type EspeakVoice = { name: string; wordsPerMinute: number; pitch: number };

/** Mono PCM, at 22,050 Hz in all voices of this build, and what happens in it, in order. */
export type EspeakSound = { samples: Int16Array; sampleRateHz: number; events: EspeakEvent[] };

/** There is no such voice, or the program broke. */
export class EspeakFailed extends Error {
  override readonly name = 'EspeakFailed';
}

/**
 * espeak-ng in WebAssembly. It carries noise and pitch over from one sentence to the next, so its memory is put back
 * after each to what it was before the first, at a millisecond a sentence: the result is the same, sample by sample,
 * whatever was said before. Calls block: it belongs on a thread of its own.
 */
export class Espeak {
  readonly languages: readonly SpokenLanguage[];
  readonly #files: ReadonlyMap<string, string>;
  #running: Running;

  private constructor(running: Running) {
    this.#running = running;
    const voices = running.worker.list_voices();
    const files = new Map<string, string>();
    this.languages = voices.flatMap(({ name, identifier, languages: [first, ...others] }) => {
      if (!first || files.has(first.name)) return [];
      files.set(first.name, identifier);
      return [{ id: first.name, name, aliases: others.map((other) => other.name) }];
    });
    this.#files = files;
  }

  static async open(): Promise<Espeak> {
    return new Espeak(await start());
  }

  /**
   * @param text plain, at most 2,000 characters; what espeak-ng would read as markup or phoneme codes is spoken as text
   * @returns silence of no length when there was nothing to say
   * @throws {EspeakFailed} for a voice that does not exist, for one
   */
  async speak(text: string, { name, wordsPerMinute, pitch }: EspeakVoice): Promise<EspeakSound> {
    const [language = '', variant] = name.split('+');
    const file = this.#files.get(language);
    if (file === undefined) throw new EspeakFailed(`no voice ${language}`);
    const { worker } = this.#running;
    const pieces: Int16Array[] = [];
    const events: EspeakEvent[] = [];
    try {
      if (worker.set_voice(variant === undefined ? file : `${file}+${variant}`) !== 0) {
        throw new EspeakFailed(`the voice ${name} cannot be read`);
      }
      worker.set_rate(Math.round(wordsPerMinute));
      worker.set_pitch(Math.round(pitch));
      worker.synthesize(text, (samples, happened) => {
        pieces.push(samples);
        events.push(...happened);
        return false;
      });
      return { samples: joined(pieces), sampleRateHz: worker.get_samplerate(), events };
    } catch (cause) {
      this.#running = await start();
      throw cause instanceof EspeakFailed ? cause : new EspeakFailed('it broke', { cause });
    } finally {
      putBack(this.#running);
    }
  }
}

/** @property fresh its memory before the first sentence */
type Running = { module: EspeakModule; worker: EspeakWorker; fresh: Buffer };

async function start(): Promise<Running> {
  const quiet = () => undefined;
  const module = await espeak({ print: quiet, printErr: quiet });
  const worker = new module.eSpeakNGWorker();
  // Twice: the buffer grows when it is used the next time.
  for (let i = 0; i < 2; i++) worker.synthesize(' '.repeat(longestTextBytes), () => false);
  return { module, worker, fresh: Buffer.from(module.HEAPU8) };
}

/** Only what changed is written, so that untouched pages cost nothing but a look. */
function putBack({ module, fresh }: Running): void {
  const memory = Buffer.from(module.HEAPU8.buffer);
  for (let at = 0; at < fresh.length; at += pageBytes) {
    const end = at + pageBytes;
    if (memory.compare(fresh, at, end, at, end) !== 0) fresh.copy(memory, at, at, end);
  }
  // Memory that was grown since is as new.
  memory.fill(0, fresh.length);
}

function joined(pieces: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
