import { describe, expect, it } from 'vitest';
import { ConnectRequest, SessionSettings } from '../../src/protocol/connect.ts';

const least = { character_id: 'mira' };
const read = (fields: object) => ConnectRequest.parse({ ...least, ...fields });
const accepts = (fields: object) => ConnectRequest.safeParse({ ...least, ...fields }).success;

const defaults = {
  character_id: 'mira',
  connection_type: 'audio',
  character_session_id: null,
  characters: null,
  end_user_id: null,
  end_user_metadata: null,
  speaker_id: null,
  memory_enabled: true,
  transport: 'livekit',
  action_config: null,
  dynamic_info: null,
  scene_description: [],
  narrative_template_keys: {},
  emotion_config: null,
  thinking_mode: false,
  respond_modes: {
    vision: 'silent',
    context_update: 'auto',
    trigger: 'must_respond',
    scene_metadata: 'silent',
  },
  llm_provider: 'dynamic',
  stt_provider: null,
  disable_live_fallback: true,
  audio_config: {
    output: { audio_routing: 'audio_only', max_chunk_duration_ms: 100, add_wav_header: false },
  },
  default_tts_enabled: true,
  default_stt_enabled: true,
  vad_params: null,
  turn_detection_config: null,
  blendshape_provider: 'not_provided',
  blendshape_config: null,
  vision_input_config: null,
  video_track_name: 'camera',
  max_num_participants: 1,
  shared_session_key: null,
  mode: 'create',
  room_name: null,
  room_session_id: null,
  debug: false,
  debug_row_cap: null,
  invocation_metadata: null,
};
const optional = Object.keys(defaults).filter((field) => field !== 'character_id');

describe('the body of /connect', () => {
  it('needs a character only, and gives every other field its default', () => {
    expect(read({})).toEqual(defaults);
  });

  it.each(optional)('takes null for %s as not sent', (field) => {
    expect(read({ [field]: null })).toEqual(defaults);
  });

  it('ignores fields it does not know', () => {
    expect(read({ from_the_future: { a: 1 } })).toEqual(defaults);
  });

  it('does not let one request change the defaults of the next', () => {
    read({}).scene_description.push({ name: 'lamp', description: '' });
    read({}).audio_config.output.add_wav_header = true;
    expect(read({})).toEqual(defaults);
  });

  it.each([
    [{ connection_type: 'video' }, { connection_type: 'video' }],
    [{ character_session_id: '-1' }, { character_session_id: null }],
    [{ character_session_id: '' }, { character_session_id: null }],
    [{ character_session_id: ' s-1 ' }, { character_session_id: 's-1' }],
    [{ end_user_id: '' }, { end_user_id: null }],
    [{ speaker_id: 'u1' }, { speaker_id: 'u1' }],
    [{ end_user_metadata: { a: [1, null] } }, { end_user_metadata: { a: [1, null] } }],
    [{ dynamic_info: { text: 'It rains.' } }, { dynamic_info: { text: 'It rains.' } }],
    [
      { scene_description: [{ name: 'lamp', description: 'lit' }] },
      { scene_description: [{ name: 'lamp', description: 'lit' }] },
    ],
    [{ narrative_template_keys: { who: 'Ann' } }, { narrative_template_keys: { who: 'Ann' } }],
    [
      { narrative_template_keys: { level: 5, won: true, gift: null } },
      { narrative_template_keys: { level: '5', won: 'true', gift: '' } },
    ],
    [
      { scene_description: [{ name: 'lamp' }] },
      { scene_description: [{ name: 'lamp', description: '' }] },
    ],
    [{ thinking_mode: true }, { thinking_mode: true }],
    [
      { respond_modes: { vision: 'must_respond' } },
      { respond_modes: { ...defaults.respond_modes, vision: 'must_respond' } },
    ],
    [{ llm_provider: 'gemini-live-beta' }, { llm_provider: 'gemini-live-beta' }],
    [{ disable_live_fallback: false }, { disable_live_fallback: false }],
    [{ default_tts_enabled: 'false' }, { default_tts_enabled: false }],
    [{ default_stt_enabled: 0 }, { default_stt_enabled: false }],
    [
      { vad_params: { confidence: 0.5 } },
      { vad_params: { confidence: 0.5, start_secs: 0.2, stop_secs: 0.2, min_volume: 0.6 } },
    ],
    [
      { turn_detection_config: { smart_turn: { stop_secs: 3 } } },
      { turn_detection_config: { smart_turn: { stop_secs: 3 } } },
    ],
    [{ blendshape_provider: 'none' }, { blendshape_provider: 'not_provided' }],
    [{ blendshape_provider: 'neurosync' }, { blendshape_provider: 'neurosync' }],
    [
      { blendshape_config: { format: 'arkit' } },
      {
        blendshape_config: {
          enable_chunking: true,
          chunk_size: 10,
          format: 'arkit',
          frames_buffer_duration: 0,
          output_fps: 60,
          deliver_chunks_ahead: false,
        },
      },
    ],
    [
      { emotion_config: {} },
      {
        emotion_config: {
          provider: 'llm',
          min_word_threshold: 3,
          low_intensity_threshold: 0.33,
          high_intensity_threshold: 0.66,
        },
      },
    ],
    [
      { vision_input_config: { sampling_windows: [{ count: 3, interval_ms: 300 }] } },
      {
        vision_input_config: {
          sample_interval_secs: 1,
          frames_per_turn: 5,
          buffer_frames: 0,
          sampling_windows: [{ count: 3, interval_ms: 300 }],
          staleness_seconds: 10,
          max_resolution: 0,
          replace_previous_vision_context: true,
        },
      },
    ],
    [{ video_track_name: 'screen' }, { video_track_name: 'screen' }],
    [{ max_num_participants: '4' }, { max_num_participants: 4 }],
    [{ shared_session_key: 'class-7_b' }, { shared_session_key: 'class-7_b' }],
    [
      { mode: 'join', room_name: 'r' },
      { mode: 'join', room_name: 'r' },
    ],
    [
      { debug: true, debug_row_cap: 50 },
      { debug: true, debug_row_cap: 50 },
    ],
    [{ invocation_metadata: { source: 'web' } }, { invocation_metadata: { source: 'web' } }],
  ])('reads %j', (sent, understood) => {
    expect(read(sent)).toEqual({ ...defaults, ...understood });
  });

  it.each([
    { character_id: '' },
    { character_id: 'x'.repeat(257) },
    { connection_type: 'telepathy' },
    { transport: 'daily' },
    { end_user_id: 7 },
    { end_user_metadata: [] },
    { end_user_metadata: { big: 'x'.repeat(16_384) } },
    { end_user_metadata: { big: 'é'.repeat(8_192) } },
    { action_config: { actions: [''] } },
    { action_config: { objects: [{ description: 'nameless' }] } },
    { action_config: { objects: [{ name: 'cube' }], current_attention_object: 'lever' } },
    { dynamic_info: 'It rains.' },
    { dynamic_info: { text: 'x'.repeat(80_001) } },
    { dynamic_info: { text: '字'.repeat(20_001) } },
    { scene_description: { name: 'lamp' } },
    { scene_description: Array.from({ length: 501 }, () => ({ name: 'a', description: 'b' })) },
    { narrative_template_keys: { who: { name: 'Ann' } } },
    { emotion_config: { low_intensity_threshold: 2 } },
    { thinking_mode: 'perhaps' },
    { respond_modes: { vision: 'loud' } },
    { llm_provider: 'oracle' },
    { audio_config: { output: { audio_routing: 'smoke' } } },
    { audio_config: { output: { add_wav_header: 'maybe' } } },
    { vad_params: { confidence: 1.1 } },
    { vad_params: { stop_secs: -1 } },
    { turn_detection_config: 'smart' },
    { blendshape_provider: 'strings' },
    { blendshape_config: { format: 'obj' } },
    { blendshape_config: { output_fps: 0 } },
    { vision_input_config: { frames_per_turn: 21 } },
    { vision_input_config: { frames_per_turn: 5, buffer_frames: 4 } },
    { vision_input_config: { max_resolution: 32 } },
    { vision_input_config: { sampling_windows: [{ count: 6, interval_ms: 300 }] } },
    { max_num_participants: 0 },
    { shared_session_key: 'no spaces' },
    { shared_session_key: 'x'.repeat(129) },
    { mode: 'destroy' },
    { debug_row_cap: 0 },
    { room_name: 'x'.repeat(257) },
  ])('refuses %j', (fields) => {
    expect(accepts(fields)).toBe(false);
  });
});

describe('the chunk duration', () => {
  const duration = (ms: unknown) =>
    read({ audio_config: { output: { max_chunk_duration_ms: ms } } }).audio_config.output
      .max_chunk_duration_ms;

  it.each([
    [10, 10],
    [11, 20],
    [45, 50],
    [95, 100],
    [991, 1000],
    [1000, 1000],
    ['95', 100],
  ])('of %j becomes %i ms', (sent, understood) => {
    expect(duration(sent)).toBe(understood);
  });

  it.each([9, 0, -10, 1001, 10.5, '9', 'fast', true, []])('of %j is refused', (sent) => {
    expect(() => duration(sent)).toThrow();
  });
});

describe('the action config', () => {
  const config = (action_config: object) => read({ action_config }).action_config;

  it('takes actions as strings and as objects with a value', () => {
    expect(config({ actions: ['Wave', { value: 'Pick Up' }] })?.actions).toEqual([
      'Wave',
      'Pick Up',
    ]);
  });

  it.each([
    { current_attention_object: 'cube' },
    { current_attention_object: { name: 'cube', description: 'red' } },
    { currentAttentionObject: 'cube' },
    { currentAttentionObject: { name: 'cube' } },
    { current_attention_object: '', currentAttentionObject: 'cube' },
  ])('finds the attention object in %j', (attention) => {
    const objects = [{ name: 'cube' }];
    expect(config({ objects, ...attention })).toEqual({
      actions: [],
      objects: [{ name: 'cube', description: '' }],
      characters: [],
      current_attention_object: 'cube',
    });
  });

  it('takes an empty attention object as none', () => {
    expect(config({ current_attention_object: '' })?.current_attention_object).toBeNull();
  });
});

describe('the settings of a session', () => {
  it('read themselves back unchanged after storage', () => {
    const once = SessionSettings.parse({
      ...least,
      blendshape_provider: 'none',
      action_config: { actions: [{ value: 'Wave' }], objects: [{ name: 'a' }] },
      audio_config: { output: { max_chunk_duration_ms: 95 } },
      vision_input_config: {},
      end_user_id: 'u1',
    });
    expect(SessionSettings.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  it('hold neither who is asked for nor which conversation', () => {
    const settings = SessionSettings.parse(read({ character_session_id: 's', room_name: 'r' }));
    expect(Object.keys(settings)).not.toContain('character_id');
    expect(Object.keys(settings)).not.toContain('character_session_id');
    expect(Object.keys(settings)).not.toContain('room_name');
  });
});

describe('frames of the face a second', () => {
  const fps = (blendshape_config: object) =>
    SessionSettings.parse({ ...least, blendshape_config }).blendshape_config?.output_fps;

  it('are those that were asked for', () => {
    for (const output_fps of [1, 24, 50, 60, 72, 120]) expect(fps({ output_fps })).toBe(output_fps);
    expect(fps({ output_fps: 90, chunk_size: 15 })).toBe(90);
    expect(fps({})).toBe(60);
  });

  it('are 60 for the web SDK, which asks for 90 and plays 60', () => {
    expect(fps({ enable_chunking: true, chunk_size: 10, output_fps: 90, format: 'arkit' })).toBe(
      60,
    );
  });
});

describe('what shipped clients send', () => {
  it('is accepted from @convai/web-sdk with its least configuration', () => {
    expect(
      accepts({
        transport: 'livekit',
        connection_type: 'audio',
        blendshape_provider: 'none',
        blendshape_config: {
          enable_chunking: true,
          chunk_size: 10,
          format: 'mha',
          frames_buffer_duration: 0,
          output_fps: 90,
        },
        llm_provider: 'dynamic',
        emotion_config: {
          provider: 'llm',
          min_word_threshold: 3,
          low_intensity_threshold: 0.33,
          high_intensity_threshold: 0.66,
        },
        default_tts_enabled: true,
      }),
    ).toBe(true);
  });

  it('is accepted from the Unity SDK with all that its pages name', () => {
    expect(
      accepts({
        end_user_id: 'learner-42',
        end_user_metadata: { name: 'Ada', platform: 'Android' },
        character_session_id: null,
        connection_type: 'video',
        llm_provider: 'dynamic',
        blendshape_provider: 'neurosync',
        blendshape_config: {
          ...{ format: 'arkit', output_fps: 60, enable_chunking: true, chunk_size: 10 },
          ...{ frames_buffer_duration: 0.5, deliver_chunks_ahead: true },
        },
        emotion_config: { provider: 'llm' },
        action_config: {
          actions: ['Move To', 'Pick Up'],
          characters: [{ name: 'Ada', bio: 'The player' }],
          objects: [{ name: 'Cube', description: 'A red cube' }],
          current_attention_object: 'Cube',
        },
        dynamic_info: { text: 'The training begins.' },
        narrative_template_keys: { PlayerName: 'Ada' },
        respond_modes: {
          ...{ trigger: 'must_respond', context_update: 'auto', vision: 'silent' },
          scene_metadata: 'silent',
        },
        vad_params: { confidence: 0.6, start_secs: 0.2, stop_secs: 0.8, min_volume: 0.5 },
        vision_input_config: {
          sample_interval_secs: 1,
          frames_per_turn: 3,
          buffer_frames: 30,
          sampling_windows: [{ count: 2, interval_ms: 1_000 }],
          staleness_seconds: 10,
          max_resolution: 768,
          replace_previous_vision_context: true,
        },
        max_num_participants: 4,
        shared_session_key: 'safety-training-42',
      }),
    ).toBe(true);
  });

  it('says of too much dynamic info how much it is and how much may be', () => {
    const given = ConnectRequest.safeParse({
      character_id: 'm',
      dynamic_info: { text: 'x'.repeat(80_001) },
    });
    expect(given.error?.issues.map(({ message }) => message)).toEqual([
      'Value error, Dynamic info static_text token limit exceeded. ' +
        'static_text: 20001 estimated tokens, text: 0 estimated tokens, Maximum: 20000 tokens.',
    ]);
  });

  const unreal = {
    connection_type: 'video',
    llm_provider: 'dynamic',
    blendshape_provider: 'ovr',
    speaker_id: '',
  };

  it('is accepted from the Unreal SDK, empty speaker and all', () => {
    expect(accepts(unreal)).toBe(true);
  });

  it('has emotions for the Unreal SDK, which has no field to ask for them', () => {
    expect(read(unreal).emotion_config).toEqual({
      provider: 'llm',
      min_word_threshold: 3,
      low_intensity_threshold: 0.33,
      high_intensity_threshold: 0.66,
    });
  });

  it.each([
    ['that says nothing of it', {}],
    ['that says so', { ...unreal, emotion_config: null }],
    [
      'of the web SDK that leaves them out',
      { ...unreal, transport: 'livekit', blendshape_config: { format: 'arkit' } },
    ],
  ])('has no emotions for a request %s', (_, fields) => {
    expect(read(fields).emotion_config).toBeNull();
  });
});
