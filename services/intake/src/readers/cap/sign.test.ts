import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { SignedXml } from 'xml-crypto';
import { readWhole, PLAN } from '../../accepting/reading-for-tests.js';
import { readersOf } from '../index.js';
import { cap12Document } from './cap12-document.js';
import { signedBy, sm2Signer, xmlSigner } from './sign.js';

const XMLSEC = '/usr/bin/xmlsec1';
const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-sign-'));
const at = (name: string): string => path.join(folder, name);
const text = (name: string): string => readFileSync(at(name), 'utf8');
const run = (command: string, ...words: string[]): { status: number | null; said: string } => {
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8', cwd: folder });
  return { status, said: stdout + stderr };
};
const openssl = (...words: string[]): void => {
  const { status, said } = run('openssl', ...words);
  if (status !== 0) throw new Error(`openssl ${words[0]}: ${said}`);
};
const certificate = (name: string, ...key: string[]): void =>
  openssl(
    'req',
    '-x509',
    '-nodes',
    '-newkey',
    ...key,
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
    '-days',
    '2',
    '-subj',
    '/CN=烽燧',
    '-utf8',
  );

let document: string;
beforeAll(async () => {
  certificate('own', 'rsa:2048');
  certificate('weak', 'rsa:1024');
  certificate('other', 'rsa:2048');
  openssl('ecparam', '-name', 'SM2', '-genkey', '-noout', '-out', 'sm2.key');
  openssl('pkey', '-in', 'sm2.key', '-pubout', '-out', 'sm2.pub');
  const example = readFileSync(path.join(process.cwd(), 'examples', 'warning-rain-red.cap.xml'));
  const { events } = await readWhole(example);
  document = cap12Document(events[0]?.data as never);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('signs a message so that our own reader knows who signed, and finds a change', async () => {
  const signed = signedBy(document, [xmlSigner(text('own.pem'), text('own.key'))]).document;
  const sender = /<sender>([^<]+)</.exec(document)?.[1] ?? '';
  const readers = readersOf({ mappings: [], divisions: [], pinned: [{ sender, certificates: [text('own.pem')] }] });
  const read = await readWhole(signed, readers, PLAN.senders);
  expect(read.notes.map(({ note }) => note)).not.toContain('unsigned');
  expect(read.refusals.filter(({ reason }) => /signature/.test(reason))).toEqual([]);
  const changed = await readWhole(signed.replace('<severity>Extreme', '<severity>Minor'), readers, PLAN.senders);
  expect(changed.refusals[0]?.reason).toMatch(/the signature is wrong/);
});

// xmlsec1 is Debian's package of that name; CI installs it.
(existsSync(XMLSEC) ? it : it.skip)(
  'is verified by xmlsec1 (left out where it is not installed), and refused once changed',
  () => {
    const signed = signedBy(document, [xmlSigner(text('own.pem'), text('own.key'))]).document;
    const verified = (xml: string): number | null => {
      writeFileSync(at('signed.xml'), xml);
      return run(XMLSEC, '--verify', '--trusted-pem', 'own.pem', '--enabled-key-data', 'x509,rsa', 'signed.xml').status;
    };
    expect(verified(signed)).toBe(0);
    expect(verified(signed.replace('<severity>Extreme', '<severity>Minor'))).not.toBe(0);
  },
);

it('has SM2 beside it as a second signer, verified by OpenSSL', () => {
  const { document: out, beside } = signedBy(document, [
    xmlSigner(text('own.pem'), text('own.key')),
    sm2Signer(text('sm2.key')),
  ]);
  writeFileSync(at('signed.sig'), beside['.sm2.sig'] ?? '');
  const verified = (xml: string): number | null => {
    writeFileSync(at('signed.xml'), xml);
    const given = ['-pubin', '-inkey', 'sm2.pub', '-in', 'signed.xml', '-sigfile', 'signed.sig'];
    return run(
      'openssl',
      'pkeyutl',
      '-verify',
      '-rawin',
      '-digest',
      'sm3',
      '-pkeyopt',
      'distid:1234567812345678',
      ...given,
    ).status;
  };
  expect(out).toContain('<SignatureValue>');
  expect(verified(out)).toBe(0);
  expect(verified(`${out} `)).not.toBe(0);
});

it('is not believed when signed with SHA-1', async () => {
  const weak = new SignedXml({
    privateKey: text('own.key'),
    publicCert: text('own.pem'),
    canonicalizationAlgorithm: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
    signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
  });
  weak.addReference({
    xpath: '/*',
    isEmptyUri: true,
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature'],
    digestAlgorithm: 'http://www.w3.org/2000/09/xmldsig#sha1',
  });
  weak.computeSignature(document, { location: { reference: '/*', action: 'append' } });
  const sender = /<sender>([^<]+)</.exec(document)?.[1] ?? '';
  const readers = readersOf({ mappings: [], divisions: [], pinned: [{ sender, certificates: [text('own.pem')] }] });
  expect((await readWhole(weak.getSignedXml(), readers)).refusals[0]?.reason).toMatch(/the signature is wrong/);
});

it('does not sign with what proves little', () => {
  expect(() => xmlSigner(text('weak.pem'), text('weak.key'))).toThrow(/2048/);
  expect(() => xmlSigner(text('own.pem'), text('other.key'))).toThrow(/another key/);
  expect(() => sm2Signer(text('own.key'))).toThrow();
});
