import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sharedFile } from '@fengsui/testing';
import { readWhole } from '../accepting/reading-for-tests.js';

const EXAMPLES = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'examples');
/** A workbook is packed: half of one is none. */
const WORKBOOKS = path.resolve(path.dirname(fileURLToPath(import.meta.url)), 'spreadsheet', 'fixtures');
/** Enough of each file for its head and a few records. */
const SEED_BYTES = 6_000;
const SEEDS_A_FOLDER = 60;
const MUTATIONS = 24;

/** A generator of our own, so that a failure can be repeated from its seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const SPICES = [
  '\u0000',
  '"',
  '<',
  '>',
  ',',
  '\n',
  '\r\n',
  '&',
  '&#0;',
  ']]>',
  '<!--',
  '<![CDATA[',
  '{',
  '[',
  '}',
  '\\ud800',
  '-',
  '1e400',
  '9'.repeat(400),
  '__proto__',
  'Ⅳ',
  '\ufeff',
  '<!DOCTYPE x>',
  'T24:00',
  '+99:99',
  '\u202e',
];

function mutated(seed: Buffer, next: () => number): Buffer {
  const pick = (limit: number): number => Math.floor(next() * limit);
  let bytes = Buffer.from(seed);
  for (let change = 0; change <= pick(4); change += 1) {
    const at = pick(bytes.length);
    switch (pick(6)) {
      case 0:
        bytes = Buffer.from(bytes);
        bytes[at] = pick(256);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + pick(60))]);
        break;
      case 2:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(SPICES[pick(SPICES.length)] as string),
          bytes.subarray(at),
        ]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + pick(400)), bytes.subarray(at)]);
        break;
      case 4:
        bytes = bytes.subarray(0, at);
        break;
      default:
        bytes = Buffer.concat([bytes.subarray(at), bytes.subarray(0, at)]);
    }
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

/** One of four times in UTF-16, in one of its orders. */
function inAnyEncoding(bytes: Buffer, next: () => number): Buffer {
  if (next() > 0.25) return bytes;
  const little = Buffer.from(`\ufeff${bytes.toString('utf8')}`, 'utf16le');
  return next() > 0.5 ? little : little.swap16();
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder)
    .sort()
    .flatMap((name) =>
      statSync(path.join(folder, name)).isDirectory() ? filesBelow(path.join(folder, name)) : [path.join(folder, name)],
    );

describe('every reader, on inputs that were spoiled', () => {
  const folders = [
    EXAMPLES,
    WORKBOOKS,
    ...['cap', 'hotspots', 'hydro', 'incidents'].flatMap((name) => sharedFile('data', name) ?? []),
  ];
  it.each(folders.map((folder) => [path.basename(folder), folder]))(
    'throws at nothing, and says of every record what became of it: %s (examples only where the real data are not at hand)',
    async (_, folder) => {
      const next = random(20261124);
      const read = new Set<string>();
      for (const file of filesBelow(folder as string).slice(0, SEEDS_A_FOLDER)) {
        const whole = readFileSync(file);
        const seed = file.endsWith('.xlsx') ? whole : inAnyEncoding(whole.subarray(0, SEED_BYTES), next);
        for (let n = 0; n < MUTATIONS; n += 1) {
          const bytes = mutated(seed, next);
          const { format, skipped, records, events, refusals } = await readWhole(bytes).catch((error: unknown) => {
            throw new Error(
              `${file}, mutation ${n}: ${(error as Error).stack}\n${bytes.toString('latin1').slice(0, 500)}`,
            );
          });
          if (format !== null) read.add(format);
          expect(skipped === null || records === 0).toBe(true);
          expect(
            refusals.every(({ place, reason, expected }) => place !== '' && reason !== '' && expected !== ''),
          ).toBe(true);
          expect(events.every(({ id, data }) => id.length > 1 && data !== null)).toBe(true);
        }
      }
      expect(read.size).toBeGreaterThan(0);
    },
    120_000,
  );
});
