import { z } from 'zod';
import { ClientBoundMessage } from '../../../src/protocol/server-messages.ts';
import { makeOrderRules, type Rule, type Told } from './order-rules.ts';
import { makeTurnRules } from './turn-rules.ts';
import { unmark } from './unmarked.ts';

/*
 * What clients may rely on in the messages of one session: each as its schema says, and in the order that
 * turn-lifecycle-and-message-ordering.md guarantees and shipped clients need (docs/protocol.md, "Order").
 */

/**
 * @param log all messages of one session, as they were received; where it has several characters, each of them is judged
 * by itself
 * @returns everything that is wrong, by its place
 */
export function orderProblems(log: readonly unknown[]): string[] {
  const rules = new Map<string, Rule[]>();
  return log.flatMap((message, index) => {
    const { member, bare } = unmark(message);
    if (bare === undefined) return [];
    const parsed = ClientBoundMessage.safeParse(bare);
    if (!parsed.success) {
      return [`${index}: ${JSON.stringify(message)}: ${z.prettifyError(parsed.error)}`];
    }
    const told = toldOf(parsed.data);
    const ofMember = rules.get(member) ?? [...makeOrderRules(), ...makeTurnRules()];
    rules.set(member, ofMember);
    return ofMember.flatMap((rule) => {
      const problem = rule(told);
      return problem === undefined ? [] : [`${index}: ${told.form} ${told.type}: ${problem}`];
    });
  });
}

function toldOf(message: ClientBoundMessage): Told {
  if (message.type === 'server-response')
    return { form: 'flat', type: message.type, data: message };
  return message.type === 'server-message'
    ? { form: 'wrapped', type: message.data.type, data: message.data }
    : { form: 'top', type: message.type, data: message.data };
}
