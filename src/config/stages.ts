import type { StageSettings } from '../protocol/provider-settings.ts';
import type { ConfigProblem } from './config-error.ts';
import type { Environment } from './environment.ts';

/** `offline` is the provider that the server brings along. */
type Stage<Settings extends StageSettings = StageSettings> =
  { kind: 'offline' } | { kind: 'openai'; settings: Settings };

export type Stages = {
  llm: Stage;
  stt: Stage;
  tts: Stage<StageSettings & { voice?: string }>;
  embeddings: Stage;
};

const openAiUrl = 'https://api.openai.com/v1';
const openAiModels = {
  LLM: 'gpt-4o-mini',
  STT: 'gpt-4o-mini-transcribe',
  TTS: 'gpt-4o-mini-tts',
  EMBEDDINGS: 'text-embedding-3-small',
};
type StageName = keyof typeof openAiModels;

/** @param report called for each variable that is wrong or missing */
export function readStages(env: Environment, report: (problem: ConfigProblem) => void): Stages {
  const tts = readStage(env, 'TTS', report);
  return {
    llm: readStage(env, 'LLM', report),
    stt: readStage(env, 'STT', report),
    tts: tts.kind === 'offline' ? tts : { kind: 'openai', settings: withVoice(tts.settings, env) },
    embeddings: readStage(env, 'EMBEDDINGS', report),
  };
}

/** A stage with neither a base URL nor a key is offline; a key alone means OpenAI itself. */
function readStage(
  env: Environment,
  stage: StageName,
  report: (problem: ConfigProblem) => void,
): Stage {
  const ownUrl = env[`${stage}_BASE_URL`];
  const ownKey = env[`${stage}_API_KEY`];
  if (ownUrl === 'offline') return { kind: 'offline' };
  const sharedUrl = env.OPENAI_BASE_URL ?? openAiUrl;
  const isConfigured = ownUrl ?? ownKey ?? env.OPENAI_BASE_URL ?? env.OPENAI_API_KEY;
  if (isConfigured === undefined) return { kind: 'offline' };
  const baseUrl = ownUrl ?? sharedUrl;
  // The shared key is for the shared server: another one must not get to see it.
  const sharedKey = sameOrigin(baseUrl, sharedUrl) ? env.OPENAI_API_KEY : undefined;
  const apiKey = ownKey ?? sharedKey;
  const isOpenAi = sameOrigin(baseUrl, openAiUrl);
  const model = env[`${stage}_MODEL`] ?? (isOpenAi ? openAiModels[stage] : undefined);
  if (model === undefined) {
    report({
      variable: `${stage}_MODEL`,
      problem: `must name a model of ${new URL(baseUrl).host} (or set ${stage}_BASE_URL=offline)`,
    });
  }
  if (isOpenAi && apiKey === undefined) {
    report({
      variable: `${stage}_API_KEY`,
      problem: 'must be set, or OPENAI_API_KEY: OpenAI answers nobody without a key',
    });
  }
  const settings = { baseUrl, model: model ?? '' };
  return { kind: 'openai', settings: apiKey === undefined ? settings : { ...settings, apiKey } };
}

function withVoice(settings: StageSettings, env: Environment): StageSettings & { voice?: string } {
  const voice = env.TTS_VOICE ?? (sameOrigin(settings.baseUrl, openAiUrl) ? 'alloy' : undefined);
  return voice === undefined ? settings : { ...settings, voice };
}

function sameOrigin(a: string, b: string): boolean {
  return new URL(a).origin === new URL(b).origin;
}
