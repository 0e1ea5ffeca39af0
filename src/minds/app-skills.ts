import type { CharacterRecord } from '../characters/character-record.ts';
import type { Characters } from '../characters/characters.ts';
import type { Messages } from '../chats/messages.ts';
import { plainLine } from '../protocol/plain-text.ts';
import type { News } from '../skills/news.ts';
import { isSkill, SourceDown, type SkillName, type Source } from '../skills/skill.ts';
import {
  nothingToTell,
  tellNews,
  tellPartner,
  tellWeather,
  type LastOther,
} from '../skills/tellings.ts';
import type { Weather } from '../skills/weather.ts';
import { idsOf, type User } from '../users/users.ts';
import { AppCard } from './app-card.ts';

export type AppSkillsDeps = {
  characters: Pick<Characters, 'read'>;
  messages: Pick<Messages, 'lastOther' | 'list'>;
  /** Undefined: none is configured. */
  weather: Source<Weather> | undefined;
  news: Source<News> | undefined;
};

/** Of the last talk: as far back as the user's own last words may be. */
const lastTurns = 10;
const saidChars = 60;

/** What characters find out for a user of an app: nothing of it is made up. */
export class AppSkills {
  constructor(private readonly deps: AppSkillsDeps) {}

  /** Where each skill looks, as users are told. */
  get sources(): { weather: string; news: string } {
    return { weather: this.deps.weather?.name ?? '北京', news: this.deps.news?.name ?? '百度' };
  }

  /** @returns what the character says. @throws {SourceDown} when there is nothing that could be told truly */
  async find(
    skill: SkillName,
    user: User,
    { character: { id, language }, aiChat }: CharacterRecord,
    signal: AbortSignal,
  ): Promise<string> {
    const { weather, news } = this.deps;
    const manner = AppCard.parse(aiChat).lines[skill];
    switch (skill) {
      case 'guanxing':
        if (!weather) throw new SourceDown('weather', 'not_configured');
        return tellWeather(await weather.read(signal), language, manner);
      case 'bagua':
        if (!news) throw new SourceDown('news', 'not_configured');
        return tellNews(await news.read(signal), news.name, language, manner);
      case 'tuiyan':
        return tellPartner(await this.#lastOther(user, id), language, manner);
    }
  }

  async #lastOther(user: User, characterId: string): Promise<LastOther | undefined> {
    const { messages, characters } = this.deps;
    const { workspaceId } = user;
    const reader = { workspaceId, ids: idsOf(user) };
    const last = await messages.lastOther(reader, characterId);
    const record = last && (await characters.read(workspaceId, last.characterId));
    if (!last || !record) return undefined;
    const of = { workspaceId, conversationId: last.conversationId };
    const said = await messages.list(of, lastTurns);
    const own = said.findLast(({ role }) => role === 'user')?.content;
    return {
      name: record.character.name,
      subtitle: AppCard.parse(record.aiChat).subtitle,
      description: record.description,
      said: own === undefined ? undefined : shortened(plainLine(own)),
    };
  }
}

/** What a character can do besides talking. */
export function skillsOf({ aiChat }: CharacterRecord): SkillName[] {
  return AppCard.parse(aiChat).skills.filter(isSkill);
}

/** What it says when there is nothing that it could tell truly. */
export function withoutSource(down: SourceDown, { character, aiChat }: CharacterRecord): string {
  return nothingToTell(down, character.language, AppCard.parse(aiChat).lines.withoutSource);
}

function shortened(line: string): string {
  const letters = Array.from(line);
  return letters.length > saidChars ? `${letters.slice(0, saidChars).join('')}……` : line;
}
