import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { SetUpFailed } from '../errors/set-up-failed.ts';
import type { LiveKitNetwork } from './network.ts';
import type { LiveKitPorts } from './settings.ts';

type Wanted = { protocol: 'tcp' | 'udp'; address: string; port: number; setting: string };

/**
 * Tries every port that livekit-server will listen on, so that one in use is named with the setting that moves it.
 * livekit-server itself would only print "address already in use" and end with code 0.
 * @throws {SetUpFailed} for the first port that cannot be had
 */
export async function assertPortsFree(network: LiveKitNetwork, ports: LiveKitPorts): Promise<void> {
  for (const wanted of wantedPorts(network, ports)) {
    const code = wanted.protocol === 'tcp' ? await tryTcp(wanted) : await tryUdp(wanted);
    if (code !== undefined) throw new SetUpFailed(explain(wanted, code));
  }
}

function wantedPorts(network: LiveKitNetwork, ports: LiveKitPorts): Wanted[] {
  const http = network.bindAddresses.map((address) => {
    return { protocol: 'tcp', address, port: ports.http, setting: 'LIVEKIT_PORT' } as const;
  });
  const turn = network.turnBindAddresses.map((address) => {
    const setting = 'TURN_PORT';
    return { protocol: 'udp', address, port: ports.turnUdp, setting } as const;
  });
  const setting = 'LIVEKIT_UDP_PORT';
  const address = network.mediaCidrs.includes('0.0.0.0/0') ? '0.0.0.0' : network.nodeIp;
  const media = { protocol: 'udp', address, port: ports.rtcUdp, setting } as const;
  if (network.loopback) return [...http, media, ...turn];
  const tcp = { protocol: 'tcp', address: '0.0.0.0', port: ports.rtcTcp } as const;
  return [...http, media, { ...tcp, setting: 'LIVEKIT_TCP_PORT' }, ...turn];
}

function explain({ protocol, address, port, setting }: Wanted, code: string): string {
  const what = `${protocol.toUpperCase()} port ${port} on ${address}`;
  switch (code) {
    case 'EADDRINUSE':
      return `${what} is in use, by another livekit-server or another Parley? Stop that one, set ${setting} to a free port, or LIVEKIT_URL to a LiveKit that runs already.`;
    case 'EADDRNOTAVAIL':
      return `LiveKit cannot listen on ${address}: it is no address of this machine. Set HOST to one that is, or to 0.0.0.0.`;
    case 'EACCES':
      return `${what} may not be used by this user. Set ${setting} to a port above 1023.`;
    default:
      return `${what} cannot be used (${code}). Set ${setting} to another port.`;
  }
}

/** @returns the system's error code, or nothing when the port is free */
function tryTcp({ address, port }: Wanted): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    server.listen({ host: address, port, exclusive: true }, () => {
      server.close(() => {
        resolve(undefined);
      });
    });
  });
}

function tryUdp({ address, port }: Wanted): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve(error.code ?? error.message);
    });
    socket.bind({ address, port, exclusive: true }, () => {
      socket.close(() => {
        resolve(undefined);
      });
    });
  });
}
