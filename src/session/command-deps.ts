import type { Participant } from '../protocol/participant.ts';
import type { Conversation } from '../pipeline/conversation.ts';
import type { SessionEnd } from '../protocol/journal.ts';
import type { Log } from '../telemetry/log.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { SessionContext } from './session-context.ts';
import type { Story } from './story.ts';
import type { GivenAnswers } from './given-answers.ts';
import type { Vision } from './vision.ts';

/** `silently`: what is told is known from now on, and nobody speaks about it. */
export type Manner = { silently?: boolean };

/** What a client's messages act on. */
export type CommandDeps = Manner & {
  conversation: Pick<
    Conversation,
    | 'type'
    | 'say'
    | 'react'
    | 'interrupt'
    | 'forceEnd'
    | 'setHearing'
    | 'setSpeaking'
    | 'contextChanged'
  >;
  /** Does it when the sound of this speaker has come that was spoken before the message. */
  whenHeard: (speaker: Participant | undefined, action: () => void) => void;
  context: SessionContext;
  story: Pick<Story, 'trigger'>;
  /** Several people may be in the room. */
  isShared: boolean;
  /** Undefined where nobody asked to be seen. */
  vision: Vision | undefined;
  /** To messages that clients may repeat. */
  answers: GivenAnswers;
  diagnostics: Pick<Diagnostics, 'setUsageEnabled'>;
  /** Ends the session, soon: the acknowledgement goes out first. */
  end: (reason: SessionEnd) => void;
  log: Log;
};
