/** The package has no types of its own; these are the parts of its Emscripten build (dist/espeak-ng.js) that we use. */
declare module 'espeak-ng' {
  export type EspeakModule = {
    FS: {
      writeFile(path: string, data: Uint8Array): void;
      readFile(path: string): Uint8Array;
      unlink(path: string): void;
      /** Open files by number; closed ones leave holes. */
      streams: (object | null | undefined)[];
      close(stream: object): void;
    };
  };
  export type EspeakOptions = {
    noInitialRun: boolean;
    print(line: string): void;
    printErr(line: string): void;
    instantiateWasm(
      imports: object,
      done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ): object;
  };
  export default function espeak(options: EspeakOptions): Promise<EspeakModule>;
}

/** Node has it; only its browser types declare it. */
declare namespace WebAssembly {
  interface Module {
    readonly [Symbol.toStringTag]?: string;
  }
  class Instance {
    constructor(module: Module, imports: object);
    readonly exports: object;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
