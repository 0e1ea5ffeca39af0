import { convert, type FormatCallback } from 'html-to-text';

const limits = { maxDepth: 256, maxChildNodes: 100_000, maxInputLength: 32 * 1_048_576 } as const;

/** Headings as Markdown marks them: passages below one begin with it. */
const heading: FormatCallback = (element, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 2 });
  builder.addLiteral('# ');
  walk(element.children, builder);
  builder.closeBlock({ trailingLineBreaks: 2 });
};

/** What a reader would see of a page; nothing of it is run or fetched. */
export function textOfHtml(html: string): string {
  return convert(html, {
    wordwrap: false,
    limits,
    formatters: { heading },
    selectors: [
      { selector: 'a', options: { ignoreHref: true } },
      ...['img', 'script', 'style', 'noscript', 'template', 'svg', 'nav', 'iframe', 'object'].map(
        (selector) => ({ selector, format: 'skip' }),
      ),
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, format: 'heading' })),
    ],
  });
}
