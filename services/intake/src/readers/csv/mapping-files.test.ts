import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { MappingFiles } from './mapping-files.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-mappings-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const mapping = (format: string, column = 'stage'): string => `
format: ${format}
about: a
source: s
header: [gauge, time, stage]
time: { column: time, patterns: [iso] }
events:
  - contract: reading.v1
    data: { station: { column: gauge }, quantity: stage, stageM: { column: ${column}, unit: m } }
`;
let seconds = 1_700_000_000;
const write = (name: string, text: string): void => {
  writeFileSync(path.join(folder, name), text);
  seconds += 1; // a file system may keep whole seconds only
  utimesSync(path.join(folder, name), seconds, seconds);
};
const state = (files: MappingFiles) => ({
  formats: files.current.map(({ format }) => format),
  broken: files.broken.map(({ file }) => file),
});

it('takes up what is new or changed; what is broken stops nothing but itself, and goes on as it was', () => {
  write('a.yaml', mapping('county-a'));
  write('b.yaml', mapping('county-b', 'no-such-column'));
  const files = new MappingFiles('/nowhere', folder);
  expect(state(files)).toEqual({ formats: ['county-a'], broken: ['b.yaml'] });
  expect(files.broken[0]?.reason).toContain('no-such-column');
  expect(files.look()).toEqual([]);

  write('b.yaml', mapping('county-b'));
  write('c.yaml', mapping('county-c'));
  expect(files.look()).toEqual(['b.yaml', 'c.yaml']);
  expect(state(files)).toEqual({ formats: ['county-a', 'county-b', 'county-c'], broken: [] });

  write('a.yaml', 'format: [');
  write('d.yaml', mapping('county-c'));
  files.look();
  expect(state(files)).toEqual({ formats: ['county-a', 'county-b', 'county-c'], broken: ['a.yaml', 'd.yaml'] });

  rmSync(path.join(folder, 'c.yaml'));
  write('a.yaml', mapping('county-a2'));
  expect(files.look()).toEqual(['a.yaml', 'c.yaml']);
  expect(state(files)).toEqual({ formats: ['county-a2', 'county-b'], broken: ['d.yaml'] });
});
