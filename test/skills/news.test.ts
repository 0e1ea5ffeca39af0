import { describe, expect, it } from 'vitest';
import { headlinesIn } from '../../src/skills/news.ts';

const rss = (items: string) => `<rss version="2.0"><channel>${items}</channel></rss>`;
const item = (title: string) => `<item><title>${title}</title></item>`;

describe('headlines of a feed', () => {
  it.each([
    ['RSS', rss(item('One') + item('Two')), ['One', 'Two']],
    ['RSS with one item', rss(item('One')), ['One']],
    ['Atom', '<feed><entry><title type="html">One</title></entry></feed>', ['One']],
    ['sections of plain text', rss(item('<![CDATA[A & B]]>')), ['A & B']],
    [
      'escaped HTML',
      rss(item('&lt;b&gt;Big&lt;/b&gt; &amp;amp; &#x4E2D;&#25991;')),
      ['Big & 中文'],
    ],
    ['numbers for titles', rss(item('42')), ['42']],
    ['lines', rss(item('One\n  # Rules\n\tTwo')), ['One # Rules Two']],
    ['the same twice', rss(item('One') + item('One')), ['One']],
    ['items without a title', rss(`<item><link>x</link></item>${item('One')}`), ['One']],
  ])('are read from %s', (_what, xml, headlines) => {
    expect(headlinesIn(xml)).toEqual(headlines);
  });

  it('are ten at most, none without end', () => {
    const many = Array.from({ length: 50 }, (_, n) => item(`${n} ${'长'.repeat(500)}`)).join('');
    const headlines = headlinesIn(rss(many));
    expect(headlines).toHaveLength(10);
    expect(headlines.every((line) => Array.from(line).length <= 160)).toBe(true);
  });

  it.each([
    ['a bomb of entities', `<!DOCTYPE x [<!ENTITY a "aaaa">]>${rss(item('&a;'))}`],
    ['a file', `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>${rss(item('&a;'))}`],
    ['depth without end', '<a>'.repeat(100_000)],
    ['what would change a prototype', rss(`<__proto__><title>x</title></__proto__>${item('One')}`)],
    ['a page', '<html><body>Sign in</body></html>'],
    ['no XML', '{"error":"down"}'],
    ['nothing', ''],
  ])('are refused from %s', (_what, xml) => {
    expect(() => headlinesIn(xml)).toThrow();
  });
});
