import type { Config } from '../config/config.ts';
import { localUrl } from './local-url.ts';

export function sayReady(
  config: Config,
  first: { key: string; made: boolean; path?: string },
): void {
  const { llm, stt, tts } = config.stages;
  const offline = [llm, stt, tts].some(({ kind }) => kind === 'offline');
  say(`Parley is ready: ${localUrl(config)}`);
  if (first.made) say(`Your API key, shown this once: ${first.key}`);
  if (first.path !== undefined) say(`(The key is kept in ${first.path}; npm run keys makes more.)`);
  if (offline) {
    say(
      'The embedded provider speaks, hears or answers: no language model. Set OPENAI_API_KEY, or see README.',
    );
  }
}

/** For the person at the terminal; logs are for machines. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
