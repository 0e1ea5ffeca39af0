import type { CharacterDraft } from './character-fields.ts';
import { galleryLines } from './gallery-lines.ts';

/** A character that comes with a number of its own, and what galleries show of it. */
export type GallerySeed = {
  /** 1 to 100: numbers that no other character of a workspace is given. */
  number: number;
  name: string;
  subtitle: string;
  description: string;
  tags: string[];
  greeting: string;
  voice: string;
  /** `sufPath` of what it can do besides talking. */
  skills: string[];
  backstory: string;
  speakingStyle: string;
  catchPhrases: string[];
};

/** What is stored of one. */
export function galleryDraft({ subtitle, tags, skills, ...seed }: GallerySeed): CharacterDraft {
  const lines = galleryLines[seed.number];
  const aiChat = { subtitle, tags, skills, ...(lines && { lines }) };
  return { ...seed, language: 'zh-CN', listing: 'listed', aiChat };
}
