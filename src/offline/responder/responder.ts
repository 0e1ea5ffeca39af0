import { occasionIn, type Occasion } from '../../prompt/occasion.ts';
import type { Glance } from '../sight/glance.ts';
import { sentences } from '../speech/sentences.ts';
import { stepsAskedFor, type Affordances, type Step } from './acting.ts';
import { backstoryWishIn } from '../../prompt/backstory.ts';
import { factWishIn } from '../../prompt/facts.ts';
import { summaryWishIn } from '../../prompt/summary.ts';
import { templateBackstory } from './backstory.ts';
import type { Intent } from './intents.ts';
import { isQuestion, nameIn, recall, recollect } from './recollection.ts';
import { drawnFacts, extractedNotes } from './remembering.ts';
import { saidBack } from './said-back.ts';
import { search, topics } from './search.ts';
import { situationOf, type ResponderMessage, type Situation } from './situation.ts';
import { storyMarkFor } from './story.ts';
import { introduction, nextFact, separator, spoken, tell, told, wasLast } from './telling.ts';
import { asksToLook, whatISee } from './seeing.ts';
import { isHan } from './words.ts';

/** Found by less than this, a sentence has only a word in common with what was said. */
const goodScore = 1;
const mostEchoedChars = 200;

/**
 * Answers the last message of a conversation, the same each time: small talk by rule, what the user told earlier
 * from memory, and all else with the sentence of the persona or the knowledge that has most in common with the
 * question. It makes nothing up, and says so when it finds nothing.
 * @param seen what is shown with the last message
 */
export function respond(messages: readonly ResponderMessage[], seen?: Glance): string {
  const mark = storyMarkFor(messages);
  const words = wordsFor(messages, seen);
  return mark === undefined ? words : `${words} ${mark}`;
}

function wordsFor(messages: readonly ResponderMessage[], seen?: Glance): string {
  const wish = backstoryWishIn(messages);
  if (wish) return templateBackstory(wish);
  const facts = factWishIn(messages);
  if (facts) return drawnFacts(facts);
  const notes = summaryWishIn(messages);
  if (notes) return extractedNotes(notes);
  const last = messages.at(-1);
  const occasion = last?.role === 'user' ? occasionIn(last.content) : undefined;
  if (occasion) return onOccasion(messages.slice(0, -1), occasion, seen);
  const situation = situationOf(messages);
  if (last?.role !== 'user') return unasked(situation);
  if (situation.said === '') return situation.phrases.goOn;
  if (seen && asksToLook(situation.said)) return whatISee(situation, seen);
  if (situation.meaning.intent === 'goOn') return restOfAnswer(messages, situation);
  const answer = situation.meaning.intent
    ? byIntent(situation.meaning.intent, situation)
    : bySearch(situation);
  const { greeted } = situation.meaning;
  if (greeted === undefined || situation.meaning.intent === 'greet') return answer;
  return [hello(situation), answer].join(separator(situation.phrases));
}

/**
 * The same with something that can be done: what is asked for in so many words is done, and no more.
 * @returns the words, and the steps that follow them
 */
export function perform(
  messages: readonly ResponderMessage[],
  affordances: Affordances,
  seen?: Glance,
): { text: string; steps: Step[] } {
  const said = messages.at(-1)?.role === 'user' ? (messages.at(-1)?.content ?? '') : '';
  const steps = stepsAskedFor(said, affordances);
  if (!steps) return { text: respond(messages, seen), steps: [] };
  const { phrases } = situationOf(messages);
  return { text: steps.length > 0 ? phrases.atOnce : phrases.cannotDo, steps };
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
  // Who has already introduced itself helps on instead.
  if (lastAnswer !== undefined && situation.before.length === 0) {
    return [hello(situation), phrases.whatIKnow(ownTopics(situation))].join(separator(phrases));
  }
  if (persona.name === undefined || lastAnswer !== undefined) return hello(situation);
  return [hello(situation), phrases.iAm(persona.name)].join(separator(phrases));
}

function hello({ phrases, meaning, user, lastAnswer, before, said }: Situation): string {
  const again = lastAnswer !== undefined && before.length > 0;
  // A name that was only just given is said in the answer.
  const name = nameIn(said) === undefined ? user.name : undefined;
  return phrases.hello(meaning.greeted, name, again);
}

/** Something happened: it has what it knows of that, else only that it happened, and prefers to be silent. */
function onOccasion(
  before: readonly ResponderMessage[],
  { text, mayAbstain, looks }: Occasion,
  seen: Glance | undefined,
): string {
  const situation = situationOf([...before, { role: 'user', content: text }]);
  if (looks) return whatISee(situation, seen);
  const { persona, phrases } = situation;
  const known = persona.facts.filter(({ about }) => about === 'self' || about === 'knowledge');
  const [best] = search(text, known, situation.selfNames);
  if (best && best.score >= goodScore) return told(best.fact, best.index, situation);
  if (mayAbstain) return '[ABSTAIN]';
  const [first] = sentences(text);
  return first !== undefined && first.length <= mostEchoedChars ? first : (phrases.iSee[0] ?? '');
}

/** Nobody asked: the conversation begins, or goes on by itself. */
function unasked(situation: Situation): string {
  return situation.lastAnswer === undefined ? introduction(situation, 1) : nextFact(situation);
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

/** For the middle of a sentence; "I" and names keep theirs. */
function uncapitalised(text: string): string {
  return text.replace(/^(?:You|Your|My|The|It|We)\b/, (word) => word.toLowerCase());
}
