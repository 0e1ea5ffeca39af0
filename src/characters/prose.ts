/** A blank line parts paragraphs; the other line ends are the source's, not the text's. Chinese has no space for them. */
export const prose = (text: string) =>
  text
    .replace(/(?<=[\p{Script=Han}，。；：、！？·”])\n(?!\n)/gu, '')
    .replace(/(?<!\n)\n(?!\n)/g, ' ');
