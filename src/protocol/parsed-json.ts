/** For a schema to look at. @returns undefined, which JSON cannot spell, for what is no JSON */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
