/** The package brings no types; this is the part used here. */
declare module 'fs-native-extensions' {
  /** Locks a whole file exclusively until its descriptor is closed. @returns false when another holder has it */
  export function tryLock(fd: number): boolean;
}
