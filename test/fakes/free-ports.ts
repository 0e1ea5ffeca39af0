import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections: one that is free now stays so until it is used. */
const range = { first: 20_000, count: 10_000 };

/** Port numbers that nothing uses on 127.0.0.1, neither TCP nor UDP. All differ. */
export async function freePorts(count: number): Promise<number[]> {
  // Held until all are found, or the same one might be found again.
  const held: { port: number; release: () => Promise<void> }[] = [];
  try {
    for (let tries = 0; held.length < count; tries++) {
      if (tries > range.count) throw new Error(`there are no ${count} free ports`);
      const port = range.first + Math.floor(Math.random() * range.count);
      const release = await hold(port);
      if (release) held.push({ port, release });
    }
    return held.map(({ port }) => port);
  } finally {
    await Promise.all(held.map(async ({ release }) => await release()));
  }
}

/** @returns what lets go of it again; undefined when it is in use */
async function hold(port: number): Promise<(() => Promise<void>) | undefined> {
  const server = createServer();
  const socket = createSocket('udp4');
  try {
    server.listen({ host: '127.0.0.1', port });
    await once(server, 'listening');
  } catch {
    socket.close();
    return undefined;
  }
  try {
    socket.bind({ address: '127.0.0.1', port, exclusive: true });
    await once(socket, 'listening');
  } catch {
    server.close();
    await once(server, 'close');
    socket.close();
    return undefined;
  }
  return async () => {
    server.close();
    socket.close();
    await Promise.all([once(server, 'close'), once(socket, 'close')]);
  };
}
