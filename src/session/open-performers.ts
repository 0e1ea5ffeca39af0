import { randomUUID } from 'node:crypto';
import type { ConversationEvent } from '../pipeline/conversation-event.ts';
import type { Character } from '../protocol/character.ts';
import type { Assignment, SessionEnd } from '../protocol/journal.ts';
import { markMessage, marksOf } from '../protocol/member-marks.ts';
import { mostQueryChars } from '../protocol/material.ts';
import { endOf } from '../protocol/plain-text.ts';
import { stranger, type Participant } from '../protocol/participant.ts';
import { characterIdentity, type Cast, type Role } from '../protocol/roster.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import type { AgentRoom } from '../room/agent-room.ts';
import type { Log } from '../telemetry/log.ts';
import type { Attendance } from './attendance.ts';
import type { Diagnostics } from './diagnostics.ts';
import { Ensemble } from './ensemble.ts';
import type { Microphones } from './microphones.ts';
import { Part, type PartDeps, type Podium } from './part.ts';
import { Solo, type Performers } from './performers.ts';
import { Place, type PlaceDeps } from './place.ts';
import type { Recollections } from './recollections.ts';
import type { SessionContext } from './session-context.ts';
import type { SessionDeps } from './session-deps.ts';
import type { Sights } from './sights.ts';
import type { GivenAnswers } from './given-answers.ts';

export type Opening = {
  room: AgentRoom;
  assignment: Assignment;
  deps: SessionDeps;
  context: SessionContext;
  /** Undefined where nobody asked to be seen. */
  sights: Sights | undefined;
  answers: GivenAnswers;
  log: Log;
  attendance: Attendance;
  microphones: Microphones;
  recollections: Recollections;
  diagnostics: Diagnostics;
  /** Several people may be in the room. */
  isShared: boolean;
  /** Where an answer to this one goes; undefined: to everybody. */
  only: (who: Participant | undefined) => string | undefined;
  /** @param membershipId whose conversation it belongs to, in a room with several characters */
  store: (record: TurnRecord, membershipId?: string) => Promise<void>;
  onEvent: (event: ConversationEvent) => void;
  end: (reason: SessionEnd) => void;
};

/** Lets the character, or each of several, into the room. */
export function openPerformers(opening: Opening): Promise<Performers> {
  const { cast } = opening.assignment;
  return cast ? openCast(cast, opening) : openSolo(opening);
}

async function openSolo(opening: Opening): Promise<Performers> {
  const { room, assignment, attendance, isShared, only } = opening;
  const { characterSessionId, recollection } = assignment;
  opening.recollections.begin(characterSessionId, recollection);
  if (assignment.recalls) opening.recollections.recallsNow(assignment.character.id);
  const podium: Podium = {
    openVoice: (output, others) => room.openVoice(output, others),
    send: (message, isVoid) => {
      room.data.send(message, isVoid);
    },
  };
  const company = () => (isShared ? { people: attendance.here, characters: [] } : undefined);
  const part = await Part.open(assignment, podium, partDeps(opening, company, assignment));
  opening.microphones.route(part.conversation);
  return new Solo(part, {
    characterSessionId,
    send: (message, to) => {
      room.data.send(message, undefined, to);
    },
    only,
  });
}

async function openCast(cast: Cast, opening: Opening): Promise<Performers> {
  const { room, assignment, deps, attendance, isShared } = opening;
  const { sessionId } = assignment;
  await room.withoutVoice();
  const ensemble: Ensemble = new Ensemble(cast, {
    roomSessionId: sessionId,
    log: opening.log,
    open: async (role, onPlace) => {
      const { membershipId } = role;
      const company = () => ({
        people: isShared ? attendance.here : undefined,
        characters: ensemble.othersThan(membershipId),
      });
      let part: Part | undefined;
      const cut = () => {
        part?.conversation.interrupt();
      };
      const podium = await enter(role, opening, { onNews: onPlace, cut });
      opening.recollections.begin(role.characterSessionId, role.recollection);
      if (role.recalls) opening.recollections.recallsNow(role.character.id);
      try {
        part = await Part.open(role, podium, partDeps(opening, company, role));
        return part;
      } catch (cause) {
        await podium.close();
        throw cause;
      }
    },
    command: (command) => deps.journal.rosterCommand(sessionId, command),
    end: opening.end,
    send: (message, to) => {
      room.data.send(message, undefined, to);
    },
    onRoute: (part) => {
      opening.microphones.route(part?.conversation);
    },
  });
  await ensemble.open();
  return ensemble;
}

/** A place of its own for a character: its voice comes from there, and what it tells bears its marks. */
async function enter(
  role: Role,
  { room, assignment, deps, attendance, log }: Opening,
  told: Pick<PlaceDeps, 'onNews' | 'cut'>,
) {
  const { membershipId } = role;
  const marks = marksOf(assignment.sessionId, role);
  const send: Podium['send'] = (message, isVoid) => {
    room.data.send(markMessage(message, marks), isVoid);
  };
  const place = await Place.take({
    ...told,
    clock: deps.clock,
    log: log.child({ membershipId }),
    enter: () => deps.enterAs(characterIdentity(membershipId), role.character.name, send),
    onListened: () => {
      attendance.listened();
    },
  });
  return {
    send,
    openVoice: (output, others) => place.openVoice(output, others),
    close: () => place.close(),
  } satisfies Podium;
}

function partDeps(
  opening: Opening,
  company: PartDeps['company'],
  {
    characterSessionId,
    membershipId,
    character,
  }: { characterSessionId: string; membershipId?: string; character: Character },
): PartDeps {
  const { assignment, deps, log, store } = opening;
  const { settings } = assignment;
  const { clock, vad, providers } = deps;
  const { context, sights, answers, diagnostics, recollections } = opening;
  const { isShared, onEvent, end } = opening;
  return {
    ...{ clock, vad, providers, settings, context, sights, answers, company },
    responses: responsesOf(assignment, membershipId),
    ...{ diagnostics, isShared, onEvent, end },
    log: membershipId === undefined ? log : log.child({ membershipId }),
    speaker: firstOf(assignment),
    people: () => opening.attendance.here,
    recollect: ({ text, speaker }, signal) => {
      // The question stands at the end.
      const query = {
        text: endOf(text, mostQueryChars),
        speakerId: (speaker ?? firstOf(assignment)).speakerId,
      };
      return deps.journal.recall({ sessionId: assignment.sessionId, membershipId }, query, signal);
    },
    recalls: () => recollections.recalls(character.id),
    remembered: (who) => recollections.of(characterSessionId, who),
    budgetTokens: deps.budgetTokens,
    store: (record) => store(record, membershipId),
  };
}

/** What the ids of answers begin with. Who takes a session over begins to count anew, so with a name of its own. */
function responsesOf({ sessionId, takenOver }: Assignment, membershipId?: string): string {
  const begin = takenOver ? randomUUID() : sessionId;
  return membershipId === undefined ? begin : `${begin}:${membershipId}`;
}

/** Whose words they are where nobody else can be meant. */
function firstOf({ participants, userIdentity }: Assignment): Participant {
  return participants[0] ?? stranger(userIdentity);
}
