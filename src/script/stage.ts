import type { ActionConfig } from '../protocol/action-config.ts';
import type { EmotionConfig } from '../protocol/connect.ts';
import type { OpeningRules } from './opening.ts';

/** What an answer may hold besides words. */
export type Stage = {
  /** Null: there is nothing that the character could do. */
  actions: ActionConfig | null;
  /** Null: nobody wants to know what it feels. */
  emotion: EmotionConfig | null;
  opening: OpeningRules;
  /** Where the story may go from here: sections, in the order in which the model was given them. */
  ways?: { from: string; to: string[] } | undefined;
  /** Whom the character talks to, where a client told it. */
  speakerName: string | undefined;
};

/** Nothing but words. */
export const bareStage: Stage = {
  actions: null,
  emotion: null,
  opening: { vision: false, narrative: false, names: [] },
  speakerName: undefined,
};
