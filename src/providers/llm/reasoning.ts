/** Levels of reasoning that a model takes, from least to most. */
export type ReasoningLevels = { levels: string[]; default?: string };

const anyLevels = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/**
 * What is known of a model by its name. OpenAI's document theirs; of others nothing is known, so every common level may
 * be asked for, and one that is refused in the conversation is left out there.
 * @returns undefined for a model that is known to take none
 */
export function reasoningLevels(model: string): ReasoningLevels | undefined {
  const name = model.toLowerCase();
  if (/^gpt-5\.\d/.test(name))
    return { levels: ['none', 'low', 'medium', 'high'], default: 'none' };
  if (name.startsWith('gpt-5')) {
    return { levels: ['minimal', 'low', 'medium', 'high'], default: 'medium' };
  }
  if (/^o\d/.test(name)) return { levels: ['low', 'medium', 'high'], default: 'medium' };
  if (/^(gpt-[34]|offline|parley-offline)/.test(name)) return undefined;
  return { levels: anyLevels };
}

/** Asks for nothing explicitly, so that the model's own adaptive default applies. */
export const autoEffort = 'auto';
