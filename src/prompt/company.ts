import type { Participant } from '../protocol/participant.ts';

/** Who else is in the room, where that may be several. */
export type Company = {
  /** Undefined where there can be one only: then nobody needs to be told who speaks. */
  people: readonly Participant[] | undefined;
  /** Names of other characters. */
  characters: readonly string[];
};

/** Longer names are no names; and a line end in one could begin a section of the prompt. */
const mostNameChars = 60;

/** What somebody is called in what they say: by their name, else by their id. */
function calledAs({ speakerName, speakerId }: Participant): string {
  const name = (speakerName ?? speakerId ?? '').replace(/[\s:#]+/g, ' ').trim();
  return name === '' ? 'Somebody' : name.slice(0, mostNameChars);
}

/** A user's words as the model reads them: behind the name of who said them, where there could be several. */
export function labelled(
  text: string,
  speaker: Participant | undefined,
  company: Company | undefined,
): string {
  return company?.people && speaker ? `${calledAs(speaker)}: ${text}` : text;
}

/** A section of the system message about who is there. */
export function companySection({ people, characters }: Company): string {
  const lines = ['# Who is with you'];
  const names = (people ?? []).map(calledAs);
  if (names.length > 0) lines.push(`People: ${names.join(', ')}.`);
  if (characters.length > 0)
    lines.push(
      `Other characters: ${characters.join(', ')}. You speak for yourself only; they have voices of their own.`,
    );
  if (people)
    lines.push(
      'What people say stands behind their name. Answer the one who spoke, by name where it helps; do not begin with your own name.',
    );
  return lines.join('\n');
}
