import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import espeak, { type EspeakModule } from 'espeak-ng';
import * as z from 'zod';
import { decodeWav } from '../../audio/wav.ts';

const callable = z.custom<(argument: number, second?: number) => number>(
  (value) => typeof value === 'function',
);
/** What the program exports; `__main_argc_argv` is its `main`. */
const Exports = z.object({
  memory: z.object({ buffer: z.instanceof(ArrayBuffer) }),
  stackSave: z.custom<() => number>((value) => typeof value === 'function'),
  stackRestore: callable,
  stackAlloc: callable,
  __main_argc_argv: callable,
});
type Exports = z.infer<typeof Exports>;

/** The size in which memory is compared and put back. */
const pageBytes = 4_096;
const textPath = 'text.txt';
const soundPath = 'sound.wav';
/** Standard input, output and error stay open; what the program opened besides is closed after each run. */
const firstOwnFile = 3;

/** How espeak-ng shall speak. @property wordsPerMinute 80 to 450 @property pitch 0 to 99 */
export type EspeakVoice = { name: string; wordsPerMinute: number; pitch: number };

/** The program ended with an error, or broke. */
export class EspeakFailed extends Error {
  override readonly name = 'EspeakFailed';
}

/**
 * espeak-ng as a program in WebAssembly. Making an instance costs 80 ms, a run in a used one 10 ms and a little for
 * each second of sound; so its memory is put back after each run to what it was before the first, and the same
 * instance serves again. The result is the same, sample by sample. Runs block: one belongs on a thread of its own.
 */
export class Espeak {
  readonly #instantiate: () => Promise<Running>;
  #running: Running;

  private constructor(instantiate: () => Promise<Running>, running: Running) {
    this.#instantiate = instantiate;
    this.#running = running;
  }

  static async open(): Promise<Espeak> {
    const path = fileURLToPath(new URL('espeak-ng.wasm', import.meta.resolve('espeak-ng')));
    const program = await WebAssembly.compile(await readFile(path));
    const instantiate = () => start(program);
    return new Espeak(instantiate, await instantiate());
  }

  /**
   * @param text plain; what espeak-ng would read as phoneme codes is spoken as text
   * @returns mono PCM, at 22,050 Hz in all voices of this build; empty when there was nothing to say
   * @throws {EspeakFailed} for a voice that does not exist, for one
   */
  async speak(
    text: string,
    { name, wordsPerMinute, pitch }: EspeakVoice,
  ): Promise<{ samples: Int16Array; sampleRateHz: number }> {
    const plain = text.replaceAll('[[', '[ [').replaceAll('\0', ' ');
    this.#running.module.FS.writeFile(textPath, Buffer.from(plain));
    const speed = String(Math.round(wordsPerMinute));
    const args = ['-b', '1', '-v', name, '-s', speed, '-p', String(Math.round(pitch))];
    await this.#run([...args, '-f', textPath, '-w', soundPath]);
    const wav = readOnce(this.#running.module, soundPath);
    if (wav === undefined) return { samples: new Int16Array(0), sampleRateHz: 22_050 };
    return decodeWav(wav);
  }

  /** @returns the lines of the program's own list of voices, without its head */
  async voices(): Promise<string[]> {
    return (await this.#run(['--voices'])).slice(1);
  }

  /** @returns what it printed. After a failure the next run gets a fresh instance. */
  async #run(args: string[]): Promise<string[]> {
    const running = this.#running;
    running.printed.length = 0;
    try {
      const status = callMain(running.exports, ['espeak-ng', ...args]);
      if (status !== 0) throw new EspeakFailed(running.printed.join(' ').slice(0, 500));
      return [...running.printed];
    } catch (cause) {
      this.#running = await this.#instantiate();
      throw cause instanceof EspeakFailed ? cause : new EspeakFailed('it broke', { cause });
    } finally {
      putBack(running);
    }
  }
}

type Running = {
  module: EspeakModule;
  exports: Exports;
  /** Its memory before the first run, up to the last byte that is not zero. */
  fresh: Uint8Array;
  stackTop: number;
  printed: string[];
};

async function start(program: WebAssembly.Module): Promise<Running> {
  let exports: object = {};
  const printed: string[] = [];
  const print = (line: string) => {
    if (printed.length < 1_000) printed.push(line);
  };
  const module = await espeak({
    noInitialRun: true,
    print,
    printErr: print,
    instantiateWasm(imports, done) {
      const instance = new WebAssembly.Instance(program, imports);
      exports = instance.exports;
      done(instance, program);
      return exports;
    },
  });
  const parsed = Exports.parse(exports);
  const memory = new Uint8Array(parsed.memory.buffer);
  let end = memory.length;
  while (end > 0 && memory[end - 1] === 0) end--;
  const fresh = memory.slice(0, Math.ceil(end / pageBytes) * pageBytes);
  return { module, exports: parsed, fresh, stackTop: parsed.stackSave(), printed };
}

/** @returns the exit status */
function callMain({ memory, stackAlloc, __main_argc_argv }: Exports, args: string[]): number {
  const pointers = args.map((arg) => {
    const bytes = Buffer.from(`${arg}\0`);
    const at = stackAlloc(bytes.length);
    new Uint8Array(memory.buffer).set(bytes, at);
    return at;
  });
  const argv = stackAlloc((pointers.length + 1) * 4);
  const view = new DataView(memory.buffer);
  for (const [index, at] of [...pointers, 0].entries()) view.setUint32(argv + index * 4, at, true);
  try {
    return __main_argc_argv(pointers.length, argv);
  } catch (cause) {
    const exit = ExitStatus.safeParse(cause);
    if (exit.success) return exit.data.status;
    throw cause;
  }
}

/** What Emscripten throws for C's `exit`. */
const ExitStatus = z.object({ name: z.literal('ExitStatus'), status: z.int() });

/** Only what changed is written, so that untouched pages cost nothing. */
function putBack({ module, exports, fresh, stackTop }: Running): void {
  const memory = Buffer.from(exports.memory.buffer);
  const zeros = new Uint8Array(pageBytes);
  for (let at = 0; at < memory.length; at += pageBytes) {
    const was = at < fresh.length ? fresh.subarray(at, at + pageBytes) : zeros;
    const is = memory.subarray(at, at + pageBytes);
    if (is.compare(was) !== 0) is.set(was);
  }
  exports.stackRestore(stackTop);
  for (const stream of module.FS.streams.slice(firstOwnFile)) {
    if (stream) module.FS.close(stream);
  }
}

function readOnce({ FS }: EspeakModule, path: string): Uint8Array | undefined {
  try {
    const bytes = FS.readFile(path);
    FS.unlink(path);
    return bytes;
  } catch {
    return undefined; // nothing to say makes no file
  }
}
