const fillers: Record<string, string> = {
  en: 'One moment, let me look.',
  zh: '请稍等，我查一下。',
  de: 'Einen Moment, ich schaue nach.',
  fr: 'Un instant, je regarde.',
  es: 'Un momento, déjame mirar.',
  it: 'Un momento, controllo subito.',
  pt: 'Um momento, vou ver.',
  nl: 'Een ogenblik, ik kijk even.',
  ja: '少々お待ちください、調べます。',
  ko: '잠시만요, 확인해 볼게요.',
  ru: 'Одну минуту, я посмотрю.',
  pl: 'Chwileczkę, już sprawdzam.',
  tr: 'Bir dakika, hemen bakıyorum.',
  hi: 'एक क्षण, मैं देखता हूँ।',
  ar: 'لحظة من فضلك، سأتحقق.',
};

/** What is said while a function takes its time. @param language BCP 47 tag; English where it is not known */
export function filler(language: string): string {
  const base = language.toLowerCase().split(/[-_]/)[0] ?? '';
  return fillers[base] ?? fillers['en'] ?? '';
}
