/** Pictures and what modifies them: skin tone, variation, joiners, flags, keycaps. "©", "™" and digits are text. */
const emoji =
  /(?:\p{RI}\p{RI}|[0-9#*]\uFE0F?\u20E3|(?:\p{Emoji_Presentation}|\p{Emoji}\uFE0F|[\u2600-\u27BF])(?:[\uFE0E\uFE0F]|\p{Emoji_Modifier}|[\u{E0020}-\u{E007F}])*(?:\u200D(?:\p{Emoji_Presentation}|\p{Emoji}\uFE0F?|[\u2600-\u27BF])(?:\uFE0F|\p{Emoji_Modifier})*)*)/gu;
/** ":smile:" and ":+1:", but not the middle of "10:30:45" or "std::vector::size". */
const shortcode = /(?<![\p{L}\p{N}:]):(?:[a-z][a-z0-9_+-]{1,40}|[+-]1):(?![\p{L}\p{N}:])/giu;

/** A piece of an answer as it is said: what is written without the pictures in it. */
export function spokenForm(written: string): string {
  const bare = written.replace(emoji, '').replace(shortcode, '');
  return bare === written ? written : bare.replace(/[ \t]{2,}/g, ' ').replace(/ +([.,!?])/g, '$1');
}
