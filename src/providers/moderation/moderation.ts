/** Judges what people say before a character answers it. */
export interface Moderation {
  /**
   * @returns why the text is not to be answered; null when there is nothing against it
   * @throws {ProviderFailed} as in `Llm`
   */
  judge(text: string, options: { signal: AbortSignal }): Promise<string | null>;
}
