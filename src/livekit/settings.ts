import { parse, stringify } from 'yaml';
import { z } from 'zod';
import type { LiveKitNetwork } from './network.ts';

export const LiveKitPorts = z.object({
  /** HTTP and signalling (TCP). */
  http: z.int().min(1).max(65_535).default(7880),
  /** Media over TCP; used only when the server is reachable from outside. */
  rtcTcp: z.int().min(1).max(65_535).default(7881),
  /** All media over UDP. */
  rtcUdp: z.int().min(1).max(65_535).default(7882),
  turnUdp: z.int().min(1).max(65_535).default(3478),
  /** UDP ports for relayed media, one for each relayed client. Below the ports that systems hand out by themselves. */
  relayFirst: z.int().min(1).max(65_535).default(31_000),
  relayLast: z.int().min(1).max(65_535).default(31_999),
});
export type LiveKitPorts = z.infer<typeof LiveKitPorts>;

export type LiveKitKeys = { apiKey: string; apiSecret: string };

/**
 * Fills in livekit.yaml. The result holds the secret: hand it to livekit-server in the environment variable
 * LIVEKIT_CONFIG, not in a file and not on a command line.
 * @param template the text of livekit.yaml
 * @throws {Error} when the template names a value that is not known here, or is not YAML
 */
export function renderLiveKitConfig(
  template: string,
  network: LiveKitNetwork,
  ports: LiveKitPorts,
  keys: LiveKitKeys,
): string {
  const values = templateValues(network, ports);
  const filled = template.replaceAll(/\$\{([A-Z_]+):-([^}]*)\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`livekit.yaml asks for ${name}, which nobody gives`);
    return value;
  });
  const config = z.record(z.string(), z.unknown()).parse(parse(filled));
  return stringify({ ...config, keys: { [keys.apiKey]: keys.apiSecret } });
}

/** The values for the names in livekit.yaml. */
export function templateValues(network: LiveKitNetwork, ports: LiveKitPorts): Map<string, string> {
  const list = (items: readonly string[]) => items.map((item) => JSON.stringify(item)).join(', ');
  return new Map([
    ['LIVEKIT_PORT', String(ports.http)],
    ['LIVEKIT_BIND_ADDRESSES', list(network.bindAddresses)],
    ['LIVEKIT_UDP_PORT', String(ports.rtcUdp)],
    ['LIVEKIT_TCP_PORT', network.loopback ? '0' : String(ports.rtcTcp)],
    ['LIVEKIT_NODE_IP', JSON.stringify(network.nodeIp)],
    ['LIVEKIT_MEDIA_CIDRS', list(network.mediaCidrs)],
    ['LIVEKIT_LOOPBACK', String(network.loopback)],
    ['TURN_PORT', String(ports.turnUdp)],
    ['TURN_BIND_ADDRESSES', list(network.turnBindAddresses)],
    ['TURN_RELAY_PORT_START', String(ports.relayFirst)],
    ['TURN_RELAY_PORT_END', String(ports.relayLast)],
    ['TURN_PEERS', list(network.relayPeerCidrs)],
  ]);
}
