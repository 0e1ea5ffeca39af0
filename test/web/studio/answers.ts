import { vi } from 'vitest';

export type Asked = { path: string; body: unknown };

/** A server that answers what it is told to, one answer a request; the last one goes on. */
export function answersOf(...answers: { status?: number; body: unknown }[]): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', (path: string, init?: RequestInit) => {
    const sent = init?.body;
    const body: unknown = typeof sent === 'string' ? JSON.parse(sent) : undefined;
    const { status = 200, body: answer } = answers[Math.min(asked.length, answers.length - 1)] ?? {
      body: {},
    };
    asked.push({ path, body });
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
    return Promise.resolve(new Response(text, { status }));
  });
  return asked;
}

/** A character as `/character/get` tells it. */
export const maren = {
  character_id: 'id-of-maren',
  version: 3,
  character_name: 'Maren',
  description: '',
  backstory: 'Maren keeps a lighthouse.',
  greeting: 'Ahoy.',
  voice_type: 'nova',
  language_code: 'en-US',
  language_codes: ['en-US'],
  speaking_style: { description: 'calm', sample_dialogues: '' },
  personalised_prompt_config: { MODEL: 'gpt-4o-mini', TEMPERATURE: 0.4 },
  boundaries: '',
  memory_settings: { enabled: true },
  listing: 'unlisted',
};
