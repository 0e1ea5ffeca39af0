import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lifetime/clock.ts';
import { fetchText } from '../../src/skills/fetch-text.ts';
import { Feed } from '../../src/skills/news.ts';
import { SourceDown } from '../../src/skills/skill.ts';

/** `<title>台风掠过海南</title>` in GBK. */
const typhoon = Buffer.from('cca8b7e7c2d3b9fdbaa3c4cf', 'hex');
const gbkFeed = (declaration: string) =>
  Buffer.concat([
    Buffer.from(`${declaration}<rss version="2.0"><channel><item><title>`),
    typhoon,
    Buffer.from('</title></item></channel></rss>'),
  ]);
const never = new AbortController().signal;

describe('a text from a source', () => {
  const servers: Server[] = [];
  const serve = async (listener: RequestListener) => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  };
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  });
  const headlinesOf = async (type: string, body: Buffer) => {
    const url = await serve((_, response) =>
      response.writeHead(200, { 'Content-Type': type }).end(body),
    );
    return new Feed({ url, name: '百度' }, systemClock).read(never);
  };

  it.each([
    ['its header', 'text/xml; charset=gbk', '<?xml version="1.0"?>'],
    ['its own first line', 'text/xml', '<?xml version="1.0" encoding="GBK"?>'],
    [
      'its own first line, quoted otherwise',
      'application/rss+xml',
      "<?xml version='1.0' encoding='gb2312' ?>",
    ],
  ])('is read in the letters that %s names', async (_what, type, declaration) => {
    expect(await headlinesOf(type, gbkFeed(declaration))).toEqual({ headlines: ['台风掠过海南'] });
  });

  it.each([
    ['names no letters and is not UTF-8', 'text/xml', '<?xml version="1.0"?>'],
    ['names others than it is in', 'text/xml', '<?xml version="1.0" encoding="UTF-8"?>'],
    ['names letters that nobody knows', 'text/xml', '<?xml version="1.0" encoding="klingon"?>'],
  ])('is nothing to tell when it %s', async (_what, type, declaration) => {
    await expect(headlinesOf(type, gbkFeed(declaration))).rejects.toThrow(SourceDown);
  });

  it('is fetched where the same server sends to, and nowhere else', async () => {
    const other = await serve((_, response) => response.end('secret'));
    const url = await serve(({ url: path }, response) => {
      const to = { '/here': '/there', '/away': `${other}/`, '/round': '/round' }[path ?? ''];
      if (to === undefined) response.end('found');
      else response.writeHead(302, { Location: to }).end();
    });
    const read = (path: string) => fetchText(new URL(path, url), systemClock, never);
    expect(await read('/here')).toBe('found');
    await expect(read('/away')).rejects.toThrow('sends to');
    await expect(read('/round')).rejects.toThrow('redirects');
  });
});
