import type { Refusal } from '@fengsui/contracts';
import { refuse } from './reader.js';

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Text exactly as it came: no Unicode normalisation, which would turn Ⅳ into IV. Bytes that are no UTF-8 are refused,
 * not replaced.
 */
export function decodeUtf8(bytes: Buffer): string | null {
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd')) return text; // nothing had to be replaced
  try {
    return STRICT.decode(bytes);
  } catch {
    return null;
  }
}

/** How the text of an input is written. */
export type Encoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be';

/**
 * By the byte order mark; else UTF-8 where it is that; else GB18030 (of which GBK and GB 2312 are parts) where it is
 * that, as spreadsheets in China save tables.
 * @param head the first bytes of an input; it may end in the middle of a character
 */
export function encodingOf(head: Buffer): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return fits(head, 'utf-8') || !fits(head, 'gb18030') ? 'utf-8' : 'gb18030';
}

function fits(head: Buffer, encoding: Encoding): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** What reads the text of an input that is cut at line ends: GB18030, else UTF-8; null for bytes that are neither. */
export const decoderOf = (encoding: Encoding | undefined): ((bytes: Buffer) => string | null) =>
  encoding === 'gb18030' ? decodeGb18030 : decodeUtf8;

function decodeGb18030(bytes: Buffer): string | null {
  try {
    return GB18030.decode(bytes);
  } catch {
    return null;
  }
}
const GB18030 = new TextDecoder('gb18030', { fatal: true, ignoreBOM: true });

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

const DECIMAL = /^\s*[+-]?(\d{1,40}\.?\d{0,40}|\.\d{1,40})([eE][+-]?\d{1,3})?\s*$/;

/** `Number('')` is 0, which is a real value. An empty field is no value at all. */
export const decimal = (text: string | undefined): number =>
  text === undefined || !DECIMAL.test(text) ? NaN : Number(text);

const ANGLE =
  /^(?:([NSEW])|(北纬|东经|南纬|西经))?(\d{1,3})[°度º˚](?:(\d{1,2}(?:\.\d+)?)[′'’分])?(?:(\d{1,2}(?:\.\d+)?)(?:[″"”秒]|''|′′))?([NSEW])?$/i;

/** An angle in degrees, decimal or with minutes and seconds; south and west are negative. NaN for anything else. */
export function degrees(text: string | undefined): number {
  const plain = decimal(text);
  const match = Number.isNaN(plain) ? ANGLE.exec((text ?? '').replace(/\s/g, '')) : null;
  if (match === null) return plain;
  const [, letter, word = '', whole, minutes = '0', seconds = '0', after] = match;
  if (Number(minutes) >= 60 || Number(seconds) >= 60) return NaN;
  const negative = /[SW]/i.test(letter ?? after ?? '') || /[南西]/.test(word);
  const value = Number(whole) + Number(minutes) / 60 + Number(seconds) / 3600;
  return Math.round((negative ? -value : value) * 1e6) / 1e6;
}

const DAY_MS = 86_400_000;
const ISO = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})$/;

/**
 * An instant with its zone, as UTC with milliseconds; null for anything else. A time without a zone is refused, not
 * guessed at, and a date that no calendar has is refused too: V8 would read 30 February as 2 March.
 */
export function instantOf(text: string): string | null {
  const match = ISO.exec(text.trim());
  if (match === null) return null;
  const [, year, month, day, hour, minute, second = '00', fraction = '0', zone = 'Z'] = match;
  const millis = fraction.slice(0, 3).padEnd(3, '0');
  // The end of a day is the beginning of the next (XML Schema, 3.2.7).
  const endOfDay = hour === '24' && minute === '00' && second === '00' && millis === '000';
  const wall = `${year}-${month}-${day}T${endOfDay ? '00' : hour}:${minute}:${second}.${millis}`;
  const asUtc = new Date(`${wall}Z`);
  if (Number.isNaN(asUtc.getTime()) || asUtc.toISOString() !== `${wall}Z`) return null;
  if (zone === 'Z' && !endOfDay) return `${wall}Z`;
  const offset =
    (zone.startsWith('-') ? -1 : 1) * (zone === 'Z' ? 0 : Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
  if (Math.abs(offset) > 14 * 60) return null;
  return new Date(asUtc.getTime() + (endOfDay ? DAY_MS : 0) - offset * 60_000).toISOString();
}

export const notUtf8 = (place: string): Refusal => refuse(place, 'bytes that are no UTF-8', 'text in UTF-8');

/**
 * A NUL, which PostgreSQL cannot hold, or half of a surrogate pair, which is no character. Null when the text has
 * neither.
 */
export function unfitCharacter(text: string): string | null {
  if (text.includes('\u0000')) return 'a NUL character';
  return LONE_SURROGATE.test(text) ? 'half of a surrogate pair, which is no character' : null;
}
const LONE_SURROGATE = /\p{Surrogate}/u;
