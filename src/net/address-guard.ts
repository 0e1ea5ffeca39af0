import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The address, or every address of the name, is not one that strangers may make this server talk to. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
  readonly code = 'ADDRESS_REFUSED';
  constructor(readonly host: string) {
    super(`${host} is a private address, or a name of one`);
  }
}

type Resolve = (
  host: string,
  options: { all: true },
  // With an error there are none, whatever the types of Node say.
  callback: (error: NodeJS.ErrnoException | null, addresses?: LookupAddress[]) => void,
) => void;

/**
 * Keeps addresses that users of the API name (of their models, of their tools) away from this machine and its network:
 * only public ones are talked to, and what the operator names. Names are judged by what they resolve to at the moment
 * of connecting, so that a name cannot change its meaning in between.
 */
export class AddressGuard {
  readonly #names: ReadonlySet<string>;
  readonly #ranges: [ipaddr.IPv4 | ipaddr.IPv6, number][];

  /** @param allowed host names, addresses and ranges, such as `llm.lan`, `10.0.0.5`, `192.168.0.0/16` */
  constructor(
    allowed: readonly string[],
    private readonly resolve: Resolve = lookup,
  ) {
    const ranges = allowed.filter((entry) => isRange(entry));
    this.#ranges = ranges.map((entry) =>
      ipaddr.parseCIDR(entry.includes('/') ? entry : whole(entry)),
    );
    this.#names = new Set(
      allowed.filter((entry) => !isRange(entry)).map((name) => name.toLowerCase()),
    );
  }

  /** @throws {AddressRefused} for a private address in the URL itself; names are judged by `lookup` */
  refuseLiteral(url: URL): void {
    const host = hostOf(url);
    if (isIP(host) !== 0 && !this.#isAllowed(host)) throw new AddressRefused(host);
  }

  /** What connecting to this URL would meet. @throws {AddressRefused} or the resolver's error */
  async check(url: URL): Promise<void> {
    this.refuseLiteral(url);
    const host = hostOf(url);
    if (isIP(host) !== 0) return;
    await new Promise<void>((resolve, reject) => {
      this.lookup(host, {}, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** For `node:http`'s option `lookup`. */
  readonly lookup = (
    hostname: string,
    options: LookupOptions,
    callback: (
      error: NodeJS.ErrnoException | null,
      address: string | LookupAddress[],
      family?: number,
    ) => void,
  ): void => {
    this.resolve(hostname, { ...options, all: true }, (error, addresses = []) => {
      const [first] = addresses;
      if (error || !first) {
        callback(error ?? new AddressRefused(hostname), '');
        return;
      }
      const isNamed = this.#names.has(hostname.toLowerCase());
      if (!isNamed && !addresses.every(({ address }) => this.#isAllowed(address)))
        callback(new AddressRefused(hostname), '');
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };

  #isAllowed(text: string): boolean {
    if (this.#names.has(text.toLowerCase())) return true;
    // `::ffff:10.0.0.1` is the IPv4 address in it.
    const address = ipaddr.process(text);
    return (
      (address.range() === 'unicast' && !isIpv4Compatible(address)) ||
      this.#ranges.some(
        ([range, bits]) => range.kind() === address.kind() && address.match(range, bits),
      )
    );
  }
}

/** `::10.0.0.1`, as once was written for IPv4 addresses (RFC 4291, 2.5.5.1): nobody public is there. */
function isIpv4Compatible(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return address.kind() === 'ipv6' && address.match(ipaddr.parse('::'), 96);
}

/** Without the brackets that URLs put around IPv6. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function isRange(entry: string): boolean {
  return ipaddr.isValid(entry) || ipaddr.isValidCIDR(entry);
}

function whole(address: string): string {
  return `${address}/${ipaddr.parse(address).kind() === 'ipv4' ? 32 : 128}`;
}
