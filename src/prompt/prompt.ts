import type { Character } from '../protocol/character.ts';
import type { Material } from '../protocol/material.ts';
import type { Participant } from '../protocol/participant.ts';
import type { ToolCallRecord, TurnRecord } from '../protocol/turn-record.ts';
import { companySection, labelled, type Company } from './company.ts';
import { boundariesOf, mannerOf } from './manner.ts';
import { materialSections } from './material.ts';
import { occasionNote, type Occasion } from './occasion.ts';
import { sightSection } from './sight.ts';
import { storySection, type StoryPart } from './story.ts';
import { rememberedSections, type Remembered } from './remembered.ts';
import { fillTemplate, toldSections, type Told } from './told.ts';
import { estimateTokens } from './tokens.ts';
import { toolSection } from './tool-notes.ts';
import { usualWindowTokens } from './window.ts';

export type PromptMessage = { role: 'system' | 'user' | 'assistant'; content: string };

export type PromptContext = {
  character: Character;
  told: Told;
  /** Where the character's story stands. */
  story?: StoryPart;
  /** Functions that were called lately; in writing, what is to be answered from. */
  toolNotes?: readonly ToolCallRecord[];
  /** What came before those. */
  remembered?: Remembered;
  /** Earlier turns, oldest first. */
  history: TurnRecord[];
  /** What is to be answered; null when the character speaks on, unasked. */
  userText: string | null;
  /** Who said it, where that is known. */
  speaker?: Participant;
  /** What was found for what is to be answered, best first. */
  material?: readonly Material[];
  /** Set where several people or characters may be there. */
  company?: Company;
  /** Set when a failing process broke off an answer: what of it was heard. */
  brokenOff?: string;
  /** What the character is to speak about unasked. */
  occasion?: Occasion;
  /** Written to be read, and not to be heard. */
  inWriting?: boolean;
  /** Set where the user wants to be seen: whether images can reach the model. */
  sight?: 'seeing' | 'blind';
};

/**
 * For persona and conversation: models answer faster, and better, when the prompt is short, and the newest turns matter
 * most. What the application tells has budgets of its own (`told.ts`).
 */
const defaultBudgetTokens = 6_000;
/** Making one takes 2 ms, which each answer would wait for. */
const languageNames = new Intl.DisplayNames(['en'], { type: 'language' });
/** A long persona leaves the conversation this part of it at least. */
const leastForHistory = 1 / 3;
/** A small window is not for persona and conversation alone. */
const mostOfWindow = 0.6;

/** @param windowTokens what the model takes of prompt and answer together */
export function promptBudget(windowTokens = usualWindowTokens): number {
  return Math.min(defaultBudgetTokens, Math.floor(windowTokens * mostOfWindow));
}

/** What a prompt has room for of the turns between a character and its users, in estimated tokens. */
export function roomForHistory(character: Character, budgetTokens: number): number {
  const told: Told = { staticText: '', updates: [], scene: [], events: [], templateKeys: {} };
  const persona = personaParts({ character, told, history: [], userText: null }).join('\n\n');
  return Math.max(budgetTokens - estimateTokens(persona), budgetTokens * leastForHistory);
}

/** Persona, context and history as messages for the model. The oldest turns go first when the budget is short. */
export function buildPrompt(
  context: PromptContext,
  budgetTokens = defaultBudgetTokens,
): PromptMessage[] {
  const persona = personaParts(context).join('\n\n');
  const notes = toolSection(context.toolNotes ?? [], context.inWriting ? 'now' : 'later');
  const system: PromptMessage = {
    role: 'system',
    content: [
      persona,
      ...toldSections(context.told),
      ...materialSections(context.material ?? []),
      ...(notes === undefined ? [] : [notes]),
    ].join('\n\n'),
  };
  const ending = lastMessages(context);
  const spoken = budgetTokens - estimateTokens(persona) - sum(ending);
  let left = Math.max(spoken, budgetTokens * leastForHistory);
  const kept: PromptMessage[] = [];
  const seen = context.character.historyTurns ?? context.history.length;
  for (const turn of [...context.history].reverse().slice(0, seen)) {
    const messages = turnMessages(turn, context.company);
    left -= sum(messages);
    if (left < 0) break;
    kept.unshift(...messages);
  }
  return [system, ...kept, ...ending];
}

function personaParts({
  character,
  told,
  company,
  inWriting,
  story,
  sight,
  remembered,
}: PromptContext): string[] {
  const fill = (text: string) => fillTemplate(text, told.templateKeys);
  return [
    `You are ${character.name}.\n${fill(character.backstory)}`,
    speakingRules(character, inWriting ?? false),
    fill(mannerOf(character)),
    boundariesOf(character),
    ...(company ? [companySection(company)] : []),
    ...(story ? [storySection(story, told.templateKeys)] : []),
    ...(sight ? [sightSection(sight)] : []),
    ...(remembered ? rememberedSections(remembered) : []),
  ].filter((part) => part !== '');
}

/** Written for the ear: a listener cannot skim, and a synthesiser reads marks aloud; what is written may be spoken later. */
function speakingRules({ language, languages }: Character, inWriting: boolean): string {
  const others = languages.filter((tag) => tag !== language).map(languageName);
  const own = languageName(language);
  return [
    '# How you speak',
    inWriting
      ? `You are in a conversation in writing. Answer as people write to each other in ${own}: in one to four sentences, unless more is asked for.`
      : `You are in a spoken conversation. Answer in one to three short sentences, as ${own} is spoken.`,
    ...(others.length > 0
      ? [`When you are spoken to in another of your languages, answer in it: ${others.join(', ')}.`]
      : []),
    'Stay who you are. Use plain words only: no lists, no markdown, no emoji, no stage directions.',
    'Where something of yours ends in a dash, you were interrupted there and the rest was never heard.',
  ].join('\n');
}

function languageName(tag: string): string {
  try {
    return languageNames.of(tag) ?? tag;
  } catch {
    return tag; // not a well-formed tag: the model will know better than we do
  }
}

function turnMessages(turn: TurnRecord, company: Company | undefined): PromptMessage[] {
  const messages: PromptMessage[] = [];
  if (turn.userText !== null)
    messages.push({ role: 'user', content: labelled(turn.userText, turn.speaker, company) });
  if (turn.assistantText !== '') {
    const cut = turn.status === 'interrupted' ? '—' : '';
    messages.push({ role: 'assistant', content: turn.assistantText + cut });
  }
  return messages;
}

function lastMessages(context: PromptContext): PromptMessage[] {
  const { userText, speaker, company, brokenOff, occasion } = context;
  const messages: PromptMessage[] =
    userText === null ? [] : [{ role: 'user', content: labelled(userText, speaker, company) }];
  if (occasion && userText === null) {
    messages.push({ role: 'user', content: occasionNote(occasion) });
  }
  if (brokenOff) {
    messages.push(
      { role: 'assistant', content: `${brokenOff}—` },
      {
        role: 'user',
        content: '(The line broke. Go on from where you were, without repeating yourself.)',
      },
    );
  }
  return messages;
}

const sum = (messages: PromptMessage[]) =>
  messages.reduce((tokens, { content }) => tokens + estimateTokens(content), 0);
