import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createApp } from '../../src/http/app.ts';
import { fakeDeps, startApp } from './app-server.ts';

/** What express's router keeps of what was mounted: a route, or another router under a path. */
const Layer = z.looseObject({
  rawPath: z.union([z.string(), z.array(z.string()), z.instanceof(RegExp)]).optional(),
  route: z
    .looseObject({
      path: z.union([z.string(), z.array(z.string()), z.instanceof(RegExp)]),
      methods: z.record(z.string(), z.boolean()),
    })
    .optional(),
  handle: z.unknown(),
});
/** Routers are functions, with what they hold as properties. */
const Stack = z.preprocess(
  (router) => (typeof router === 'function' ? Object.fromEntries(Object.entries(router)) : router),
  z.looseObject({ stack: z.array(Layer) }),
);

/** `get /api/v1/chat/{}` for each route that is mounted, however deep. */
function mounted(router: unknown, under = ''): string[] {
  const read = Stack.safeParse(router);
  if (!read.success) return [];
  return read.data.stack.flatMap(({ route, handle, rawPath }) => {
    const prefix = typeof rawPath === 'string' && rawPath !== '/' ? rawPath : '';
    if (!route) return mounted(handle, under + prefix);
    // Patterns, and whatever takes every method, are there to refuse.
    const paths = [route.path].flat().filter((path) => typeof path === 'string');
    const methods = Object.keys(route.methods).filter((method) => method !== '_all');
    return paths.flatMap((path) =>
      methods.map((method) => `${method} ${under}${path}`.replace(/:\w+/g, '{}')),
    );
  });
}

const Operation = z.looseObject({
  security: z.array(z.record(z.string(), z.unknown())),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).default([]),
  responses: z.record(
    z.string(),
    z.looseObject({ headers: z.record(z.string(), z.unknown()).optional() }),
  ),
});
const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), Operation)) });

async function documented() {
  const app = await startApp();
  try {
    return Document.parse(await (await fetch(`${app.url}/openapi.json`)).json()).paths;
  } finally {
    await app.close();
  }
}

/** For people's eyes, or the document itself. */
const pages = ['get /', 'get /index.html', 'get /docs', 'get /openapi.json'];

describe('the OpenAPI document', () => {
  it('has every route that is mounted, and no other', async () => {
    const { router } = createApp(fakeDeps().deps);
    const routes = mounted(router).filter((route) => !pages.includes(route));
    const described = Object.entries(await documented()).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`.replace(/\{\w+\}/g, '{}')),
    );
    expect(routes.length).toBeGreaterThan(60);
    expect([...new Set(routes)].sort()).toEqual([...described].sort());
  });

  it('says who is let in where it is not the key alone, and which headers count', async () => {
    const paths = await documented();
    const of = (method: string, path: string) => {
      const operation = paths[path]?.[method];
      if (!operation) throw new Error(`${method} ${path} is not there`);
      return {
        schemes: operation.security.flatMap((each) => Object.keys(each)),
        headers: operation.parameters.flatMap(({ name, in: place }) =>
          place === 'header' ? [name] : [],
        ),
        answered: Object.keys(operation.responses['200']?.headers ?? {}),
      };
    };
    const chat = of('post', '/api/v1/chat');
    expect(chat.schemes).toEqual(['UserToken']);
    expect(chat.headers).toEqual(['Idempotency-Key']);
    expect(chat.answered).toEqual(['X-Character-Session-Id']);
    expect(of('get', '/api/v1/chat/voice').headers).toContain('Range');
    expect(of('get', '/api/v1/characters').schemes).toContain('UserToken');
    expect(of('get', '/api/v1/characters').schemes).toContain('X-API-Key');
    expect(of('post', '/api/v1/users').schemes).not.toContain('UserToken');
    expect(of('post', '/connect').schemes).not.toContain('UserToken');
  });
});
