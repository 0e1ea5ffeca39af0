/** A picture as a model takes it. */
export type Picture = {
  /** A whole JPEG file. */
  jpeg: Uint8Array;
  width: number;
  height: number;
};

/** What a character sees at the moment of an answer. */
export type Look = {
  /** About as many as a model counts for all of it. */
  imageTokens: number;
  /** Oldest first. Never rejects: what cannot be encoded is not seen. */
  pictures(): Promise<Picture[]>;
};
