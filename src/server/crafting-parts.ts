import type { CraftingDeps } from '../http/routes/convai/crafting.ts';
import { functionLink } from '../http/routes/convai/functions.ts';
import { documentLink } from '../http/routes/convai/knowledge-bank.ts';
import type { ProviderSettings } from '../protocol/provider-settings.ts';
import type { Providers } from '../providers/open-providers.ts';
import { probeMcp } from '../providers/tools/probe-mcp.ts';
import { voiceSection } from '../providers/tts/voice-list.ts';
import type { Ground } from './ground.ts';

/** What the crafting APIs answer with: the server's own line to the providers beside the nouns. */
export function craftingParts(
  { config: { stages, voices, privateHosts }, clock }: Ground,
  settings: ProviderSettings,
  { llm, tts }: Providers,
  nouns: Pick<
    CraftingDeps,
    | 'characters'
    | 'cloning'
    | 'models'
    | 'narratives'
    | 'functions'
    | 'mcpServers'
    | 'history'
    | 'documents'
    | 'interactions'
    | 'spokenTo'
  >,
): CraftingDeps {
  const usualVoice = settings.tts.voice ?? 'alloy';
  const isOpenAi = new URL(settings.tts.baseUrl).hostname === 'api.openai.com';
  const kind = isOpenAi ? 'openai' : 'other';
  return {
    ...nouns,
    llm,
    tts,
    links: [documentLink(nouns.documents), functionLink(nouns.functions)],
    probe: (server) => probeMcp(server, { clock, privateHosts }),
    usualModel: settings.llm.model,
    usualVoice,
    voices: voiceSection({
      configured: voices,
      kind: stages.tts.kind === 'offline' ? 'embedded' : kind,
      usualVoice,
    }),
  };
}
