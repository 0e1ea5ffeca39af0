import { newConversation, type Conversation } from './conversation.ts';
import type { Failure, Words } from './failure.ts';
import type { CharacterCard, Info, Routing } from './server.ts';
import { emptyWireLog, type WireLog } from './wire-log.ts';

/** How far the page is on its way into a conversation and out again. */
export type Phase =
  | { kind: 'choosing' }
  | { kind: 'connecting'; step: 'asking' | 'joining' | 'waiting' }
  | { kind: 'live' }
  | { kind: 'reconnecting' }
  | { kind: 'ended'; why: string };

export type MicrophoneState =
  | { kind: 'off' }
  | { kind: 'asking' }
  | { kind: 'on' }
  | { kind: 'muted' }
  | { kind: 'failed'; words: Words };

export type State = {
  info: Info | undefined;
  /** Undefined until they are loaded. */
  characters: readonly CharacterCard[] | undefined;
  chosenId: string | undefined;
  phase: Phase;
  /** Why the last attempt failed; cleared by the next. */
  failure: Failure | undefined;
  microphone: MicrophoneState;
  /** The browser wants a press of a button before it plays sound. */
  soundBlocked: boolean;
  conversation: Conversation;
  /** The chosen character's last conversation, which could be continued. */
  resumable: boolean;
  wire: WireLog;
  routing: Routing;
  withMicrophone: boolean;
  /** The character may keep what the user tells of themselves. */
  withMemory: boolean;
  /** A character is being made or changed. */
  editing: boolean;
};

export const initialState: State = {
  info: undefined,
  characters: undefined,
  chosenId: undefined,
  phase: { kind: 'choosing' },
  failure: undefined,
  microphone: { kind: 'off' },
  soundBlocked: false,
  conversation: newConversation,
  resumable: false,
  wire: emptyWireLog,
  routing: 'audio_only',
  withMicrophone: true,
  withMemory: true,
  editing: false,
};

export function chosen(state: State): CharacterCard | undefined {
  return state.characters?.find(({ id }) => id === state.chosenId);
}

/** True while there is a line to the character, or one is being opened. */
export function inCall({ phase }: State): boolean {
  return phase.kind !== 'choosing' && phase.kind !== 'ended';
}

export type Status = { code: string; words: string };

/** One word for machines, a few for people. */
export function statusOf(state: State): Status {
  const { phase, conversation } = state;
  switch (phase.kind) {
    case 'choosing':
      return { code: 'idle', words: 'Not connected' };
    case 'connecting':
      return { code: 'connecting', words: steps[phase.step] };
    case 'reconnecting':
      return { code: 'reconnecting', words: 'Reconnecting' };
    case 'ended':
      return { code: 'ended', words: 'Ended' };
    case 'live':
      if (conversation.userSpeaking) return { code: 'live', words: 'Hearing you' };
      if (conversation.characterSpeaking) return { code: 'live', words: 'Speaking' };
      if (isThinking(state)) return { code: 'live', words: 'Thinking' };
      return { code: 'live', words: state.microphone.kind === 'on' ? 'Listening' : 'Connected' };
  }
}

const steps = {
  asking: 'Asking for a room',
  joining: 'Joining the room',
  waiting: 'Waiting for the character',
} as const;

function isThinking({ conversation }: State): boolean {
  const last = conversation.entries.findLast(({ kind }) => kind !== 'note');
  if (last?.kind === 'user') return last.state === 'sending';
  return last?.kind === 'character' && last.state === 'open';
}
