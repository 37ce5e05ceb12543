import { expect, it } from '@jest/globals';
import { whyNot } from './may-fetch.js';

const SOURCE = { url: 'http://10.1.2.3:8080/index.atom', hosts: ['10.1.2.4', 'files.example:8443'] };
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'out.example': ['203.0.113.7'],
  'in.example': ['192.168.1.1'],
  'both.example': ['203.0.113.7', '127.0.0.1'],
  'files.example': ['10.9.9.9'],
};
const resolve = async (host: string): Promise<readonly string[]> => NAMES[host] ?? [];

it.each([
  ['its own host and port, inside as it is', 'http://10.1.2.3:8080/a.xml', null],
  ['its own host on another port', 'http://10.1.2.3:5432/', /10\.1\.2\.3/],
  ['a host that the plan names', 'http://10.1.2.4/a.xml', null],
  ['a host and port that the plan names', 'https://files.example:8443/a.xml', null],
  ['that host on another port', 'https://files.example/a.xml', /10\.9\.9\.9/],
  ['a host outside', 'https://out.example/a.xml', null],
  ['a name of an address inside', 'http://in.example/a.xml', /192\.168\.1\.1/],
  ['a name that is also this machine', 'http://both.example/a.xml', /127\.0\.0\.1/],
  ['a name of nothing', 'http://nowhere.example/', /not known/],
  ['this machine', 'http://127.0.0.1/', /127/],
  ['this machine in another notation', 'http://0x7f.1/', /127/],
  ['this machine as IPv6', 'http://[::1]/', /::1/],
  ['this machine as IPv4 within IPv6', 'http://[::ffff:127.0.0.1]/', /ffff/],
  ['this machine behind NAT64', 'http://[64:ff9b::7f00:1]/', /64:ff9b/],
  ['this machine behind 6to4', 'http://[2002:7f00:1::]/', /2002/],
  ['the link', 'http://169.254.169.254/latest/meta-data', /169\.254/],
  ['a file', 'file:///etc/passwd', /file:/],
] as const)('a link to %s', async (_what, address, why) => {
  const said = await whyNot(address, SOURCE, resolve);
  if (why === null) expect(said).toBeNull();
  else expect(said).toMatch(why);
});
