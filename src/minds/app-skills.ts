import type { Characters } from '../characters/characters.ts';
import type { Messages } from '../chats/messages.ts';
import type { Character } from '../protocol/character.ts';
import type { News } from '../skills/news.ts';
import { SourceDown, type SkillName, type Source } from '../skills/skill.ts';
import { newsTelling, partnerTelling, weatherTelling, type Telling } from '../skills/tellings.ts';
import type { Weather } from '../skills/weather.ts';
import type { User } from '../users/users.ts';

export type AppSkillsDeps = {
  characters: Pick<Characters, 'read'>;
  messages: Pick<Messages, 'lastOther' | 'list'>;
  /** Undefined: none is configured. */
  weather: Source<Weather> | undefined;
  news: Source<News> | undefined;
};

/** Of the last talk, so that it can be told what it was about. */
const lastTurns = 3;
const saidChars = 300;

/** What characters find out for a user of an app: nothing of it is made up. */
export class AppSkills {
  constructor(private readonly deps: AppSkillsDeps) {}

  /** Where each skill looks, as users are told. */
  get sources(): { weather: string; news: string } {
    return { weather: this.deps.weather?.name ?? '北京', news: this.deps.news?.name ?? '百度' };
  }

  /** @throws {SourceDown} when there is nothing that could be told truly */
  async find(
    skill: SkillName,
    user: User,
    { id, language }: Character,
    signal: AbortSignal,
  ): Promise<Telling> {
    const { weather, news } = this.deps;
    switch (skill) {
      case 'guanxing':
        if (!weather) throw new SourceDown('weather', 'not_configured');
        return weatherTelling(await weather.read(signal), language);
      case 'bagua':
        if (!news) throw new SourceDown('news', 'not_configured');
        return newsTelling(await news.read(signal), news.name, language);
      case 'tuiyan':
        return partnerTelling(await this.#lastOther(user, id), language);
    }
  }

  async #lastOther({ workspaceId, id, deviceId }: User, characterId: string) {
    const { messages, characters } = this.deps;
    const reader = { workspaceId, ids: deviceId === null ? [id] : [id, deviceId] };
    const last = await messages.lastOther(reader, characterId);
    const record = last && (await characters.read(workspaceId, last.characterId));
    if (!last || !record) return undefined;
    const of = { workspaceId, conversationId: last.conversationId };
    const said = (await messages.list(of, lastTurns)).map(
      ({ role, content }) =>
        `${role === 'user' ? 'user' : record.character.name}: ${content.slice(0, saidChars)}`,
    );
    const { subtitle } = record.aiChat;
    return {
      name: record.character.name,
      subtitle: typeof subtitle === 'string' ? subtitle : '',
      description: record.description,
      said,
    };
  }
}
