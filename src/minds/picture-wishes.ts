import type { ImageWork } from '../images/image-work.ts';
import { picturePrompt } from '../prompt/picture.ts';
import { imagePluginOf, PlatformPlugins } from '../protocol/xingchen/configured.ts';
import { asksForPicture } from '../script/picture-request.ts';

export type PictureWishesDeps = {
  /** Undefined: there is no endpoint that draws, and nothing is begun. */
  work: Pick<ImageWork, 'add'> | undefined;
};

/** Begins pictures that users ask their characters for, where a character has the plugin. */
export class PictureWishes {
  constructor(private readonly deps: PictureWishesDeps) {}

  /** @param turn kept already; its words asked for it or not. @returns whether a picture was begun */
  async look(turn: {
    workspaceId: string;
    turnId: string;
    words: string;
    character: { name: string; backstory: string };
    /** `platformPlugins`, unparsed. */
    plugins: unknown;
  }): Promise<boolean> {
    const { work } = this.deps;
    const plugin = imagePluginOf(PlatformPlugins.parse(turn.plugins));
    if (!work || !plugin || !asksForPicture(turn.words)) return false;
    const { workspaceId, turnId, words, character } = turn;
    const { name, backstory: description } = character;
    const prompt = picturePrompt({ words, character: { name, description }, plugin });
    await work.add({ workspaceId, turnId, prompt });
    return true;
  }
}
