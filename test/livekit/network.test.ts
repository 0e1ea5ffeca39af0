import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { SetUpFailed } from '../../src/errors/set-up-failed.ts';
import { liveKitNetwork } from '../../src/livekit/network.ts';

function ipv4(address: string, internal = false): NetworkInterfaceInfo {
  return {
    address,
    netmask: '255.255.255.0',
    family: 'IPv4',
    mac: '00:00:00:00:00:00',
    internal,
    cidr: `${address}/24`,
  };
}
const machine = {
  lo: [ipv4('127.0.0.1', true)],
  docker0: [ipv4('172.17.0.1')],
  wlan0: [ipv4('192.168.1.5')],
};

describe('where LiveKit listens', () => {
  it.each(['127.0.0.1', 'localhost', '::1'])('is loopback alone for %s', (host) => {
    const network = liveKitNetwork(host, undefined, machine);
    expect(network).toEqual({
      bindAddresses: ['127.0.0.1'],
      turnBindAddresses: ['127.0.0.1'],
      nodeIp: '127.0.0.1',
      mediaCidrs: ['127.0.0.1/32'],
      relayPeerCidrs: ['127.0.0.1/32'],
      loopback: true,
    });
  });

  it('is the one address given, and 127.0.0.1 for our own processes', () => {
    const network = liveKitNetwork('192.168.1.5', undefined, machine);
    expect(network.bindAddresses).toEqual(['127.0.0.1', '192.168.1.5']);
    expect(network.nodeIp).toBe('192.168.1.5');
    expect(network.mediaCidrs).toEqual(['192.168.1.5/32']);
  });

  it('is everywhere for 0.0.0.0, and tells clients the address of a real network, not of a bridge', () => {
    const network = liveKitNetwork('0.0.0.0', undefined, machine);
    expect(network.bindAddresses).toEqual(['0.0.0.0']);
    expect(network.turnBindAddresses).toEqual(['0.0.0.0']);
    expect(network.nodeIp).toBe('192.168.1.5');
  });

  it('takes media on every address when clients are told one that is not on this machine', () => {
    const network = liveKitNetwork('0.0.0.0', '203.0.113.7', machine);
    expect(network.nodeIp).toBe('203.0.113.7');
    expect(network.mediaCidrs).toEqual(['0.0.0.0/0']);
    expect(network.relayPeerCidrs).toEqual(['203.0.113.7/32']);
  });

  it('never opens a whole private network to the relay', () => {
    for (const host of ['127.0.0.1', '192.168.1.5', '0.0.0.0'])
      expect(liveKitNetwork(host, undefined, machine).relayPeerCidrs.join()).toMatch(/^[^,]*\/32$/);
  });

  it('says what to set when there is no address that others could reach', () => {
    const alone = { lo: machine.lo };
    expect(() => liveKitNetwork('0.0.0.0', undefined, alone)).toThrow(SetUpFailed);
    expect(() => liveKitNetwork('0.0.0.0', undefined, alone)).toThrow('LIVEKIT_NODE_IP');
  });
});
