import { plainLine } from '../protocol/plain-text.ts';
import type { RejectCondition } from '../protocol/xingchen/configured.ts';

/**
 * What a character is told of the conditions under which it does not answer, as rules that come first (`boundaries`).
 * Empty when there are none.
 */
export function rejectRules(conditions: readonly RejectCondition[]): string {
  return conditions.flatMap(ruleOf).join('\n');
}

function ruleOf(condition: RejectCondition): string[] {
  const { conditionType, keywords, subRejectCondition } = condition;
  switch (conditionType) {
    case 'reject_rule':
      return given(
        keywords,
        (topics) =>
          `You never talk about ${topics}. When somebody brings that up, in whatever words, decline briefly in your manner, without explaining it, and turn to something else.`,
      );
    case 'passive_rule':
      return given(
        keywords,
        (topics) =>
          `You never bring up ${topics} by yourself. When somebody else does, answer in one short sentence that commits you to nothing, ask nothing back, and do not go on about it.`,
      );
    case 'knowledge_domain_rule':
      return [
        ...domainRule('', keywords),
        ...(subRejectCondition?.enabled
          ? domainRule(subRejectCondition.conditionType, subRejectCondition.keywords)
          : []),
      ];
    default:
      return [];
  }
}

/** @param kind of knowledge; those that are not known here are told to the model by their name */
function domainRule(kind: string, keywords: readonly string[]): string[] {
  switch (kind) {
    case 'ancient': {
      const times = keywords.length > 0 ? `the time of ${listed(keywords)}` : 'ancient times';
      return [
        `You live in ${times}. You know nothing of anything that came later: no person, event, thing, custom or word. When somebody speaks of such a thing, you have never heard of it: say so as one of your time would, wonder at it, and tell nothing about it.`,
      ];
    }
    case 'modern': {
      const times = keywords.length > 0 ? ` of ${listed(keywords)}` : '';
      return [
        `You live in the present day${times} and know what people of today know. Of what nobody of today can know, you say that you do not know it.`,
      ];
    }
    default:
      return given(keywords, (topics) => {
        const domain = kind === '' ? topics : `${plainLine(kind)}: ${topics}`;
        return `You know only what belongs to ${domain}. Asked about anything beyond, you say in your manner that you do not know it, and tell nothing about it.`;
      });
  }
}

function given(keywords: readonly string[], rule: (topics: string) => string): string[] {
  return keywords.length === 0 ? [] : [rule(listed(keywords))];
}

const listed = (keywords: readonly string[]) =>
  keywords.map((keyword) => `"${plainLine(keyword).replaceAll('"', "'")}"`).join(', ');
