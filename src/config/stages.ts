import type { ImageSettings, StageSettings } from '../protocol/provider-settings.ts';
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
  /** Undefined unless it is asked for by a variable of its own. */
  moderation: StageSettings | undefined;
  /** Undefined unless it is asked for, too: nothing is drawn. */
  images: ImageSettings | undefined;
};

const openAiUrl = 'https://api.openai.com/v1';
const openAiModels = {
  LLM: 'gpt-4o-mini',
  STT: 'gpt-4o-mini-transcribe',
  TTS: 'gpt-4o-mini-tts',
  EMBEDDINGS: 'text-embedding-3-small',
  MODERATION: 'omni-moderation-latest',
  IMAGES: 'gpt-image-1',
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
    moderation: readModeration(env, report),
    images: readImages(env, report),
  };
}

function readModeration(
  env: Environment,
  report: (problem: ConfigProblem) => void,
): StageSettings | undefined {
  const isWanted = env.MODERATION_BASE_URL ?? env.MODERATION_API_KEY ?? env.MODERATION_MODEL;
  if (isWanted === undefined) return undefined;
  return readEndpoint(env, 'MODERATION', '', report);
}

function readImages(
  env: Environment,
  report: (problem: ConfigProblem) => void,
): ImageSettings | undefined {
  const isWanted = env.IMAGES_BASE_URL ?? env.IMAGES_API_KEY ?? env.IMAGES_MODEL;
  if (isWanted === undefined) return undefined;
  const settings = readEndpoint(env, 'IMAGES', '', report);
  return env.IMAGES_SIZE === undefined ? settings : { ...settings, size: env.IMAGES_SIZE };
}

/** A stage with neither a base URL nor a key is offline; a key alone means OpenAI itself. */
function readStage(
  env: Environment,
  stage: Exclude<StageName, 'MODERATION' | 'IMAGES'>,
  report: (problem: ConfigProblem) => void,
): Stage {
  const ownUrl = env[`${stage}_BASE_URL`];
  const ownKey = env[`${stage}_API_KEY`];
  if (ownUrl === 'offline') return { kind: 'offline' };
  const isConfigured = ownUrl ?? ownKey ?? env.OPENAI_BASE_URL ?? env.OPENAI_API_KEY;
  if (isConfigured === undefined) return { kind: 'offline' };
  const instead = ` (or set ${stage}_BASE_URL=offline)`;
  return { kind: 'openai', settings: readEndpoint(env, stage, instead, report) };
}

/** @param instead what else could be done when no model is named */
function readEndpoint(
  env: Environment,
  stage: StageName,
  instead: string,
  report: (problem: ConfigProblem) => void,
): StageSettings {
  const ownKey = env[`${stage}_API_KEY`];
  const sharedUrl = env.OPENAI_BASE_URL ?? openAiUrl;
  const baseUrl = env[`${stage}_BASE_URL`] ?? sharedUrl;
  // The shared key is for the shared server: another one must not get to see it.
  const sharedKey = sameOrigin(baseUrl, sharedUrl) ? env.OPENAI_API_KEY : undefined;
  const apiKey = ownKey ?? sharedKey;
  const isOpenAi = sameOrigin(baseUrl, openAiUrl);
  const model = env[`${stage}_MODEL`] ?? (isOpenAi ? openAiModels[stage] : undefined);
  if (model === undefined) {
    report({
      variable: `${stage}_MODEL`,
      problem: `must name a model of ${new URL(baseUrl).host}${instead}`,
    });
  }
  if (isOpenAi && apiKey === undefined) {
    report({
      variable: `${stage}_API_KEY`,
      problem: 'must be set, or OPENAI_API_KEY: OpenAI answers nobody without a key',
    });
  }
  const settings = { baseUrl, model: model ?? '' };
  return apiKey === undefined ? settings : { ...settings, apiKey };
}

function withVoice(settings: StageSettings, env: Environment): StageSettings & { voice?: string } {
  const voice = env.TTS_VOICE ?? (sameOrigin(settings.baseUrl, openAiUrl) ? 'alloy' : undefined);
  return voice === undefined ? settings : { ...settings, voice };
}

function sameOrigin(a: string, b: string): boolean {
  return new URL(a).origin === new URL(b).origin;
}
