import type { Refusal } from '@fengsui/contracts';
import { cutterOf } from './cutting.js';
import { refuse, type Segment } from './reader.js';
import { decodeUtf8, notUtf8, unfitCharacter } from './text.js';

const MAX_DEPTH = 64;
const [QUOTE, BACKSLASH] = [0x22, 0x5c];

/** A JSON object as a reader finds it. */
export type JsonObject = Readonly<Record<string, unknown>>;
export type JsonRead = Readonly<{ value: unknown; refusal?: never }> | Readonly<{ value?: never; refusal: Refusal }>;

/**
 * Parses one JSON value of an input. Refused: what is no JSON or no UTF-8, is nested too deep, or holds `__proto__`, a
 * NUL or half a surrogate pair.
 * @param ofWarnings keeps characters that are none, for whoever replaces them: a warning must not be lost for one
 */
export function parseJson(bytes: Buffer, place: string, ofWarnings = false): JsonRead {
  const text = decodeUtf8(bytes);
  if (text === null) return { refusal: notUtf8(place) };
  if (tooDeep(bytes))
    return { refusal: refuse(place, `more than ${MAX_DEPTH} levels of nesting`, `at most ${MAX_DEPTH} levels`) };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // What stands around the fault may be a name: the engine quotes it, we do not.
    const [said = ''] = (error as Error).message.split(/,? *(?:\.\.\.)?"/);
    return { refusal: refuse(place, `no JSON: ${said.slice(0, 200)}`, 'one JSON value') };
  }
  // Only escapes can bring in what the decoder did not see.
  const fault = text.includes('\\u') || text.includes('__proto__') ? unfitIn(value, ofWarnings) : null;
  return fault === null
    ? { value }
    : { refusal: refuse(place, fault, 'text of whole characters, and the fields of the format') };
}

function tooDeep(bytes: Buffer): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (quoted) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) quoted = true;
    else if (byte === 0x5b || byte === 0x7b) {
      if ((depth += 1) > MAX_DEPTH) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return false;
}

function unfitIn(value: unknown, ofWarnings: boolean): string | null {
  if (typeof value === 'string') return ofWarnings ? null : unfitCharacter(value);
  if (value === null || typeof value !== 'object') return null;
  for (const [name, field] of Object.entries(value)) {
    const fault =
      name === '__proto__' ? 'a field named __proto__' : (unfitCharacter(name) ?? unfitIn(field, ofWarnings));
    if (fault !== null) return fault;
  }
  return null;
}

/**
 * A member of the object that is an array: its elements with their bytes, each to be parsed by itself. Null when it
 * has no such array.
 */
export function elementsOf({ bytes, from }: Segment, member: string): Segment[] | null {
  const match = new RegExp(`"${member}"\\s*:\\s*\\[`).exec(bytes.toString('latin1'));
  if (match === null) return null;
  const at = match.index + match[0].length - 1;
  const cutter = cutterOf('element');
  const segments = [...cutter.push(bytes.subarray(at)), ...cutter.end()];
  return segments.map((segment) => ({ ...segment, from: from + at + segment.from }));
}

export const isObject = (value: unknown): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
/** The text of a field without blanks at its ends, as XML readers take it; null when it is none, or empty. */
export const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
export const arrayOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
