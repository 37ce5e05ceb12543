/** Where one JSON value lies in an input. `index` is null for a document that is no array. */
export type Element = Readonly<{ index: number | null; from: number; length: number }>;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * The elements of a JSON array with their bytes, found without parsing them: one that is broken inside takes no neighbour with it.
 * An array that ends early gives its last element up to the end, for the parser to refuse.
 */
export function* elementsOf(input: Buffer): Generator<Element> {
  const bom = input[0] === 0xef && input[1] === 0xbb && input[2] === 0xbf ? 3 : 0;
  const start = skipSpace(input, bom);
  if (start >= input.length) return;
  if (input[start] !== 0x5b) {
    yield { index: null, from: start, length: trimmedEnd(input, start, input.length) - start };
    return;
  }
  let index = 0;
  let from = skipSpace(input, start + 1);
  let depth = 0;
  let quoted = false;
  for (let at = from; at < input.length; at += 1) {
    const byte = input[at] as number;
    if (quoted) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) quoted = true;
    else if (OPEN.has(byte)) depth += 1;
    else if (CLOSE.has(byte) && depth > 0) depth -= 1;
    else if (depth === 0 && (byte === COMMA || CLOSE.has(byte))) {
      const length = trimmedEnd(input, from, at) - from;
      if (length > 0 || byte === COMMA) yield { index: index++, from, length };
      if (byte !== COMMA) return;
      from = skipSpace(input, at + 1);
    }
  }
  const length = trimmedEnd(input, from, input.length) - from;
  if (length > 0) yield { index, from, length };
}

function skipSpace(input: Buffer, from: number): number {
  let at = from;
  while (SPACE.has(input[at] as number)) at += 1;
  return at;
}

function trimmedEnd(input: Buffer, from: number, end: number): number {
  let at = end;
  while (at > from && SPACE.has(input[at - 1] as number)) at -= 1;
  return at;
}
