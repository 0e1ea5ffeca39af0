import { element } from './page.ts';

type Listed = { character_id: string; character_name: string };

/** Offers the characters of the key's workspace. Without a server or a valid key there are none to offer. */
export async function fillCharacters(serverUrl: string, apiKey: string): Promise<void> {
  if (serverUrl === '' || apiKey === '') return;
  const response = await fetch(`${serverUrl}/character/list`, {
    method: 'POST',
    headers: { 'CONVAI-API-KEY': apiKey, 'Content-Type': 'application/json' },
    body: '{}',
  }).catch(() => undefined);
  const listed = response?.ok ? charactersOf(await response.json()) : [];
  const options = listed.map(
    ({ character_id, character_name }) => new Option(character_name, character_id),
  );
  element('characters', HTMLDataListElement).replaceChildren(...options);
}

function charactersOf(body: unknown): Listed[] {
  if (typeof body !== 'object' || body === null || !('characters' in body)) return [];
  return Array.isArray(body.characters) ? body.characters.filter(isListed) : [];
}

function isListed(value: unknown): value is Listed {
  return (
    typeof value === 'object' &&
    value !== null &&
    'character_id' in value &&
    'character_name' in value &&
    typeof value.character_id === 'string' &&
    typeof value.character_name === 'string'
  );
}
