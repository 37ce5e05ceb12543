import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { SettingsError } from '@fengsui/settings';
import { PLAN } from './accepting/reading-for-tests.js';
import { IntakePlan } from './plan.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-plan-'));
  cpSync(path.join(process.cwd(), 'plans', 'qingyuan'), folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (change: (senders: string) => string): IntakePlan => {
  const file = path.join(folder, 'senders.yaml');
  const before = readFileSync(file, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(file, after);
  return IntakePlan.read(folder);
};
const feeder =
  (fields: string): ((senders: string) => string) =>
  (senders) =>
    senders.replace('feeders: []', `feeders:\n  - { name: county-water, contracts: [reading.v1]${fields} }`);
const HASH = 'a'.repeat(64);

it('names who may warn', () => expect(PLAN.senders.length).toBeGreaterThan(5));

it.each([
  [
    'an empty list of senders',
    (text: string) => text.replace(/\nsenders:\n[\s\S]*?\n(?=#|feeders:)/, '\nsenders: []\n'),
  ],
  [
    'a sender who must sign, and for whom no certificate is pinned',
    (text: string) => text.replace('mustSign: false', 'mustSign: true'),
  ],
  [
    'a certificate that is none',
    (text: string) => text.replace('certificates: []', "certificates: ['-----BEGIN CERTIFICATE-----\\nno']"),
  ],
  ['a feeder without a key', feeder('')],
  ['a feeder with both forms of keys', feeder(`, keySha256: ${HASH}, keys: [{ sha256: ${HASH} }]`)],
  [
    'a contract that nobody feeds',
    (text: string) => feeder(`, keySha256: ${HASH}`)(text).replace('[reading.v1]', '[call-answered.v1]'),
  ],
])('is not read with %s', (_, change) => expect(() => read(change)).toThrow(SettingsError));

it('is read with a feeder as it should be', () => {
  expect(read(feeder(`, keySha256: ${HASH}`)).feeders).toHaveLength(1);
});
