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
  /** Where the table of the files is that are built into the program. */
  __emscripten_embedded_file_data: z.object({ value: z.int() }),
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
  /** Its memory before the first run: what is not in one of these was all zeros. */
  fresh: Region[];
  /** The files built into it, 17 MB that nobody writes to. */
  files: { from: number; to: number };
  stackTop: number;
  printed: string[];
};

/** A piece of memory as it was. Addresses are of whole pages. */
type Region = { from: number; bytes: Uint8Array };

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
  const memory = Buffer.from(parsed.memory.buffer);
  const files = builtInFiles(memory, parsed.__emscripten_embedded_file_data.value);
  let end = memory.length;
  while (end > 0 && memory[end - 1] === 0) end--;
  const copy = (from: number, to: number) => ({
    from,
    bytes: Uint8Array.from(memory.subarray(from, to)),
  });
  const fresh = [copy(0, files.from), copy(files.to, Math.max(files.to, wholePages(end)))];
  return { module, exports: parsed, fresh, files, stackTop: parsed.stackSave(), printed };
}

/**
 * @param table of a path, a length and an address for each file, all 32 bits; a zero ends it
 * @returns the whole pages that hold nothing else
 */
function builtInFiles(memory: Buffer, table: number): Running['files'] {
  let from = memory.length;
  let to = 0;
  for (let at = table; memory.readUInt32LE(at) !== 0; at += 12) {
    const address = memory.readUInt32LE(at + 8);
    from = Math.min(from, address);
    to = Math.max(to, address + memory.readUInt32LE(at + 4));
  }
  const first = wholePages(from);
  return { from: first, to: Math.max(first, wholePages(to) - pageBytes) };
}

function wholePages(bytes: number): number {
  return Math.ceil(bytes / pageBytes) * pageBytes;
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
function putBack({ module, exports, fresh, files, stackTop }: Running): void {
  const memory = Buffer.from(exports.memory.buffer);
  const zeros = new Uint8Array(pageBytes);
  for (let at = 0; at < memory.length; at += pageBytes) {
    if (at === files.from) at = files.to;
    const was = pageIn(fresh, at) ?? zeros;
    const is = memory.subarray(at, at + pageBytes);
    if (is.compare(was) !== 0) is.set(was);
  }
  exports.stackRestore(stackTop);
  for (const stream of module.FS.streams.slice(firstOwnFile)) {
    if (stream) module.FS.close(stream);
  }
}

function pageIn(regions: readonly Region[], at: number): Uint8Array | undefined {
  const region = regions.find(({ from, bytes }) => at >= from && at < from + bytes.length);
  return region?.bytes.subarray(at - region.from, at - region.from + pageBytes);
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
