import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Ports that nothing uses on 127.0.0.1, neither TCP nor UDP: `count` in a row, below those that systems give to
 * outgoing connections.
 */
export async function freePortsInARow(count: number): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const row = Array.from({ length: count }, (_, index) => first + index);
    const free = await Promise.all(row.map(isFree));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no ${count} free ports in a row`);
}

async function isFree(port: number): Promise<boolean> {
  const tcp = createServer();
  const udp = createSocket('udp4');
  try {
    tcp.listen({ host: '127.0.0.1', port });
    await once(tcp, 'listening');
    tcp.close();
    udp.bind({ address: '127.0.0.1', port, exclusive: true });
    await once(udp, 'listening');
    udp.close();
    return true;
  } catch {
    tcp.close();
    return false;
  }
}
