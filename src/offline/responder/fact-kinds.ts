import { factKey, plainKey } from '../../prompt/fact-key.ts';

/** @property isIt whether a text says something of it @property isOne whether there is one at a time */
type Kind = { isIt: (text: string) => boolean; isOne: boolean };

const byKey = (...keys: string[]): Kind => ({
  isIt: (text) => keys.includes(factKey(text) ?? ''),
  isOne: true,
});
const byPattern = (pattern: RegExp): Kind => ({ isIt: (text) => pattern.test(text), isOne: false });

/** What applications call kinds of facts, and how they are recognised. */
const kinds: readonly [RegExp, Kind][] = [
  [/^(?:姓名|名字|称呼|昵称|(?:full |first )?name|nickname)$/u, byKey('name')],
  [/^(?:年龄|年纪|岁数|age)$/u, byKey('age')],
  [/^(?:住址|地址|住处|家|所在地|城市|home|address|city|residence)$/u, byKey('home', 'address')],
  [/^(?:职业|工作|job|work|profession|occupation)$/u, byKey('work', 'job', 'profession')],
  [
    /^(?:喜好|爱好|兴趣|兴趣爱好|偏好|喜欢的\P{Cc}*|likes?|hobby|hobbies|interests?|tastes?|preferences?|favou?rites?)$/u,
    byPattern(/喜欢|爱(?!人|情)|\b(?:like|love|prefer|enjoy|favou?rite)\b/iu),
  ],
];

/** Of a kind that is not known here, a text says something if it has its name. */
export function kindOf(name: string): Kind {
  const plain = plainKey(name) ?? '';
  const [, known] = kinds.find(([pattern]) => pattern.test(plain)) ?? [];
  return (
    known ?? { isIt: (text) => plain !== '' && text.toLowerCase().includes(plain), isOne: true }
  );
}
