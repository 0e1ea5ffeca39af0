import type { Db } from '../db/db.ts';
import type { ImageWork } from '../images/image-work.ts';
import { picturePrompt } from '../prompt/picture.ts';
import { imagePluginOf, PlatformPlugins } from '../protocol/xingchen/configured.ts';
import { asksForPicture } from '../script/picture-request.ts';

export type PictureWishesDeps = {
  /** Undefined: there is no endpoint that draws, and nothing is begun. */
  work: Pick<ImageWork, 'add' | 'wake'> | undefined;
};

/** A turn, as far as a picture of it goes. */
type Wish = {
  workspaceId: string;
  turnId: string;
  words: string;
  character: { name: string; backstory: string };
  /** `platformPlugins`, unparsed. */
  plugins: unknown;
};

/** Begins pictures that users ask their characters for, where a character has the plugin. */
export class PictureWishes {
  constructor(private readonly deps: PictureWishesDeps) {}

  /** Notes the picture, if the turn's words ask for one. @param tx the turn's own, in which it is stored already */
  async note(wish: Wish, tx: Db): Promise<void> {
    const plugin = this.#pluginOf(wish);
    if (!plugin) return;
    const { workspaceId, turnId, words, character } = wish;
    const { name, backstory: description } = character;
    const prompt = picturePrompt({ words, character: { name, description }, plugin });
    const wished = { workspaceId, turnId, prompt };
    // A transaction of its own within that one: where this fails, the turn is stored all the same.
    await tx.transaction(async (within) => this.deps.work?.add(wished, within));
  }

  /** What was noted is stored: it is drawn now. */
  begin(wish: Wish): void {
    if (this.#pluginOf(wish)) this.deps.work?.wake();
  }

  #pluginOf({ plugins, words }: Wish) {
    if (!this.deps.work || !asksForPicture(words)) return undefined;
    return imagePluginOf(PlatformPlugins.parse(plugins));
  }
}
