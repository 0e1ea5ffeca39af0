import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { supportedTypes } from '../../src/protocol/client-messages.ts';
import { ServerResponse } from '../../src/protocol/server-messages.ts';
import { CommandedCast, membershipId } from '../fakes/commanded-cast.ts';
import { CommandedSession } from '../fakes/commanded-session.ts';
import { seeingSession } from '../fakes/seeing-session.ts';

type Case = {
  /** What the good ones are sent to; a session with one character that sees nothing, where it is left out. */
  to?: () => Promise<{ send(message: unknown): ServerResponse }>;
  /** Payloads that are served, each with what the acknowledgement holds besides its type; nothing else may be in it. */
  good: [data: unknown, answer: { message?: string; extras?: Record<string, unknown> }][];
  /** Payloads that are refused, each with what the message says. */
  bad: [data: unknown, message: RegExp | string][];
};

const sid = { participant_sid: 'PA_1' };
const tokens = {
  static_max_tokens: 20_000,
  runtime_max_tokens: 30_000,
  max_tokens: 50_000,
};
const torch = { name: 'torch', description: 'A flaming torch on the wall' };

/** Where nobody asked to be seen. */
const unseen = {
  active_source: null,
  active_source_label: null,
  last_frame_age_ms: null,
  duplicate: false,
  vision_buffer: {
    enabled: false,
    status: 'vision_not_enabled',
    retained_frames: 0,
    buffer_frames: 0,
    frames_per_turn: 0,
    first_frame_pts: null,
    last_frame_pts: null,
    last_frame_age_ms: null,
    first_frame_index: null,
    source_active: false,
    source_label: null,
    selected_participant: null,
    sampling_windows: [],
  },
};

/** Where somebody shows something (`seeingSession`). */
const seen = {
  active_source: 'ann',
  active_source_label: 'webcam',
  last_frame_age_ms: 200,
  vision_buffer: {
    enabled: true,
    status: 'frames_available',
    ...{ retained_frames: 1, buffer_frames: 4, frames_per_turn: 3 },
    first_frame_pts: expect.any(Number) as unknown,
    last_frame_pts: expect.any(Number) as unknown,
    ...{ last_frame_age_ms: 200, first_frame_index: -1 },
    ...{ source_active: true, source_label: 'webcam', selected_participant: 'ann' },
    sampling_windows: [],
  },
};

const cases: Record<string, Case> = {
  user_text_message: {
    good: [
      [{ text: ' Hello ', ...sid }, { extras: { text: 'Hello' } }],
      [{ text: 'a\u0000b\ud800' }, { extras: { text: 'ab\ufffd' } }],
    ],
    bad: [
      [undefined, /^Failed to process user_text_message: data: /],
      [{}, /user_text_message: text: /],
      [{ text: '  ' }, /text: must not be empty/],
      [{ text: '\u0000\u0007' }, /text: must not be empty/],
      [{ text: 7 }, /text: /],
      [{ text: 'x'.repeat(8_001) }, /text: /],
    ],
  },
  'trigger-message': {
    good: [
      [
        { trigger_name: 'greeting', trigger_message: 'User entered the room', ...sid },
        { extras: { trigger_name: 'greeting', has_speak_tag: false } },
      ],
      [{ trigger_message: '<speak>Hi.</speak>' }, { extras: { has_speak_tag: true } }],
      [{ trigger_name: 'door' }, { extras: { trigger_name: 'door', has_speak_tag: false } }],
      [
        undefined,
        { message: 'Trigger processed but no context generated', extras: { has_speak_tag: false } },
      ],
      [
        { trigger_name: null, trigger_message: '<speak> </speak>' },
        { message: 'Trigger processed but no context generated', extras: { has_speak_tag: true } },
      ],
    ],
    bad: [
      ['greeting', /^Failed to process trigger-message: data: /],
      [{ trigger_name: 7 }, /trigger_name: /],
      [{ trigger_message: 'x'.repeat(8_001) }, /trigger_message: /],
    ],
  },
  'update-template-keys': {
    good: [
      [{ template_keys: { name: 'Ann', level: 5, brave: true, gone: null }, ...sid }, {}],
      [{ template_keys: {} }, {}],
    ],
    bad: [
      [undefined, /data: /],
      [{}, /template_keys: /],
      [{ template_keys: ['a'] }, /template_keys: /],
      [{ template_keys: { a: { b: 1 } } }, /template_keys\.a: /],
      [
        { template_keys: Object.fromEntries(Array.from({ length: 201 }, (_, n) => [n, 'x'])) },
        /at most 200 keys/,
      ],
    ],
  },
  'update-scene-metadata': {
    good: [
      [{ scene_metadata: [torch, { name: 'door' }] }, {}],
      [{ scene_metadata: [] }, {}],
    ],
    bad: [
      [undefined, /data: /],
      [{ scene_metadata: torch }, /scene_metadata: /],
      [{ scene_metadata: [{ description: 'nameless' }] }, /scene_metadata\.0\.name: /],
      [{ scene_metadata: Array.from({ length: 501 }, () => torch) }, /scene_metadata: /],
    ],
  },
  'update-dynamic-info': {
    good: [[{ dynamic_info: { text: 'It rains.' }, ...sid }, {}]],
    bad: [
      [undefined, 'No text provided in dynamic info'],
      [{}, 'No text provided in dynamic info'],
      [{ dynamic_info: { text: ' ' } }, 'No text provided in dynamic info'],
      [{ dynamic_info: { text: 7 } }, /dynamic_info\.text: /],
    ],
  },
  'context-update': {
    good: [
      [
        { text: 'New context', mode: 'append', run_llm: 'false' },
        {
          message: 'Context updated successfully (append mode, run_llm=false)',
          extras: {
            ...tokens,
            token_count: 3,
            static_token_count: 0,
            runtime_token_count: 3,
            remaining_tokens: 49_997,
            content: 'New context',
            revision: 1,
            duplicate: false,
            requested_run_llm: 'false',
            actual_run_llm: 'false',
            interrupted: false,
            llm_triggered: false,
          },
        },
      ],
      [
        { mode: 'reset' },
        {
          message: 'Context updated successfully (reset mode, run_llm=auto)',
          extras: {
            ...tokens,
            token_count: 0,
            static_token_count: 0,
            runtime_token_count: 0,
            remaining_tokens: 50_000,
            content: '',
            revision: 1,
            duplicate: false,
            requested_run_llm: 'auto',
            actual_run_llm: 'false',
            interrupted: false,
            llm_triggered: false,
          },
        },
      ],
    ],
    bad: [
      [undefined, /data: /],
      [{}, 'Failed to process context-update: text: required unless mode is "reset"'],
      [{ text: ' ', mode: 'replace' }, /text: required unless/],
      [{ text: 'x', mode: 'prepend' }, /mode: /],
      [{ text: 'x', run_llm: 'maybe' }, /run_llm: /],
      [{ text: 'x', action_config: { objects: 'torch' } }, /action_config\.objects: /],
      [{ text: 'x', current_attention_object: 'torch' }, /must match one of the objects/],
      [{ text: 'x', current_attention_object: 7 }, /current_attention_object: /],
    ],
  },
  'tts-toggle': {
    good: [
      [{ enabled: true }, { message: 'TTS enabled', extras: { enabled: true } }],
      [{ enabled: false }, { message: 'TTS disabled', extras: { enabled: false } }],
    ],
    bad: [
      [undefined, /data: /],
      [{ enabled: 'yes' }, /enabled: /],
    ],
  },
  'stt-toggle': {
    good: [
      [{ muted: true }, { message: 'STT muted', extras: { muted: true } }],
      [{ muted: false }, { message: 'STT unmuted', extras: { muted: false } }],
    ],
    bad: [[{ muted: null }, /muted: /]],
  },
  'interrupt-bot': {
    good: [
      [undefined, {}],
      [sid, {}],
    ],
    bad: [],
  },
  'force-user-stopped-speaking': { good: [[undefined, {}]], bad: [] },
  'interaction-target': {
    to: () => Promise.resolve(new CommandedCast()),
    good: [
      [
        {
          command_id: 'c1',
          ...{ room_session_id: 'room-1', target_membership_id: membershipId(2) },
          expected_route_epoch: 0,
        },
        {
          extras: {
            ...{ success: true, command_id: 'c1', room_session_id: 'room-1' },
            previous_membership_id: membershipId(1),
            active_membership_id: membershipId(2),
            ...{ route_epoch: 1, changed: true },
          },
        },
      ],
      [
        {
          command_id: 'c1',
          ...{ room_session_id: 'room-1', target_membership_id: null },
          ...{ expected_route_epoch: 0, ...sid },
        },
        {
          extras: {
            ...{ success: true, command_id: 'c1', room_session_id: 'room-1' },
            previous_membership_id: membershipId(1),
            ...{ active_membership_id: null, route_epoch: 1, changed: true },
          },
        },
      ],
    ],
    bad: [
      [undefined, /data: /],
      [{ room_session_id: 'r', expected_route_epoch: 0 }, /target_membership_id: /],
      [
        { room_session_id: 'r', target_membership_id: null, expected_route_epoch: 'x' },
        /expected_route_epoch: /,
      ],
    ],
  },
  'character-roster-update': {
    to: () => Promise.resolve(new CommandedCast()),
    good: [
      [
        {
          ...{ command_id: 'u1', room_session_id: 'room-1', expected_roster_epoch: 0 },
          add: [{ character_id: 'character-3' }],
          remove_membership_ids: [membershipId(1)],
          replacement_target_membership_id: membershipId(2),
        },
        {
          extras: {
            ...{ success: true, command_id: 'u1', room_session_id: 'room-1' },
            active_membership_id: membershipId(2),
            ...{ route_epoch: 1, roster_epoch: 1 },
            added: [
              {
                membership_id: membershipId(3),
                character_id: 'character-3',
                session_id: membershipId(3),
                character_session_id: 'conversation-3',
                participant_identity: `character:${membershipId(3)}`,
                is_initial: false,
                provisioning_status: 'dispatch_accepted',
                failure_code: null,
                display_name: 'C3',
              },
            ],
            removed_membership_ids: [membershipId(1)],
          },
        },
      ],
      [
        {
          ...{ command_id: 'u1', room_session_id: 'room-1', expected_roster_epoch: 0 },
          remove_membership_ids: [membershipId(2)],
        },
        {
          extras: {
            ...{ success: true, command_id: 'u1', room_session_id: 'room-1' },
            active_membership_id: membershipId(1),
            ...{ route_epoch: 0, roster_epoch: 1, added: [] },
            removed_membership_ids: [membershipId(2)],
          },
        },
      ],
    ],
    bad: [
      [undefined, /data: /],
      [{ room_session_id: 'r', expected_roster_epoch: 0, add: [{}] }, /add\.0\.character_id: /],
    ],
  },
  'reset-idle-timer': {
    good: [
      [{}, {}],
      [undefined, {}],
    ],
    bad: [],
  },
  'vision-status': {
    good: [
      [
        { update_id: 'v1', ...sid },
        {
          message: 'Vision status',
          extras: { ...unseen, vision_status_outcome: 'vision_not_enabled', update_id: 'v1' },
        },
      ],
      [
        undefined,
        {
          message: 'Vision status',
          extras: { ...unseen, vision_status_outcome: 'vision_not_enabled' },
        },
      ],
    ],
    bad: [
      ['now', /^Failed to process vision-status: data: /],
      [{ update_id: 7 }, /update_id: /],
    ],
  },
  // All its outcomes are in test/session/vision-trigger.test.ts.
  'vision-trigger': {
    to: seeingSession,
    good: [
      [
        { respond_mode: 'auto', text: 'What changed?', frame_indices: [-1, -1], update_id: 'v1' },
        {
          message: 'Vision trigger invoked LLM',
          extras: {
            ...{ requested_respond_mode: 'auto', actual_respond_mode: 'auto' },
            ...{ requested_run_llm: 'auto', actual_run_llm: 'auto', llm_triggered: true },
            ...{ downgraded: false, downgrade_reason: null, interrupted: false },
            ...{ vision_trigger_outcome: 'attached', vision_attach_outcome: 'attached' },
            ...{ vision_frames_attached: 1, vision_image_tokens_est: 425 },
            attached_frame_pts: [expect.any(Number)],
            frame_binding: 'frame_indices',
            ...{ requested_frame_indices: [-1, -1], requested_frame_ids: null },
            ...seen,
            ...{ update_id: 'v1', duplicate: false },
          },
        },
      ],
      [
        undefined,
        {
          message: 'Vision frames attached silently',
          extras: {
            ...{ requested_respond_mode: 'silent', actual_respond_mode: 'silent' },
            ...{ requested_run_llm: 'false', actual_run_llm: 'false', llm_triggered: false },
            ...{ downgraded: false, downgrade_reason: null, interrupted: false },
            ...{ vision_trigger_outcome: 'attached', vision_attach_outcome: 'attached' },
            ...{ vision_frames_attached: 1, vision_image_tokens_est: 425 },
            attached_frame_pts: [expect.any(Number)],
            frame_binding: 'default',
            ...{ requested_frame_indices: null, requested_frame_ids: null },
            ...seen,
            duplicate: false,
          },
        },
      ],
    ],
    bad: [
      ['now', /^Failed to process vision-trigger: data: /],
      [{ text: 7 }, /text: /],
      [{ text: 'x'.repeat(8_001) }, /text: /],
      [{ update_id: 'x'.repeat(257) }, /update_id: /],
    ],
  },
  'respond-mode-update': {
    good: [
      [
        { modality: 'vision', mode: 'auto', update_id: 'm1', ...sid },
        {
          extras: {
            ...{ modality: 'vision', mode: 'auto', update_id: 'm1' },
            respond_modes: {
              ...{ vision: 'auto', context_update: 'auto' },
              ...{ trigger: 'must_respond', scene_metadata: 'silent' },
            },
          },
        },
      ],
      [
        { modality: 'trigger', respond_mode: 'silent' },
        {
          extras: {
            ...{ modality: 'trigger', mode: 'silent' },
            respond_modes: {
              ...{ vision: 'silent', context_update: 'auto' },
              ...{ trigger: 'silent', scene_metadata: 'silent' },
            },
          },
        },
      ],
    ],
    // Of what cannot be changed: test/session/respond-mode-update.test.ts.
    bad: [
      [undefined, /data: /],
      [{ mode: 'auto' }, /modality: /],
      [{ modality: 'vision' }, 'Failed to process respond-mode-update: mode: required'],
      [{ modality: 'vision', mode: 'loud' }, /mode: /],
    ],
  },
  'usage-toggle': {
    good: [
      [{ enabled: true }, { message: 'Usage-update streaming enabled', extras: { enabled: true } }],
    ],
    bad: [[{ enabled: 1 }, /enabled: /]],
  },
  'kill-pipeline': { good: [[undefined, {}]], bad: [] },
};

describe('the messages of a client', () => {
  it('are all in this table, and in docs/protocol.md', async () => {
    expect(Object.keys(cases).sort()).toEqual([...supportedTypes].sort());
    for (const [type, { good }] of Object.entries(cases)) expect(good, type).not.toEqual([]);
    const page = await readFile('docs/protocol.md', 'utf8');
    const table = page.slice(page.indexOf('## From the client'), page.indexOf('## POST /connect'));
    for (const type of supportedTypes) expect(table).toMatch(new RegExp(`^\\| \`${type}\``, 'm'));
  });

  const good = Object.entries(cases).flatMap(([type, { good }]) =>
    good.map(([data, answer]) => [type, JSON.stringify(data), data, answer] as const),
  );
  it.each(good)('%s %s is acknowledged with just what the docs list', async (...row) => {
    const [type, , data, answer] = row;
    const session = (await cases[type]?.to?.()) ?? new CommandedSession();
    const response = session.send({ type, data });
    const expected = { type: 'server-response', event_type: type, status: 'success', ...answer };
    expect(response).toEqual(expected);
    expect(ServerResponse.parse(response)).toEqual(response);
    expect(Object.keys(response).sort()).toEqual(Object.keys(expected).sort());
  });

  const bad = Object.entries(cases).flatMap(([type, { bad }]) =>
    bad.map(
      ([data, message]) => [type, JSON.stringify([data]).slice(0, 60), data, message] as const,
    ),
  );
  it.each(bad)('%s %s is refused, and changes nothing', (type, _, data, message) => {
    const session = new CommandedSession();
    const before = session.context.told;
    const { message: told, ...rest } = session.send({ type, data });
    expect(rest).toEqual({ type: 'server-response', event_type: type, status: 'error' });
    if (typeof message === 'string') expect(told).toBe(message);
    else expect(told).toMatch(message);
    expect(session.calls).toEqual([]);
    expect(session.kept).toEqual([]);
    expect(session.context.told).toEqual(before);
  });

  it.each([
    [
      'no JSON',
      '{"type":',
      'parse-error',
      'Failed to parse message: invalid JSON or UTF-8 encoding',
    ],
    ['no UTF-8', new Uint8Array([0xff, 0x7b]), 'parse-error', /UTF-8/],
    ['nothing', '', 'parse-error', /invalid JSON/],
    ['no object', 'null', 'validation-error', "Message missing required 'type' field"],
    ['without a type', '{"data":{}}', 'validation-error', "Message missing required 'type' field"],
    ['of a type that is no text', '{"type":7}', 'validation-error', /'type' field/],
    ['too large', `{"type":"${'x'.repeat(64_000)}"}`, 'validation-error', /too large: 64011 bytes/],
    [
      'of an unknown type',
      '{"type":"dance"}',
      'unknown-message-type',
      'Unknown message type: dance',
    ],
  ])('that are %s are refused as documented', (_, packet, eventType, message) => {
    const response = new CommandedSession().send(packet);
    expect(response).toMatchObject({ event_type: eventType, status: 'error' });
    if (typeof message === 'string') expect(response.message).toBe(message);
    else expect(response.message).toMatch(message);
    expect(response.extras).toEqual(
      eventType === 'unknown-message-type' ? { supported_types: supportedTypes } : undefined,
    );
  });

  it('of an unknown type are quoted in one short line', () => {
    const type = `a\nb${'x'.repeat(1_000)}`;
    const { message } = new CommandedSession().send({ type });
    expect(message?.length).toBeLessThan(100);
    expect(message).not.toContain('\n');
  });

  it('are answered also when serving them fails, without a word of why', () => {
    const session = new CommandedSession();
    session.calls.push = () => {
      throw new Error('the secret reason');
    };
    expect(session.send({ type: 'interrupt-bot' })).toEqual({
      type: 'server-response',
      event_type: 'interrupt-bot',
      status: 'error',
      message: 'Failed to process interrupt-bot: internal error',
    });
  });
});
