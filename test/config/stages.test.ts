import { describe, expect, it } from 'vitest';
import { Environment } from '../../src/config/environment.ts';
import { readStages } from '../../src/config/stages.ts';

function read(env: Record<string, string>) {
  const problems: string[] = [];
  const stages = readStages(Environment.parse(env), ({ variable }) => problems.push(variable));
  return { stages, problems };
}

const openAi = 'https://api.openai.com/v1';

describe('the providers', () => {
  it('are OpenAI for all stages with a key alone, each with a model of its own', () => {
    const { stages, problems } = read({ OPENAI_API_KEY: 'sk' });
    const at = { baseUrl: openAi, apiKey: 'sk' };
    expect(problems).toEqual([]);
    expect(stages).toEqual({
      llm: { kind: 'openai', settings: { ...at, model: 'gpt-4o-mini' } },
      stt: { kind: 'openai', settings: { ...at, model: 'gpt-4o-mini-transcribe' } },
      tts: { kind: 'openai', settings: { ...at, model: 'gpt-4o-mini-tts', voice: 'alloy' } },
      embeddings: { kind: 'openai', settings: { ...at, model: 'text-embedding-3-small' } },
    });
  });

  it('moderate only where that is asked for by a variable of its own', () => {
    expect(read({ OPENAI_API_KEY: 'sk' }).stages.moderation).toBeUndefined();
    expect(
      read({ OPENAI_API_KEY: 'sk', MODERATION_MODEL: 'omni-moderation-latest' }).stages.moderation,
    ).toEqual({ baseUrl: openAi, apiKey: 'sk', model: 'omni-moderation-latest' });
    expect(read({ MODERATION_BASE_URL: 'http://localhost:1/v1' }).problems).toEqual([
      'MODERATION_MODEL',
    ]);
  });

  it('draw only where that is asked for by a variable of its own', () => {
    expect(read({ OPENAI_API_KEY: 'sk', IMAGES_SIZE: '512x512' }).stages.images).toBeUndefined();
    expect(read({ OPENAI_API_KEY: 'sk', IMAGES_MODEL: 'painter' }).stages.images).toEqual({
      ...{ baseUrl: openAi, apiKey: 'sk', model: 'painter' },
    });
    const own = { IMAGES_BASE_URL: 'http://localhost:1/v1', IMAGES_SIZE: '512x512' };
    expect(read({ ...own, IMAGES_MODEL: 'sd' }).stages.images).toEqual({
      ...{ baseUrl: 'http://localhost:1/v1', model: 'sd', size: '512x512' },
    });
    expect(read(own).problems).toEqual(['IMAGES_MODEL']);
  });

  it('are chosen stage by stage, the others staying offline', () => {
    const { stages } = read({ LLM_BASE_URL: 'http://localhost:11434/v1/', LLM_MODEL: 'llama3.2' });
    expect(stages.llm).toEqual({
      kind: 'openai',
      settings: { baseUrl: 'http://localhost:11434/v1', model: 'llama3.2' },
    });
    expect([stages.stt, stages.tts, stages.embeddings].map(({ kind }) => kind)).toEqual([
      'offline',
      'offline',
      'offline',
    ]);
  });

  it('can be offline in one stage on purpose', () => {
    const { stages } = read({ OPENAI_API_KEY: 'sk', STT_BASE_URL: 'offline' });
    expect(stages.stt).toEqual({ kind: 'offline' });
    expect(stages.llm.kind).toBe('openai');
  });

  it('never see the key of another server', () => {
    const { stages } = read({
      OPENAI_API_KEY: 'sk',
      TTS_BASE_URL: 'https://tts.example/v1',
      TTS_MODEL: 'kokoro',
      TTS_VOICE: 'af_heart',
    });
    expect(stages.tts).toEqual({
      kind: 'openai',
      settings: { baseUrl: 'https://tts.example/v1', model: 'kokoro', voice: 'af_heart' },
    });
  });

  it('share a key at the shared server, and take their own first', () => {
    const { stages } = read({
      OPENAI_BASE_URL: 'https://gateway.example/v1',
      OPENAI_API_KEY: 'shared',
      STT_API_KEY: 'own',
      LLM_MODEL: 'm',
      STT_MODEL: 'm',
      TTS_MODEL: 'm',
      EMBEDDINGS_MODEL: 'm',
    });
    expect(stages).toMatchObject({
      llm: { settings: { baseUrl: 'https://gateway.example/v1', apiKey: 'shared' } },
      stt: { settings: { baseUrl: 'https://gateway.example/v1', apiKey: 'own' } },
    });
  });

  it('need a model named unless they are OpenAI', () => {
    expect(read({ LLM_BASE_URL: 'http://localhost:11434/v1' }).problems).toEqual(['LLM_MODEL']);
  });

  it('need a key when they are OpenAI', () => {
    expect(read({ STT_BASE_URL: openAi }).problems).toEqual(['STT_API_KEY']);
  });
});
