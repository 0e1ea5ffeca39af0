import { beforeEach, describe, expect, it } from 'vitest';
import {
  carryOut,
  judgeCommand,
  newRoster,
  refuse,
  type StoredRoster,
} from '../../src/chats/roster.ts';
import type { ClientMessage } from '../../src/protocol/client-messages.ts';
import { CharacterStatus } from '../../src/protocol/member-marks.ts';
import { Membership, type Role } from '../../src/protocol/roster.ts';
import { respond } from '../../src/protocol/server-messages.ts';
import { nothingRecollected } from '../../src/protocol/recollection.ts';
import { Ensemble } from '../../src/session/ensemble.ts';
import type { Player } from '../../src/session/performers.ts';
import type { PlaceNews } from '../../src/session/place.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { aCharacter } from '../fakes/a-character.ts';
import { settle } from '../fakes/fake-clock.ts';

const id = (n: number) => `${n}`.repeat(8) + '-1111-4111-8111-111111111111';
const role = (n: number): Role => ({
  membershipId: id(n),
  characterId: `character-${n}`,
  name: `C${n}`,
  characterSessionId: `conversation-${n}`,
  isInitial: n === 1,
  character: aCharacter({ name: `C${n}` }),
  ownLlm: null,
  narrative: null,
  tools: null,
  history: [],
  recollection: nothingRecollected,
});
const MemberStatus = CharacterStatus.shape.data;
type Sent = {
  type?: unknown;
  status?: unknown;
  event_type?: unknown;
  data?: unknown;
  extras?: unknown;
  to: string | undefined;
};

describe('an ensemble', () => {
  let roster: StoredRoster;
  let sent: Sent[];
  let obeyed: string[];
  let routed: string[];
  let closed: string[];
  let broken: Set<string>;
  /** Tells what becomes of somebody's place. */
  let placed: Map<string, (news: PlaceNews) => void>;
  let ensemble: Ensemble;

  const player = (given: Role): Player => {
    const { membershipId, character } = given;
    return {
      role: given,
      conversation: {
        hearFrom: () => Promise.resolve(),
        microphoneSilent: () => undefined,
        participantLeft: () => undefined,
        setHearing: () => undefined,
      },
      obey: (message, _sender, how) => {
        obeyed.push(`${character.name}: ${message.type}${how?.silently ? ', silently' : ''}`);
        return respond(message.type, 'success');
      },
      begin: (mayGreet) => {
        obeyed.push(`${character.name} begins${mayGreet ? ', greeting' : ''}`);
      },
      close: () => {
        closed.push(membershipId);
        return Promise.resolve();
      },
    };
  };

  beforeEach(async () => {
    sent = [];
    obeyed = [];
    routed = [];
    closed = [];
    broken = new Set();
    placed = new Map();
    roster = newRoster([1, 2].map((n) => Membership.parse(role(n))));
    ensemble = ensembleOf();
    await ensemble.open();
  });

  function ensembleOf(): Ensemble {
    return new Ensemble(
      { ...roster, roles: [role(1), role(2)] },
      {
        roomSessionId: 'room-1',
        log: silentLog,
        open: (coming, onPlace) => {
          if (broken.has(coming.membershipId)) return Promise.reject(new Error('LiveKit is away'));
          placed.set(coming.membershipId, onPlace);
          return Promise.resolve(player(coming));
        },
        command: (command) => {
          const judged = judgeCommand(roster, command, {
            roomSessionId: 'room-1',
            mostCharacters: 3,
            spare: 9,
          });
          const added: Membership[] =
            judged.kind === 'due' && command.kind === 'update' && command.data.add ? [role(3)] : [];
          const done =
            judged.kind === 'known'
              ? { roster, outcome: judged.outcome }
              : judged.kind === 'refused'
                ? refuse(roster, command, judged.fault)
                : carryOut(roster, command, added);
          ({ roster } = done);
          return Promise.resolve({
            outcome: done.outcome,
            added: added.length > 0 ? [role(3)] : [],
          });
        },
        send: (message, to) => sent.push({ ...message, to }),
        end: (reason) => obeyed.push(`ends: ${reason}`),
        onRoute: (part) => routed.push(part?.role.character.name ?? 'nobody'),
      },
    );
  }

  const target = (
    membershipId: string | null,
    epoch: number,
    commandId = `c${epoch}`,
  ): ClientMessage => ({
    type: 'interaction-target',
    id: commandId,
    data: {
      room_session_id: 'room-1',
      target_membership_id: membershipId,
      expected_route_epoch: epoch,
    },
  });
  const update = (data: object, commandId = 'u1'): ClientMessage => ({
    type: 'character-roster-update',
    id: commandId,
    data: { room_session_id: 'room-1', expected_roster_epoch: 0, ...data },
  });
  const says: ClientMessage = { type: 'user_text_message', id: undefined, data: { text: 'Hello' } };
  const kinds = () => sent.map(({ type, event_type }) => event_type ?? type);

  it('announces each of them, with its marks, to the one who comes', () => {
    ensemble.announce('human:ann', 'visit-1');
    const about = sent
      .filter(({ type }) => type === 'bot-ready')
      .map(({ data, to }) => ({ data, to }));
    expect(about).toMatchObject(
      [1, 2].map((n) => ({
        to: 'human:ann',
        data: {
          membership_id: id(n),
          about: {
            ...{ room_session_id: 'room-1', membership_id: id(n), is_initial: n === 1 },
            ...{ participant_identity: `character:${id(n)}`, roster_epoch: 0 },
          },
        },
      })),
    );
  });

  it('lets the first one greet, and nobody else', () => {
    ensemble.begin();
    expect(obeyed).toEqual(['C1 begins, greeting', 'C2 begins']);
  });

  it('hands messages to the one who is spoken to, and switches of sound to all', async () => {
    ensemble.obey(says, undefined);
    ensemble.obey(target(id(2), 0), undefined);
    await settle();
    ensemble.obey(says, undefined);
    ensemble.obey({ type: 'tts-toggle', id: undefined, data: { enabled: false } }, undefined);
    expect(obeyed).toEqual([
      ...['C1: user_text_message', 'C2: user_text_message'],
      ...['C1: tts-toggle', 'C2: tts-toggle'],
    ]);
    expect(routed).toEqual(['C1', 'C2']);
    expect(sent.map(({ extras }) => extras).find(Boolean)).toEqual({
      ...{ success: true, command_id: 'c0', room_session_id: 'room-1', changed: true },
      ...{ previous_membership_id: id(1), active_membership_id: id(2), route_epoch: 1 },
    });
  });

  it('lets nobody answer when nobody is spoken to', async () => {
    ensemble.obey(target(null, 0), undefined);
    await settle();
    ensemble.obey(says, undefined);
    expect(obeyed).toEqual([]);
    expect(sent.at(-1)).toMatchObject({ status: 'error', extras: { code: 'no_active_target' } });
    ensemble.obey(
      { type: 'update-scene-metadata', id: undefined, data: { scene_metadata: [] } },
      undefined,
    );
    expect(obeyed).toEqual(['C1: update-scene-metadata, silently']);
  });

  it('silences everybody who speaks, also one who is spoken to no more', () => {
    ensemble.obey({ type: 'interrupt-bot', id: undefined, data: undefined }, undefined);
    expect(obeyed).toEqual(['C1: interrupt-bot', 'C2: interrupt-bot']);
  });

  it('tells everybody what a command changed, and its sender alone what it did not', async () => {
    const ben = { identity: 'human:ben', speakerId: 'ben', speakerName: null };
    ensemble.obey(target(id(2), 0), ben);
    ensemble.obey(target(id(1), 0, 'stale'), ben);
    ensemble.obey(target(id(2), 0), ben);
    ensemble.obey({ ...target(id(2), 0), id: undefined }, ben);
    await settle();
    const answers = sent.filter(({ type }) => type === 'server-response');
    expect(answers.map(({ status, to }) => `${String(status)} to ${to ?? 'all'}`).sort()).toEqual([
      ...['error to human:ben', 'error to human:ben'],
      ...['success to all', 'success to human:ben'],
    ]);
  });

  it('needs an id for a command', async () => {
    ensemble.obey({ ...target(id(2), 0), id: undefined }, undefined);
    await settle();
    expect(sent).toMatchObject([{ status: 'error', extras: { code: 'invalid_command' } }]);
  });

  it('does not go back to where an old command, repeated, once led', async () => {
    for (const message of [target(id(2), 0), target(id(1), 1), target(id(2), 0)])
      ensemble.obey(message, undefined);
    await settle();
    expect(sent.at(-1)?.extras).toMatchObject({ duplicate: true, route_epoch: 1 });
    ensemble.obey(says, undefined);
    expect(obeyed).toEqual(['C1: user_text_message']);
  });

  it('tells of those who come and go, in the order that clients rely on', async () => {
    ensemble.begin();
    ensemble.obey(
      update({
        add: [{ character_id: 'c' }],
        remove_membership_ids: [id(1)],
        replacement_target_membership_id: id(2),
      }),
      undefined,
    );
    await settle();
    expect(kinds()).toEqual([
      ...['character-roster-update', 'character-removed', 'character-status', 'character-status'],
      ...['server-message', 'bot-ready'],
    ]);
    expect(closed).toEqual([id(1)]);
    expect(obeyed.at(-1)).toBe('C3 begins');
    expect(ensemble.othersThan(id(2))).toEqual(['C3']);
    expect(routed.at(-1)).toBe('C2');
  });

  it('closes the room when it is told to, also where nobody could come in', async () => {
    broken = new Set([id(1), id(2)]);
    const empty = ensembleOf();
    await empty.open();
    sent = [];
    empty.obey({ type: 'kill-pipeline', id: undefined, data: undefined }, undefined);
    expect(obeyed).toEqual(['ends: killed']);
    expect(sent).toMatchObject([{ event_type: 'kill-pipeline', status: 'success' }]);
  });

  it('tells everybody who comes of one who could not', async () => {
    broken = new Set([id(2)]);
    const reduced = ensembleOf();
    await reduced.open();
    for (const to of ['human:ann', 'human:ben']) {
      sent = [];
      reduced.announce(to, 'visit');
      expect(kinds()).toEqual(['server-message', 'bot-ready', 'character-status']);
      expect(sent.at(-1)).toMatchObject({
        to,
        data: { status: 'failed', failure_code: 'join_failed', membership_id: id(2) },
      });
    }
  });

  const statuses = () =>
    sent.flatMap(({ type, data }) => (type === 'character-status' ? [data] : []));
  const tell = (n: number, ...news: PlaceNews[]) => {
    for (const one of news) placed.get(id(n))?.(one);
  };

  it('lets nobody talk with one whose connection is lost, until it is back', () => {
    ensemble.begin();
    obeyed = [];
    tell(1, 'lost');
    expect(statuses()).toMatchObject([{ status: 'failed', failure_code: 'connection_lost' }]);
    expect(ensemble.othersThan(id(2))).toEqual([]);
    ensemble.obey(says, undefined);
    expect(sent.at(-1)).toMatchObject({ status: 'error', extras: { code: 'no_active_target' } });
    // What is switched meanwhile holds for it, too.
    ensemble.obey({ type: 'tts-toggle', id: undefined, data: { enabled: false } }, undefined);
    expect(obeyed).toEqual(['C1: tts-toggle', 'C2: tts-toggle']);
    sent = [];
    ensemble.announce('human:ben', 'visit');
    expect(kinds()).toEqual(['character-status', 'server-message', 'bot-ready']);
    sent = [];
    tell(1, 'returning', 'back');
    expect(kinds()).toEqual(['character-status', 'character-status', 'bot-ready']);
    expect(statuses()).toMatchObject([{ status: 'starting' }, { status: 'ready' }]);
    ensemble.obey(says, undefined);
    expect(obeyed.at(-1)).toBe('C1: user_text_message');
    expect(routed).toEqual(['C1', 'nobody', 'C1']);
    expect(closed).toEqual([]);
  });

  it('gives one up that does not come back, and says why', () => {
    tell(1, 'lost', 'returning', 'gone');
    tell(2, 'lost', 'returning', 'back', 'gone');
    expect(closed).toEqual([id(1), id(2)]);
    const told = statuses().map((status) => MemberStatus.parse(status));
    expect(
      told.map(({ status, failure_code: code }) => (code === null ? status : `${status}: ${code}`)),
    ).toEqual([
      ...['failed: connection_lost', 'starting', 'failed: join_failed'],
      ...['failed: connection_lost', 'starting', 'ready', 'failed: connection_lost'],
    ]);
    expect(ensemble.parts).toEqual([]);
  });

  it('goes on without one who cannot come, and says so', async () => {
    broken.add(id(3));
    ensemble.obey(update({ add: [{ character_id: 'c' }] }), undefined);
    await settle();
    expect(sent.at(-1)).toMatchObject({
      type: 'character-status',
      data: { status: 'failed', failure_code: 'join_failed', membership_id: id(3) },
    });
    ensemble.announce(undefined, undefined);
    expect(sent.filter(({ type }) => type === 'bot-ready')).toHaveLength(2);
  });
});
