import type { Refusal } from '@fengsui/contracts';
import { refuse } from './reader.js';

/** Text exactly as it came: no Unicode normalisation, which would turn Ⅳ into IV. Bytes that are no UTF-8 are refused, not replaced. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return null;
  }
}

export type Line = Readonly<{ number: number; from: number; length: number; bytes: Buffer }>;

const LF = 0x0a;
const CR = 0x0d;

/** The lines of an input with their bytes; LF and CRLF; a byte order mark is no part of the first line; blank lines are passed over. */
export function* linesOf(input: Buffer): Generator<Line> {
  const bom = input[0] === 0xef && input[1] === 0xbb && input[2] === 0xbf ? 3 : 0;
  for (let from = bom, number = 1; from < input.length; number += 1) {
    const newline = input.indexOf(LF, from);
    const end = newline === -1 ? input.length : newline;
    const length = end - from - (end > from && input[end - 1] === CR ? 1 : 0);
    if (length > 0) yield { number, from, length, bytes: input.subarray(from, from + length) };
    from = end + 1;
  }
}

/** Fields of one line of RFC 4180; null when a quote is left open or stands in the middle of a field. */
export function fieldsOf(line: string): string[] | null {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/gy;
  while (pattern.lastIndex <= line.length) {
    const match = pattern.exec(line);
    if (match === null) return null;
    fields.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
    if (match[3] === '') return fields;
  }
  return null;
}

/** `Number('')` is 0, which is a real value. An empty field is no value at all. */
export const decimal = (text: string | undefined): number =>
  text === undefined || !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/.test(text.trim()) ? NaN : Number(text);

const ISO = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})$/;

/**
 * An instant with its zone, as UTC with milliseconds; null for anything else. A time without a zone is refused, not guessed at, and a
 * date that no calendar has is refused too: V8 would read 30 February as 2 March.
 */
export function instantOf(text: string): string | null {
  const match = ISO.exec(text.trim());
  if (match === null) return null;
  const [, year, month, day, hour, minute, second = '00', fraction = '0', zone = 'Z'] = match;
  const millis = fraction.slice(0, 3).padEnd(3, '0');
  const wall = `${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}`;
  const asUtc = new Date(`${wall}Z`);
  if (Number.isNaN(asUtc.getTime()) || asUtc.toISOString() !== `${wall}Z`) return null;
  const offset = zone === 'Z' ? 0 : (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
  return Math.abs(offset) > 14 * 60 ? null : new Date(asUtc.getTime() - offset * 60_000).toISOString();
}

export const notUtf8 = (place: string): Refusal => refuse(place, 'bytes that are no UTF-8', 'text in UTF-8');
