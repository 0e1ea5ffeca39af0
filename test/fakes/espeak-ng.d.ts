/** The package has no types; this is as much of its Emscripten module as is used. */
declare module 'espeak-ng' {
  type EspeakRun = { FS: { readFile(path: string): Uint8Array } };
  /** Runs the command line program once, in a file system of its own. */
  export default function ESpeakNg(options: { arguments: string[] }): Promise<EspeakRun>;
}
