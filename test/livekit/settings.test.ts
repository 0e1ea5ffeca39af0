import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { liveKitNetwork } from '../../src/livekit/network.ts';
import { LiveKitPorts, renderLiveKitConfig, templateValues } from '../../src/livekit/settings.ts';

const template = readFileSync(new URL('../../livekit.yaml', import.meta.url), 'utf8');
const keys = { apiKey: 'a-key', apiSecret: 'a: "secret"\n#with odd signs' };
const lan = liveKitNetwork('192.168.1.5', undefined, {
  eth0: [
    {
      address: '192.168.1.5',
      netmask: '255.255.255.0',
      family: 'IPv4',
      mac: '00:00:00:00:00:00',
      internal: false,
      cidr: '192.168.1.5/24',
    },
  ],
});
const loopback = liveKitNetwork('127.0.0.1', undefined, {});
const ports = LiveKitPorts.parse({});

describe('livekit.yaml', () => {
  it('keeps everything on loopback unless told otherwise, and lets the relay reach the media there', () => {
    expect(parse(renderLiveKitConfig(template, loopback, ports, keys))).toMatchObject({
      port: 7880,
      bind_addresses: ['127.0.0.1'],
      rtc: {
        udp_port: 7882,
        tcp_port: 0,
        node_ip: '127.0.0.1',
        ips: { includes: ['127.0.0.1/32'] },
        enable_loopback_candidate: true,
      },
      turn: {
        enabled: true,
        udp_port: 3478,
        bind_addresses: ['127.0.0.1'],
        allow_restricted_peer_cidrs: ['127.0.0.1/32'],
      },
    });
  });

  it('is reachable from the network at the address given, TURN and media over TCP included', () => {
    expect(parse(renderLiveKitConfig(template, lan, ports, keys))).toMatchObject({
      bind_addresses: ['127.0.0.1', '192.168.1.5'],
      rtc: {
        tcp_port: 7881,
        node_ip: '192.168.1.5',
        ips: { includes: ['192.168.1.5/32'] },
        enable_loopback_candidate: false,
      },
      turn: {
        bind_addresses: ['192.168.1.5'],
        allow_restricted_peer_cidrs: ['192.168.1.5/32'],
      },
    });
  });

  it('carries a key and a secret unchanged, whatever signs they are made of', () => {
    const config: unknown = parse(renderLiveKitConfig(template, loopback, ports, keys));
    expect(config).toMatchObject({ keys: { [keys.apiKey]: keys.apiSecret } });
  });

  it('has the same defaults for a shell as for us', () => {
    expect(parse(readByShell({}))).toEqual(withoutKeys(loopback));
  });

  it('takes the same values from a container as from us', () => {
    const values = Object.fromEntries(templateValues(lan, ports));
    expect(parse(readByShell(values))).toEqual(withoutKeys(lan));
  });

  it('refuses a name that nobody gives a value for', () => {
    expect(() => renderLiveKitConfig('a: ${NOT_KNOWN:-1}', loopback, ports, keys)).toThrow(
      'NOT_KNOWN',
    );
  });
});

function withoutKeys(network: typeof lan): unknown {
  const config: unknown = parse(renderLiveKitConfig(template, network, ports, keys));
  return Object.fromEntries(Object.entries(config ?? {}).filter(([name]) => name !== 'keys'));
}

/** As docker-compose's entry command does it. */
function readByShell(env: Record<string, string>): string {
  const script = 'eval "cat <<END\n$TEMPLATE\nEND"';
  return execFileSync('/bin/sh', ['-c', script], {
    env: { ...env, TEMPLATE: template, PATH: '/usr/bin:/bin' },
    encoding: 'utf8',
  });
}
