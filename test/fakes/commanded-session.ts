import { parseClientMessage } from '../../src/protocol/client-messages.ts';
import type { ClientContext } from '../../src/protocol/client-context.ts';
import { SessionSettings } from '../../src/protocol/connect.ts';
import type { Narrative } from '../../src/protocol/narrative.ts';
import type { SessionEnd } from '../../src/protocol/journal.ts';
import type { Participant } from '../../src/protocol/participant.ts';
import type { ServerResponse } from '../../src/protocol/server-messages.ts';
import type { CommandDeps } from '../../src/session/command-deps.ts';
import { obey } from '../../src/session/obey.ts';
import { Story } from '../../src/session/story.ts';
import { SessionContext } from '../../src/session/session-context.ts';
import { GivenAnswers } from '../../src/session/given-answers.ts';
import type { Vision } from '../../src/session/vision.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { reactionTo, type Floor } from '../../src/turn/reaction.ts';

/** A session as a client's messages see it: packets in, acknowledgements out, and what was asked of the conversation. */
export class CommandedSession {
  /** Calls of the conversation, as `name(argument, …)`. */
  readonly calls: string[] = [];
  readonly ends: SessionEnd[] = [];
  readonly kept: ClientContext[] = [];
  readonly context: SessionContext;
  floor: Floor = 'idle';
  readonly #answer: ReturnType<typeof obey>;

  constructor(
    settings: Record<string, unknown> = {},
    kept: ClientContext | null = null,
    narrative: Narrative | null = null,
    private readonly vision?: Vision,
  ) {
    const parsed = SessionSettings.parse(settings);
    this.context = new SessionContext(parsed, kept, (changed) => this.kept.push(changed));
    const note =
      (name: string) =>
      (...args: unknown[]) => {
        this.calls.push(`${name}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`);
      };
    const conversation: CommandDeps['conversation'] = {
      type: note('type'),
      interrupt: note('interrupt'),
      forceEnd: note('forceEnd'),
      setHearing: note('setHearing'),
      setSpeaking: note('setSpeaking'),
      contextChanged: note('contextChanged'),
      say: (text) => {
        note('say')(text);
        return { reaction: reactionTo('always', this.floor), floor: this.floor };
      },
      react: (occasion, wish) => {
        const reaction = reactionTo(wish, this.floor);
        if (reaction !== 'none') note('react')(occasion, wish);
        return { reaction, floor: this.floor };
      },
    };
    this.#answer = obey({
      conversation,
      whenHeard: (_speaker, action) => {
        action();
      },
      context: this.context,
      story: new Story(narrative, { keep: note('keepSection'), tell: note('tellSection') }),
      vision: this.vision,
      answers: new GivenAnswers(),
      isShared: false,
      diagnostics: { setUsageEnabled: note('setUsageEnabled') },
      end: (reason) => this.ends.push(reason),
      log: silentLog,
    });
  }

  /** @param message one packet: bytes, a text, or anything that becomes JSON */
  send(message: unknown, sender?: Participant): ServerResponse {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    const bytes = message instanceof Uint8Array ? message : new TextEncoder().encode(text);
    const parsed = parseClientMessage(bytes);
    return parsed.ok ? this.#answer(parsed.message, sender) : parsed.answer;
  }
}
