import { occasionIn } from '../../prompt/occasion.ts';
import { criteriaIn, storyMark } from '../../prompt/story.ts';
import { situationOf, type ResponderMessage } from './situation.ts';
import { terms } from './words.ts';

/** What nearly every criterion has, and says nothing about. */
const common = terms(
  'user player visitor guest customer listener they agrees agree accepts refuses declines says say asks ask wants want ' +
    'mentions mention tells tell knows needs would like about character',
);
const agreeing = /\b(?:agree|accept|consent|confirm|says? yes)|同意|答应|愿意/i;
const refusing = /\b(?:refuse|decline|disagree|reject|says? no|does not want)|拒绝|不愿|不同意/i;
/** Of what a criterion is about, so much must have been said. */
const enough = 0.5;

/** The first decision of the story whose criterion the last words meet, as a model marks it; undefined for none. */
export function storyMarkFor(messages: readonly ResponderMessage[]): string | undefined {
  const last = messages.at(-1);
  const system = messages.find(({ role }) => role === 'system')?.content ?? '';
  const criteria = criteriaIn(system);
  if (criteria.length === 0 || last?.role !== 'user' || occasionIn(last.content)) return undefined;
  const { meaning } = situationOf([last]);
  const said = terms(last.content);
  const index = criteria.findIndex((criterion) => {
    if (refusing.test(criterion)) return meaning.intent === 'disagree';
    if (agreeing.test(criterion) && meaning.intent === 'agree') return true;
    const about = [...terms(criterion)].filter((term) => !common.has(term));
    const met = about.filter((term) => said.has(term));
    return met.length > 0 && met.length / about.length >= enough;
  });
  return index < 0 ? undefined : storyMark(index);
}
