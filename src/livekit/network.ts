import { isIP } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import { SetUpFailed } from '../errors/set-up-failed.ts';

/** Where livekit-server listens and what it tells clients: everything in its settings that follows from the host. */
export type LiveKitNetwork = {
  /** Addresses for HTTP and signalling. 127.0.0.1 is always reachable among them: our own processes use it. */
  bindAddresses: readonly string[];
  turnBindAddresses: readonly string[];
  /** What clients are told: the one address for media and TURN. */
  nodeIp: string;
  /** Of this machine's addresses, those that carry media (CIDR). */
  mediaCidrs: readonly string[];
  /** Peers that the TURN relay may reach although they are loopback or private (CIDR). */
  relayPeerCidrs: readonly string[];
  /** Nothing outside this machine can reach it. */
  loopback: boolean;
};

export type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

/**
 * @param host the address to listen on: loopback, one address of this machine, or 0.0.0.0 or :: for all of them
 * @param nodeIp what clients are told, when it is not `host` itself (a machine behind NAT, several networks)
 * @param interfaces as `os.networkInterfaces()` gives them
 * @throws {SetUpFailed} when no address can be found that clients could use
 */
export function liveKitNetwork(
  host: string,
  nodeIp: string | undefined,
  interfaces: Interfaces,
): LiveKitNetwork {
  if (isLoopback(host)) {
    // LiveKit's media stays on IPv4, whichever loopback the HTTP side uses.
    const address = isIP(host) === 4 ? host : '127.0.0.1';
    return {
      bindAddresses: unique(['127.0.0.1', address]),
      turnBindAddresses: [address],
      nodeIp: address,
      mediaCidrs: [cidr(address)],
      relayPeerCidrs: [cidr(address)],
      loopback: true,
    };
  }
  const all = host === '0.0.0.0' || host === '::';
  const advertised = nodeIp ?? (all ? outwardAddress(interfaces) : host);
  const own = Object.values(interfaces).some((list) => list?.some((i) => i.address === advertised));
  return {
    bindAddresses: all ? [host] : ['127.0.0.1', host],
    turnBindAddresses: [all ? anyAddress(advertised) : host],
    nodeIp: advertised,
    // An address that is not on this machine is a router's; media then comes in on any of ours.
    mediaCidrs: own ? [cidr(advertised)] : ['0.0.0.0/0'],
    relayPeerCidrs: [cidr(advertised)],
    loopback: false,
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
}

function cidr(address: string): string {
  return `${address}/${isIP(address) === 6 ? 128 : 32}`;
}

function anyAddress(like: string): string {
  return isIP(like) === 6 ? '::' : '0.0.0.0';
}

function unique(addresses: readonly string[]): string[] {
  return [...new Set(addresses)];
}

/** Bridges and tunnels of this machine; a phone in the room is hardly ever behind one of them. */
const inward =
  /^(docker|br-|veth|virbr|vmnet|vboxnet|tun|tap|utun|wg|tailscale|zt|awdl|llw|lxc|cni|flannel)/;

/** The IPv4 address by which others most likely reach this machine. */
function outwardAddress(interfaces: Interfaces): string {
  const found = Object.entries(interfaces).flatMap(([name, list]) =>
    (list ?? [])
      .filter((i) => i.family === 'IPv4' && !i.internal && !i.address.startsWith('169.254.'))
      .map((i) => ({ name, address: i.address })),
  );
  const best = found.find(({ name }) => !inward.test(name)) ?? found[0];
  if (!best) {
    throw new SetUpFailed(
      'HOST asks for all addresses, but this machine has none beyond loopback. Set HOST=127.0.0.1, or LIVEKIT_NODE_IP to the address that clients reach.',
    );
  }
  return best.address;
}
