import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { SetUpFailed } from '../errors/set-up-failed.ts';
import { findLiveKit, type FindSettings } from './find.ts';
import { liveKitNetwork } from './network.ts';
import type { LiveKitKeys, LiveKitPorts } from './settings.ts';
import { systemShell } from './shell.ts';
import { LiveKit, type LiveKitTools } from './supervisor.ts';

export type EmbeddedSettings = {
  /** What the whole server listens on: an address or a name of this machine, 0.0.0.0 or :: for all. */
  host: string;
  /** What clients are told instead of `host`. */
  nodeIp?: string | undefined;
  ports: LiveKitPorts;
  keys: LiveKitKeys;
  /** Path of livekit.yaml. */
  templatePath: string;
  find: FindSettings;
};

/**
 * Finds livekit-server, downloading or building it the first time, and runs it: what happens without LIVEKIT_URL.
 * @param tools `report` gets the lines for the person who waits; `signal` ends a download or a build
 * @throws {SetUpFailed} with a message for the operator
 */
export async function startEmbeddedLiveKit(
  settings: EmbeddedSettings,
  tools: LiveKitTools & { report: (text: string) => void; signal?: AbortSignal },
): Promise<LiveKit> {
  const host = await addressOf(settings.host);
  const network = liveKitNetwork(host, settings.nodeIp, networkInterfaces());
  const shell = systemShell(tools.clock);
  const binary = await findLiveKit(settings.find, { ...tools, shell });
  const template = await readFile(settings.templatePath, 'utf8');
  const { ports, keys } = settings;
  return await LiveKit.start({ binary, template, network, ports, keys }, tools);
}

async function addressOf(host: string): Promise<string> {
  if (isIP(host) !== 0 || host === 'localhost') return host;
  try {
    return (await lookup(host, 4)).address;
  } catch (cause) {
    throw new SetUpFailed(`HOST=${host} is neither an address nor a name that can be resolved.`, {
      cause,
    });
  }
}
