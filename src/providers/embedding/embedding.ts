/** Turns texts into vectors that are near where the texts mean the like. */
export interface Embedding {
  /** Vectors of different models do not compare. */
  readonly model: string;
  /**
   * The cosine under which a text has nothing to do with a question; undefined where that is not known of the model, and
   * then the nearest ones count however far they are.
   */
  readonly leastCosine: number | undefined;
  /**
   * @param texts none of them empty
   * @returns one vector for each text, in their order, all of one number of dimensions
   * @throws {ProviderFailed} as in `Llm`
   */
  embed(texts: readonly string[], options: { signal: AbortSignal }): Promise<number[][]>;
}
