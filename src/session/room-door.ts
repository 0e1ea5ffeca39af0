import { openedInTime } from '../lifetime/in-time.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { Assignment, Welcome } from '../protocol/journal.ts';
import { AgentRoom, type JoinRoom } from '../room/agent-room.ts';
import { characterToken } from '../room/agent-token.ts';
import { isInRoom } from '../room/presence.ts';
import type { MicrophoneLag } from '../telemetry/microphone-lag.ts';
import type { SessionDeps } from './session-deps.ts';
import { VoiceSession } from './voice-session.ts';

export type RoomJob = { roomName: string; url: string; token: string };

export type StaySession = Pick<
  VoiceSession,
  | 'ended'
  | 'characters'
  | 'expect'
  | 'summarised'
  | 'learned'
  | 'recalls'
  | 'sayWhy'
  | 'close'
  | 'abandon'
>;

/** A room that we are in. */
export interface JoinedRoom extends Closable {
  openSession(assignment: Assignment): Promise<StaySession>;
  close(): Promise<void>;
}

/**
 * Joins the room of a job.
 * @param onOut we are out of it: it is gone for us, or another process is us there
 * @throws when it cannot be joined, or not within `joinMs`
 */
export type RoomDoor = (
  job: RoomJob,
  onOut: (why: 'gone' | 'replaced') => void,
) => Promise<JoinedRoom>;

export type RoomDoorDeps = Omit<SessionDeps, 'journal' | 'enterAs' | 'isThere'> & {
  journal: SessionDeps['journal'] & { readonly welcome: Welcome };
  /** Of all microphones of the process. */
  lag: MicrophoneLag;
};

/** LiveKit's client joins in 45 ms, and tries several times where it cannot; it has no end of its own. */
const joinMs = 30_000;

export function roomDoor(deps: RoomDoorDeps): RoomDoor {
  const { clock, lag, log, journal } = deps;
  const join = (room: Pick<JoinRoom, 'url' | 'token' | 'log' | 'listens' | 'send'>) =>
    openedInTime(AgentRoom.join({ ...room, clock, lag }), {
      ...{ clock, what: 'joining a room', limitMs: joinMs },
      close: (late) => late.close(),
      onLate: (err) => {
        room.log.warn({ err }, 'a room that was given up could not be left');
      },
    });
  return async ({ roomName, url, token }, onOut) => {
    const room = await join({ url, token, log: log.child({ roomName }) });
    room.events.on('closed', onOut);
    // Where somebody waits already, the voice's track need not wait for the session.
    if (room.humans.length > 0) room.prepareVoice();
    const enterAs: SessionDeps['enterAs'] = (identity, name, send) =>
      join({
        url,
        token: characterToken(journal.welcome.livekit, { roomName, identity, name }),
        log: log.child({ roomName, identity }),
        listens: false,
        send,
      });
    const isThere = (identity: string) =>
      isInRoom({ ...journal.welcome.livekit, url }, roomName, identity);
    return {
      openSession: (assignment) =>
        VoiceSession.open(room, assignment, { ...deps, enterAs, isThere }),
      close: () => room.close(),
    };
  };
}
