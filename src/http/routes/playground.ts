import type { ServerResponse } from 'node:http';
import path from 'node:path';
import express, { Router, type RequestHandler } from 'express';
import * as z from 'zod';
import { Character } from '../../protocol/character.ts';
import { callerOf } from '../api-key.ts';
import type { LocalPage } from '../local-page.ts';
import type { Operation } from '../operation.ts';
import type { Caller } from '../request-context.ts';

export interface CharacterList {
  /** All characters of a workspace, in the order they were made. */
  list(workspaceId: string): Promise<Character[]>;
}

export type PlaygroundSettings = {
  /** Where the built page is: `index.html` and `assets/`. */
  webDir: string;
  version: string;
  /** True when the embedded provider speaks and answers: the page says that it is no language model. */
  offline: boolean;
};

export type PlaygroundDeps = PlaygroundSettings & {
  characters: CharacterList;
  requireCaller: RequestHandler;
  pageSecurity: RequestHandler;
  localPage: LocalPage;
  localCaller: Caller | undefined;
};

const CharacterCard = Character.pick({
  id: true,
  name: true,
  greeting: true,
  language: true,
}).extend({ description: z.string() });
const Characters = z.object({ characters: z.array(CharacterCard) });
const Info = z.object({ version: z.string(), offline: z.boolean(), needsKey: z.boolean() });

export const playgroundOperations: Operation[] = [
  {
    method: 'get',
    path: '/playground/info',
    tag: 'Playground',
    summary: 'What the page must know before it asks for a key.',
    needsKey: false,
    responses: { 200: { description: 'About this server.', schema: Info } },
  },
  {
    method: 'get',
    path: '/playground/characters',
    tag: 'Playground',
    summary: 'The characters to choose from.',
    needsKey: true,
    responses: { 200: { description: "The workspace's characters.", schema: Characters } },
  },
];

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Parley</title>
<h1>The playground is not built</h1>
<p>The server works; only its page is missing. Build it with <code>npm run build</code> and reload.
The API is described at <a href="/docs">/docs</a>.</p>
</html>
`;

export function playgroundRoutes(deps: PlaygroundDeps): Router {
  const router = Router();
  router.get('/playground/info', (req, res) => {
    const info: z.infer<typeof Info> = {
      version: deps.version,
      offline: deps.offline,
      needsKey: deps.localCaller === undefined || !deps.localPage.recognises(req),
    };
    res.json(info);
  });
  router.get('/playground/characters', deps.requireCaller, async (req, res) => {
    const characters = await deps.characters.list(callerOf(req).workspaceId);
    res.json(Characters.parse({ characters: characters.map(card) }));
  });

  router.get(['/', '/index.html'], deps.pageSecurity, (req, res, next) => {
    deps.localPage.welcome(req, res);
    // The page names its hashed assets, so it must always be asked for anew, and its cookie is not for caches.
    res.setHeader('Cache-Control', 'no-store');
    res.sendFile('index.html', { root: path.resolve(deps.webDir), cacheControl: false }, (err) => {
      if (!isError(err)) return;
      if (res.headersSent || !isMissing(err)) next(err);
      else res.status(503).type('html').send(notBuilt);
    });
  });
  router.use(
    express.static(path.resolve(deps.webDir), { index: false, redirect: false, setHeaders }),
  );
  return router;
}

/** Vite names what is in `assets/` by its content, so that never changes; icons and the like may. */
function setHeaders(res: ServerResponse, file: string): void {
  const hashed = path.basename(path.dirname(file)) === 'assets';
  res.setHeader('Cache-Control', `public, max-age=${hashed ? '31536000, immutable' : '3600'}`);
}

function card(character: Character): z.infer<typeof CharacterCard> {
  const { id, name, greeting, language, backstory } = character;
  return { id, name, greeting, language, description: firstSentence(backstory) };
}

/** In any script: Chinese ends its sentences differently. At most 240 characters. */
export function firstSentence(text: string): string {
  const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });
  const [first] = sentences.segment(text.replace(/\s+/g, ' ').trim());
  const sentence = first?.segment.trim() ?? '';
  return sentence.length > 240 ? `${sentence.slice(0, 239)}…` : sentence;
}

const isError = (err: unknown): err is Error => err instanceof Error;
const Missing = z.object({ code: z.literal('ENOENT') });
const isMissing = (err: Error) => Missing.safeParse(err).success;
