import { XMLParser } from 'fast-xml-parser';
import * as z from 'zod';
import type { Clock } from '../lifetime/clock.ts';
import { plainLine } from '../protocol/plain-text.ts';
import { fetchText, SourceUnfit } from './fetch-text.ts';
import { SourceDown, type Source } from './skill.ts';

/** Headlines, the first the most important, as the source orders them. */
export type News = { headlines: string[] };
export type NewsSettings = { url: string; name: string };

const mostHeadlines = 10;
const headlineChars = 160;

const Text = z.union([z.string(), z.looseObject({ '#text': z.string() })]);
const Item = z.looseObject({ title: Text });
const oneOrMany = z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]);
const Rss = z.object({ rss: z.object({ channel: z.object({ item: oneOrMany }) }) });
const Atom = z.object({ feed: z.object({ entry: oneOrMany }) });

/** An RSS 2.0 or Atom feed. Whoever wrote it, it is data: no entities of its own, no depth, no length without end. */
export class Feed implements Source<News> {
  readonly name: string;

  constructor(
    private readonly settings: NewsSettings,
    private readonly clock: Clock,
  ) {
    this.name = settings.name;
  }

  async read(signal: AbortSignal): Promise<News> {
    try {
      const xml = await fetchText(new URL(this.settings.url), this.clock, signal);
      const headlines = headlinesIn(xml);
      if (headlines.length === 0) throw new SourceUnfit('a feed without headlines');
      return { headlines };
    } catch (cause) {
      signal.throwIfAborted();
      throw new SourceDown('news', 'unavailable', cause);
    }
  }
}

/** @throws {SourceUnfit | z.ZodError} or the parser's error, for what is no feed */
export function headlinesIn(xml: string): string[] {
  // Feeds need no document type, and entities of their own are how a small text becomes a huge one.
  if (/<!DOCTYPE|<!ENTITY/i.test(xml)) throw new SourceUnfit('a feed with a document type');
  const parser = new XMLParser({
    ignoreAttributes: true,
    parseTagValue: false,
    processEntities: false,
    maxNestedTags: 32,
  });
  const document: unknown = parser.parse(xml);
  const rss = Rss.safeParse(document);
  const items = rss.success ? rss.data.rss.channel.item : Atom.parse(document).feed.entry;
  const headlines = items.slice(0, 200).flatMap((item) => {
    const read = Item.safeParse(item);
    if (!read.success) return [];
    const { title } = read.data;
    const line = shown(typeof title === 'string' ? title : title['#text']);
    return line === '' ? [] : [line];
  });
  return [...new Set(headlines)].slice(0, mostHeadlines);
}

const entities: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' },
};

/** Titles may hold escaped HTML: its words stay, in one line. */
function shown(title: string): string {
  const text = unescaped(unescaped(title).replace(/<[^<>]{0,500}>/g, ''));
  const line = plainLine(text);
  return Array.from(line).slice(0, headlineChars).join('');
}

function unescaped(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,6});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return entities[name.toLowerCase()] ?? whole;
    const isHex = /^#x/i.test(name);
    const code = Number.parseInt(name.slice(isHex ? 2 : 1), isHex ? 16 : 10);
    return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : '';
  });
}
