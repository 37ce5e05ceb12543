import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import type { PolledSource } from '../plan.js';
import { urlsOf } from './addresses.js';

/** Networks of a machine or an organisation (RFC 6890): a link from outside must not reach into them. */
const INSIDE = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  INSIDE.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
  // These carry an IPv4 address in them, of whatever network (RFC 6052, RFC 3056).
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
] as const)
  INSIDE.addSubnet(network, bits, 'ipv6');

/** How a name is resolved: to every address it has. */
export type Resolve = (host: string) => Promise<readonly string[]>;
const everyAddress: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * Why an address that a source gave may not be asked, or null. Its own host and port may, and those that the plan
 * names, wherever they are; of any other no address may be inside, whatever its name is.
 */
export async function whyNot(
  address: string,
  { url, hosts = [] }: Pick<PolledSource, 'url' | 'hosts'>,
  resolve: Resolve = everyAddress,
): Promise<string | null> {
  const to = new URL(address);
  if (to.protocol !== 'http:' && to.protocol !== 'https:') return `${to.protocol} is not followed`;
  if (hosts.includes(to.host) || urlsOf({ url }).some((own) => new URL(own).host === to.host)) return null;
  const name = to.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(name) === 0 ? await resolve(name).catch(() => []) : [name];
  if (addresses.length === 0) return 'its name is not known';
  const inside = addresses.find((one) => isInside(one));
  return inside === undefined
    ? null
    : `${inside} 是内网地址，预案 hosts 未列 / is an address inside, and the plan does not name it under hosts`;
}

function isInside(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return INSIDE.check(mapped, 'ipv4');
  // Other ways to write an IPv4 address inside of an IPv6 one.
  if (/^::ffff:/i.test(address)) return true;
  return INSIDE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
