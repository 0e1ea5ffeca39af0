/** The language alone (ISO 639-1 or -2), without region or script, as OpenAI's endpoints take it. */
export function iso639(language: string | undefined): string | undefined {
  return /^[a-z]{2,3}(?=-|$)/i.exec(language ?? '')?.[0].toLowerCase();
}
