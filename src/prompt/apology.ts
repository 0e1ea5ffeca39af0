/** What a character says when a part of it fails: short, honest, and in its language. */
const apologies: Record<'hearing' | 'thinking', Record<string, string>> = {
  hearing: {
    en: "Sorry, I couldn't make that out. Could you say it again?",
    zh: '抱歉，我没听清楚，能再说一遍吗？',
    es: 'Perdona, no te he oído bien. ¿Puedes repetirlo?',
    fr: "Pardon, je n'ai pas bien entendu. Tu peux répéter ?",
    de: 'Entschuldige, das habe ich nicht verstanden. Sagst du es noch einmal?',
    ja: 'ごめんなさい、よく聞こえませんでした。もう一度言ってもらえますか。',
  },
  thinking: {
    en: 'Sorry, I lost my train of thought. Give me a moment and ask me again.',
    zh: '抱歉，我刚才走神了，请再问我一次。',
    es: 'Perdona, he perdido el hilo. Pregúntamelo otra vez en un momento.',
    fr: "Pardon, j'ai perdu le fil. Redemande-moi dans un instant.",
    de: 'Entschuldige, ich habe den Faden verloren. Frag mich gleich noch einmal.',
    ja: 'ごめんなさい、考えがまとまりませんでした。もう一度聞いてください。',
  },
};

/** @param language BCP 47 tag; languages without words of their own get English */
export function apology(failing: 'hearing' | 'thinking', language: string): string {
  const byLanguage = apologies[failing];
  return byLanguage[language.slice(0, 2).toLowerCase()] ?? byLanguage['en'] ?? '';
}
