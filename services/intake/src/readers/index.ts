import { cap12 } from './cap12.js';
import { contractJson } from './contract-json.js';
import { firmsCsv } from './firms-csv.js';
import type { Reader } from './reader.js';
import { readingsCsv } from './readings-csv.js';

/** Every source format, in the order in which they are tried. */
export const READERS: readonly Reader[] = [cap12, firmsCsv, readingsCsv, contractJson(null)];

const HEAD_BYTES = 16_384;

/** The reader for an input, by its content; null when none knows it. */
export function recognise(input: Buffer, readers: readonly Reader[] = READERS): Reader | null {
  const head = input.toString('utf8', 0, HEAD_BYTES).replace(/^﻿/, '');
  return readers.find((reader) => reader.recognises(head)) ?? null;
}
