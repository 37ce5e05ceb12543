import { afterAll, expect, it } from '@jest/globals';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ownFile, ownFolder } from './own-files.js';
import { secretsOf } from './secrets.js';
import { readSettings } from './settings.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-own-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => path.join(folder, name);
const mode = (name: string): number => statSync(at(name)).mode & 0o777;

it('makes a folder for us alone, and closes one that stood open', () => {
  ownFolder(at('new'));
  mkdirSync(at('open'));
  chmodSync(at('open'), 0o755);
  ownFolder(at('open'));
  expect([mode('new'), mode('open')]).toEqual([0o700, 0o700]);
});

it('keeps what it made, for us alone', () => {
  expect(ownFile(at('new'), 'key', () => 'first')).toEqual({ text: 'first', made: true });
  expect(ownFile(at('new'), 'key', () => 'second')).toEqual({ text: 'first', made: false });
  expect(mode('new/key')).toBe(0o600);
});

it('follows no link, not even one that leads nowhere', () => {
  symlinkSync(at('new'), at('link'));
  symlinkSync(at('nothing'), at('dangling'));
  writeFileSync(at('elsewhere'), 'theirs');
  symlinkSync(at('elsewhere'), at('new/linked'));
  for (const name of ['link', 'dangling']) expect(() => ownFolder(at(name))).toThrow(/link/);
  expect(() => ownFile(at('new'), 'linked', () => 'ours')).toThrow(/link/);
});

it.each([
  ['KAFKA_PASSWORD', 'kept-in-a-file'],
  ['DATABASE_URL', 'postgres://someone:kept-in-a-file@127.0.0.1/fengsui'],
] as const)('%s may lie in a file, and is masked from there', (name, value) => {
  writeFileSync(at(name), `${value}\n`);
  const environment = { [`${name}_FILE`]: at(name) };
  expect(readSettings(environment)[name]).toBe(value);
  expect(secretsOf(environment)).toContain('kept-in-a-file');
  expect(() => readSettings({ ...environment, [name]: value })).toThrow(/both set/);
  expect(() => readSettings({ [`${name}_FILE`]: at('nowhere') })).toThrow(/cannot be read/);
});

// Only root can give a folder away; the suite runs as root in CI.
(process.getuid?.() === 0 ? it : it.skip)('refuses what somebody else owns (left out where we are not root)', () => {
  mkdirSync(at('theirs'));
  chownSync(at('theirs'), 65534, 65534);
  expect(() => ownFolder(at('theirs'))).toThrow(/65534/);
});
