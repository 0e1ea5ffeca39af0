import { meaningOf, type Intent, type Meaning } from './intents.ts';
import { readPersona, type Fact, type Persona } from './persona.ts';
import { chinese, english, type Phrases } from './phrases.ts';
import { asSelf, saidBack } from './point-of-view.ts';
import { isQuestion, nameIn, recall, recollect, type Recollection } from './recollection.ts';
import { search, topics } from './search.ts';
import { isHan, words } from './words.ts';

export type ResponderMessage = { role: 'system' | 'user' | 'assistant'; content: string };

/** A sentence shorter than this is not much of an answer: the one after it is told as well. */
const shortAnswerChars = 70;
/** Found by less than this, a sentence has only a word in common with what was said. */
const goodScore = 1;

/** Everything an answer is made from. */
type Situation = {
  persona: Persona;
  /** In lower case, to be left out of searches: a question's "Maren" says nothing about which of her sentences is meant. */
  selfNames: ReadonlySet<string>;
  user: Recollection;
  /** What the user said, oldest first, without the last. */
  before: string[];
  lastAnswer: string | undefined;
  said: string;
  meaning: Meaning;
  phrases: Phrases;
};

/**
 * Answers the last message of a conversation, the same each time: small talk by rule, what the user told earlier
 * from memory, and all else with the sentence of the persona or the knowledge that has most in common with the
 * question. It makes nothing up, and says so when it finds nothing.
 */
export function respond(messages: readonly ResponderMessage[]): string {
  const last = messages.at(-1);
  const situation = situationOf(messages);
  if (last?.role !== 'user') return unasked(situation);
  if (situation.said === '') return situation.phrases.goOn;
  if (situation.meaning.intent === 'goOn') return restOfAnswer(messages, situation);
  const answer = situation.meaning.intent
    ? byIntent(situation.meaning.intent, situation)
    : bySearch(situation);
  const { greeted } = situation.meaning;
  if (greeted === undefined || situation.meaning.intent === 'greet') return answer;
  return [hello(situation), answer].join(separator(situation.phrases));
}

function situationOf(messages: readonly ResponderMessage[]): Situation {
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const persona = readPersona(system.join('\n\n'));
  const said = messages.filter(({ role }) => role === 'user').map(({ content }) => content.trim());
  const asked = messages.at(-1)?.role === 'user';
  const current = asked ? (said.at(-1) ?? '') : '';
  const before = asked ? said.slice(0, -1) : said;
  const language = current === '' ? (persona.facts[0]?.text ?? persona.name ?? '') : current;
  return {
    persona,
    selfNames: new Set(persona.called.filter((name) => name !== persona.name).flatMap(words)),
    user: recollect([...before, current]),
    before,
    lastAnswer: messages.findLast(({ role }) => role === 'assistant')?.content,
    said: current,
    meaning: meaningOf(current),
    phrases: isHan(language) ? chinese : english,
  };
}

function byIntent(intent: Intent, situation: Situation): string {
  const { phrases, persona, user, lastAnswer, meaning } = situation;
  switch (intent) {
    case 'greet':
      return greeting(situation);
    case 'howAreYou':
      return phrases.iAmWell;
    case 'thank':
      return phrases.youAreWelcome;
    case 'leave':
      return phrases.goodbye(user.name);
    case 'apologise':
      return phrases.neverMind;
    case 'yourName':
      return persona.name === undefined
        ? phrases.noModel(undefined)
        : phrases.myNameIs(persona.name);
    case 'whoAreYou':
    case 'aboutYou':
      return introduction(situation, intent === 'whoAreYou' ? 1 : 3);
    case 'areYouReal':
      return phrases.noModel(persona.name);
    case 'whatCanYouDo':
      return phrases.whatIKnow(ownTopics(situation));
    case 'theirName':
      return user.name === undefined ? phrases.yourNameIsUnknown : phrases.yourNameIs(user.name);
    case 'whatISaid':
      return whatWasSaid(situation);
    case 'aboutMe':
      return aboutUser(situation);
    case 'repeat':
      return lastAnswer === undefined ? phrases.nothingSaidYet : lastAnswer;
    case 'sayThis':
      return meaning.rest;
    case 'more':
    case 'goOn':
      return nextFact(situation);
    case 'surroundings':
      return tell(situation, 'scene') ?? phrases.nothingAround;
    case 'situation':
      return tell(situation, 'now') ?? phrases.nothingNew;
    case 'agree':
      return lastAnswer === undefined ? phrases.goOn : nextFact(situation);
    case 'disagree':
      return phrases.iSee[situation.before.length % phrases.iSee.length] ?? phrases.goOn;
  }
}

function bySearch(situation: Situation): string {
  const { phrases, persona, meaning, said, user } = situation;
  const asks = isQuestion(meaning.rest);
  if (!asks) {
    const name = nameIn(said);
    if (name !== undefined) return phrases.niceToMeet(name);
  }
  if (asks && aboutTheUser(meaning.rest)) {
    const statement = recall(meaning.rest, user.statements);
    if (statement !== undefined) return phrases.youToldMe(uncapitalised(saidBack(statement)));
    return tell(situation, 'earlier', meaning.rest) ?? phrases.youHaveNotSaid;
  }
  const found = search(meaning.rest, persona.facts, situation.selfNames);
  const [best] = found.filter(({ fact }) => !wasLast(fact, situation));
  if (best && (asks || best.score >= goodScore)) return told(best.fact, best.index, situation);
  if (found[0] && asks) return phrases.asISaid(spoken(found[0].fact, situation));
  if (!asks && /\b(?:i|my|i'm|i've)\b|我/i.test(said)) {
    const [statement] = recollect([said]).statements;
    if (statement !== undefined) return phrases.iWillRemember(uncapitalised(saidBack(statement)));
  }
  const answers =
    asks || isCommand(meaning.rest)
      ? phrases.noAnswer(ownTopics(situation), persona.name !== undefined)
      : phrases.iSee;
  return answers[situation.before.length % answers.length] ?? phrases.goOn;
}

function greeting(situation: Situation): string {
  const { persona, phrases, lastAnswer } = situation;
  if (persona.name === undefined || lastAnswer !== undefined) return hello(situation);
  return [hello(situation), phrases.iAm(persona.name)].join(separator(phrases));
}

function hello({ phrases, meaning, user, lastAnswer, before, said }: Situation): string {
  const again = lastAnswer !== undefined && before.length > 0;
  // A name that was only just given is said in the answer.
  const name = nameIn(said) === undefined ? user.name : undefined;
  return phrases.hello(meaning.greeted, name, again);
}

/** Nobody asked: the conversation begins, or goes on by itself. */
function unasked(situation: Situation): string {
  return situation.lastAnswer === undefined ? introduction(situation, 1) : nextFact(situation);
}

function introduction(situation: Situation, count: number): string {
  const { persona, phrases } = situation;
  const own = persona.facts.filter(({ about }) => about === 'self').slice(0, count);
  if (persona.name === undefined) return phrases.noModel(undefined);
  return [phrases.iAm(persona.name), ...own.map((fact) => spoken(fact, situation))].join(
    separator(phrases),
  );
}

/** The other half of an answer that broke off, for the same words were said by the same rules before. */
function restOfAnswer(messages: readonly ResponderMessage[], situation: Situation): string {
  const broken = (situation.lastAnswer ?? '').replace(/[—–-]+$/, '').trim();
  const at = messages.findLastIndex(({ role }) => role === 'assistant');
  const earlier = messages.slice(0, at);
  const whole = earlier.at(-1)?.role === 'user' ? respond(earlier) : '';
  const rest = whole.startsWith(broken) ? whole.slice(broken.length).trim() : '';
  return rest === '' ? nextFact(situation) : rest;
}

function whatWasSaid({ before, said, phrases }: Situation): string {
  const text = /\bfirst\b|第一/.test(said) ? before[0] : before.at(-1);
  return text === undefined ? phrases.nothingSaidYet : phrases.youSaid(text);
}

function aboutUser(situation: Situation): string {
  const { user, phrases } = situation;
  const statements = user.statements.slice(-3).map((text) => uncapitalised(saidBack(text)));
  const [first] = statements;
  if (first === undefined) return tell(situation, 'earlier') ?? phrases.youHaveNotSaid;
  return statements.map((text) => phrases.youToldMe(text)).join(separator(phrases));
}

/** What the prompt says of one kind of thing, at most three sentences of it. */
function tell(situation: Situation, about: Fact['about'], question?: string): string | undefined {
  const kind = situation.persona.facts.filter((fact) => fact.about === about);
  const facts =
    question === undefined
      ? kind.slice(0, 3)
      : search(question, kind, situation.selfNames)
          .slice(0, 1)
          .map(({ fact }) => fact);
  if (facts.length === 0) return undefined;
  return facts.map((fact) => spoken(fact, situation)).join(separator(situation.phrases));
}

function told(fact: Fact, index: number, situation: Situation): string {
  const text = spoken(fact, situation);
  const next = situation.persona.facts[index + 1];
  if (text.length >= shortAnswerChars || isHan(text) || next?.about !== fact.about) return text;
  return [text, spoken(next, situation)].join(separator(situation.phrases));
}

function nextFact(situation: Situation): string {
  const { persona, phrases } = situation;
  const own = persona.facts.filter(({ about }) => about === 'self' || about === 'knowledge');
  const lastTold = own.findLastIndex((fact) => wasLast(fact, situation));
  const next = own[lastTold + 1];
  return next ? spoken(next, situation) : phrases.noMore;
}

function wasLast(fact: Fact, { lastAnswer, persona }: Situation): boolean {
  return lastAnswer?.includes(asSelf(fact.text, persona)) ?? false;
}

/** In the character's own mouth; what is in another script than the listener's is announced. */
function spoken(fact: Fact, { persona, phrases }: Situation): string {
  const text =
    fact.about === 'self' || fact.about === 'now' ? asSelf(fact.text, persona) : fact.text;
  return isHan(text) === (phrases === chinese) ? text : `${phrases.inOtherWords} ${text}`;
}

/** "what is my favourite colour", "where do I live"; but not "where can I find water", "tell me about my enemies' plan". */
function aboutTheUser(question: string): boolean {
  if (isHan(question)) return /我(?:的|住|喜欢|有|是|来自|今年|多大|几岁|在哪)/u.test(question);
  return /\b(?:do|did|am|was|have|had|what|where|who|how old|how many \w+) (?:do |did |am |have )?i\b|\bmy\b(?! (?:dear |good )?friend\b)/i.test(
    question,
  );
}

function isCommand(text: string): boolean {
  return /^(?:please )?(?:tell|show|describe|explain|give|write|sing|play|open|follow|stop|help|make|let)\b|^请/i.test(
    text,
  );
}

function ownTopics({ persona, selfNames }: Situation): string[] {
  return topics(persona.facts, selfNames, 3);
}

function separator(phrases: Phrases): string {
  return phrases === chinese ? '' : ' ';
}

/** For the middle of a sentence; "I" and names keep theirs. */
function uncapitalised(text: string): string {
  return text.replace(/^(?:You|Your|My|The|It|We)\b/, (word) => word.toLowerCase());
}
