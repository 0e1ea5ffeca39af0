import { describe, expect, it } from 'vitest';
import { AddressGuard, AddressRefused } from '../../src/net/address-guard.ts';

/** Names of the test and what they resolve to; the others do not resolve. */
const names: Record<string, string[]> = {
  'public.test': ['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946'],
  'inside.test': ['10.1.2.3'],
  'both.test': ['93.184.216.34', '127.0.0.1'],
  'mapped.test': ['::ffff:192.168.0.1'],
  'llm.lan': ['10.9.9.9'],
};
const guard = (allowed: string[] = []) =>
  new AddressGuard(allowed, (host, _options, callback) => {
    const addresses = names[host]?.map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));
    if (addresses) callback(null, addresses);
    else callback(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }), []);
  });

describe('the guard of addresses', () => {
  it.each(['https://public.test/v1', 'https://8.8.8.8/v1', 'http://[2606:4700::1111]/'])(
    'lets %s through',
    async (url) => {
      await expect(guard().check(new URL(url))).resolves.toBeUndefined();
    },
  );

  it.each([
    'http://127.0.0.1/',
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://192.168.0.1/',
    'http://169.254.169.254/',
    'http://100.64.0.1/',
    'http://0.0.0.0/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://[64:ff9b::a00:1]/',
    'http://[2002:a00:1::]/',
    'http://inside.test/',
    'http://both.test/',
    'http://mapped.test/',
  ])('refuses %s', async (url) => {
    await expect(guard().check(new URL(url))).rejects.toThrow(AddressRefused);
  });

  it('reports a name that does not resolve as the resolver does', async () => {
    await expect(guard().check(new URL('http://nowhere.test/'))).rejects.toMatchObject({
      code: 'ENOTFOUND',
    });
  });

  it.each([
    ['http://10.1.2.3/', ['10.1.2.3']],
    ['http://10.1.2.3/', ['10.0.0.0/8']],
    ['http://inside.test/', ['10.0.0.0/8']],
    ['http://llm.lan/', ['LLM.lan']],
    ['http://[fd00::1]/', ['fd00::/8']],
    ['http://127.0.0.1/', ['127.0.0.1']],
  ])('lets %s through when the operator names %j', async (url, allowed) => {
    await expect(guard(allowed).check(new URL(url))).resolves.toBeUndefined();
  });

  it('goes no further than what was named', async () => {
    const some = guard(['10.0.0.0/8', 'llm.lan']);
    for (const url of ['http://127.0.0.1/', 'http://mapped.test/', 'http://both.test/'])
      await expect(some.check(new URL(url))).rejects.toThrow(AddressRefused);
  });

  it('answers a lookup with one address or all, as it is asked', () => {
    guard().lookup('public.test', {}, (error, address, family) => {
      expect([error, address, family]).toEqual([null, '93.184.216.34', 4]);
    });
    guard().lookup('public.test', { all: true }, (error, addresses) => {
      expect([error, addresses.length]).toEqual([null, 2]);
    });
  });
});
