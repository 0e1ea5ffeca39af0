import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** Port numbers that nothing uses on 127.0.0.1, neither TCP nor UDP. All differ. */
export async function freePorts(count: number): Promise<number[]> {
  // Held until all are found, or the system would give the same one again.
  const held: { port: number; release: () => Promise<unknown> }[] = [];
  try {
    while (held.length < count) {
      const server = createServer().listen({ host: '127.0.0.1', port: 0 });
      await once(server, 'listening');
      const { port } = addressOf(server.address());
      const socket = createSocket('udp4');
      const bound = await new Promise<boolean>((resolve) => {
        socket.once('error', () => {
          resolve(false);
        });
        socket.bind({ address: '127.0.0.1', port, exclusive: true }, () => {
          resolve(true);
        });
      });
      const release = async () => {
        server.close();
        socket.close();
        await Promise.all([once(server, 'close'), once(socket, 'close')]);
      };
      if (bound) held.push({ port, release });
      else server.close();
    }
    return held.map(({ port }) => port);
  } finally {
    await Promise.all(held.map(async ({ release }) => await release()));
  }
}

function addressOf(address: string | AddressInfo | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return address;
}
