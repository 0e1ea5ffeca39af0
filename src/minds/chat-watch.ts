import type { Moderation } from '../providers/moderation/moderation.ts';
import type { Log } from '../telemetry/log.ts';
import type { ChatHooks } from './chat-hooks.ts';
import { declined, withRejectRules } from './declining.ts';
import { DataInspection, inspectAnswer, inspectWords } from './inspection.ts';
import type { PictureWishes } from './picture-wishes.ts';
import type { TextChat } from './text-chat.ts';

export type ChatWatchDeps = {
  textChat: Pick<TextChat, 'answer'>;
  /** Undefined: there is nothing to inspect with. */
  moderation: Moderation | undefined;
  pictures: PictureWishes;
  log: Log;
};

/** What the Xingchen API's plugins and its data inspection do in a chat. */
export function chatWatch({ textChat, moderation, pictures, log }: ChatWatchDeps): ChatHooks {
  return {
    persona: ({ character, plugins }) => withRejectRules(character, plugins),
    async before(turn, signal) {
      const { words, wordsBefore, inspected } = turn;
      const instead = await declined(words, turn, textChat, signal);
      if (instead === undefined || !inspected || !moderation) return instead;
      await inspectWords([...wordsBefore, words], moderation, signal);
      await inspectAnswer(instead.text, moderation, signal);
      return instead;
    },
    inspection: ({ words, wordsBefore, inspected }, signal) =>
      inspected && moderation
        ? new DataInspection([...wordsBefore, words], moderation, signal)
        : undefined,
    async keeping(turn, tx) {
      try {
        await pictures.note(turn, tx);
      } catch (err) {
        // The answer is worth more; that its picture is missing is told to who asks for it.
        log.error({ err }, 'a picture could not be begun');
      }
    },
    after(turn, { position }) {
      if (position !== null) pictures.begin(turn);
      return Promise.resolve();
    },
  };
}
