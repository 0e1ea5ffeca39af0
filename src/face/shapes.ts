import type { Viseme } from './visemes.ts';

/** What each viseme does to the columns of a face, 0 to 1; a name ending in a star stands for a left and a right one. */
export type Shapes = Readonly<Record<Exclude<Viseme, 'sil'>, Readonly<Record<string, number>>>>;
