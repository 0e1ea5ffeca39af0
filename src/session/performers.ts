import type { Closable } from '../lifetime/scope.ts';
import type { Conversation } from '../pipeline/conversation.ts';
import type { ClientMessage } from '../protocol/client-messages.ts';
import type { Participant } from '../protocol/participant.ts';
import type { ClientBoundMessage, ServerResponse } from '../protocol/server-messages.ts';
import { tell } from '../protocol/tell.ts';
import type { Part } from './part.ts';

/** A part as those see it who direct it. */
export type Player = Pick<Part, 'role' | 'obey' | 'begin' | 'close'> & {
  readonly conversation: Pick<
    Conversation,
    'hearFrom' | 'microphoneSilent' | 'participantLeft' | 'setHearing'
  >;
};

/** Whom the people in a room talk with: one character, or several of whom one is spoken to. */
export interface Performers extends Closable {
  readonly parts: Player[];
  /**
   * Tells somebody who is there.
   * @param to an identity; undefined: everybody
   * @param interactionId undefined: they know it by now
   */
  announce(to: string | undefined, interactionId: string | undefined): void;
  /** The first human has come. */
  begin(): void;
  /** Does what a message asks for, and answers it. */
  obey(message: ClientMessage, sender: Participant | undefined): void;
}

export type SoloDeps = {
  characterSessionId: string;
  /** To this one alone, or to everybody. */
  send: (message: ClientBoundMessage | ServerResponse, to: string | undefined) => void;
  /** Where an answer to this one goes. */
  only: (who: Participant | undefined) => string | undefined;
};

/** The one character of a room. */
export class Solo implements Performers {
  constructor(
    private readonly part: Player,
    private readonly deps: SoloDeps,
  ) {}

  get parts(): Player[] {
    return [this.part];
  }

  announce(to: string | undefined, interactionId: string | undefined): void {
    const { characterSessionId, send } = this.deps;
    const interaction =
      interactionId === undefined ? [] : tell.interactionCreated(interactionId, characterSessionId);
    for (const message of [...interaction, ...tell.botReady()]) send(message, to);
  }

  begin(): void {
    this.part.begin(true);
  }

  obey(message: ClientMessage, sender: Participant | undefined): void {
    this.deps.send(this.part.obey(message, sender), this.deps.only(sender));
  }

  close(): Promise<void> {
    return this.part.close();
  }
}
