import { SaxesParser } from 'saxes';
import type { Refusal } from '@fengsui/contracts';
import { refuse } from './reader.js';

/**
 * An element of a document, with the place where it stands. Text is that of the element itself, not of its children.
 */
export type XmlElement = Readonly<{
  name: string;
  namespace: string;
  text: string;
  children: readonly XmlElement[];
  /** Names of its attributes, without declarations of namespaces and schema locations. */
  attributes: readonly string[];
  values: Readonly<Record<string, string>>;
  line: number;
  column: number;
  /** Where it begins and ends in the text, in UTF-16 units. */
  start: number;
  end: number;
}>;

/** A document as it was decoded, so that places in its text can be turned into places in its bytes. */
export type XmlDocument = Readonly<{
  root: XmlElement;
  text: string;
  encoding: string;
  /** Characters that XML forbids, each replaced by U+FFFD. */ replaced: number;
}>;

/** A real alert has 8 levels; 100,000 nested tags took a parser three minutes. */
const MAX_DEPTH = 64;
const MAX_ELEMENTS = 500_000;
const MAX_ATTRIBUTES = 64;
/** The longest text of a real alert is an image of 0.4 MB. */
const MAX_TEXT = 3_000_000;

/** What a person is told of characters that were replaced. */
export const replacedNote = (count: number): string => `${count} characters that XML forbids, each replaced by U+FFFD`;

/** What no XML 1.0 document may hold (2.2). */
// eslint-disable-next-line no-control-regex
export const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

class Stop extends Error {}

/** Parses without document types, entities of one's own or anything fetched. */
export function parseXml(bytes: Buffer): XmlDocument | { refusal: Refusal } {
  const decoded = decode(bytes);
  if (decoded === null)
    return {
      refusal: refuse(
        'document',
        'bytes do not fit the declared encoding',
        'the encoding that the XML declaration names, or UTF-8',
      ),
    };
  const { encoding } = decoded;
  // One for one, so that places stay where they are: a warning must not be lost for a character.
  let replaced = 0;
  const text = decoded.text.replace(FORBIDDEN, () => ((replaced += 1), '\ufffd'));
  const parser = new SaxesParser({ xmlns: true, position: true });
  const top = growing('', '', 0, 0, 0);
  const open: Growing[] = [top];
  let elements = 0;
  parser.on('doctype', () => {
    throw new Stop('a document type (DOCTYPE) is not read');
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    if (open.length > MAX_DEPTH) throw new Stop(`more than ${MAX_DEPTH} elements inside each other`);
    if ((elements += 1) > MAX_ELEMENTS) throw new Stop(`more than ${MAX_ELEMENTS} elements`);
    // The parser stands behind the tag; no `<` may stand inside one.
    const start = local === 'alert' ? text.lastIndexOf('<', parser.position - 1) : parser.position;
    const element = growing(local, uri, parser.line, parser.column, start);
    const names = Object.keys(attributes);
    if (names.length > MAX_ATTRIBUTES) throw new Stop(`more than ${MAX_ATTRIBUTES} attributes`);
    for (const name of names)
      if (!OF_XML.test(name)) {
        element.attributes.push(name);
        element.values = { ...element.values, [name]: attributes[name]?.value ?? '' };
      }
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  const addText = (more: string): void => {
    const element = open.at(-1);
    if (element === undefined) return;
    if (element.text.length + more.length > MAX_TEXT) throw new Stop(`more than ${MAX_TEXT} characters in one element`);
    element.text += more;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed !== undefined) closed.end = parser.position;
  });
  parser.on('error', (error) => {
    throw new Stop(error.message.replace(/^\d+:\d+: /, ''));
  });
  try {
    parser.write(text).close();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { refusal: refuse(`line ${parser.line}, column ${parser.column}`, error.message, 'well-formed XML') };
  }
  const [root] = top.children;
  return root === undefined
    ? { refusal: refuse('document', 'no element', 'one root element') }
    : { root, text, encoding, replaced };
}

/** The bytes of a part of a document's text. */
export function bytesOfText(
  { text, encoding }: XmlDocument,
  from: number,
  to: number,
): { from: number; length: number } {
  if (encoding === 'utf-8')
    return { from: Buffer.byteLength(text.slice(0, from)), length: Buffer.byteLength(text.slice(from, to)) };
  if (encoding.startsWith('utf-16')) return { from: 2 * from, length: 2 * (to - from) };
  if (SINGLE_BYTE.test(encoding)) return { from, length: to - from };
  return { from: 0, length: 0 };
}

const OF_XML = /^(xmlns(:|$)|xsi:|xml:)/;
const SINGLE_BYTE = /^(iso-8859|windows-125|us-ascii|ascii|latin1|koi8)/;

type Growing = {
  name: string;
  namespace: string;
  text: string;
  children: Growing[];
  attributes: string[];
  values: Record<string, string>;
  line: number;
  column: number;
  start: number;
  end: number;
};
const NONE: Record<string, string> = {};
const growing = (name: string, namespace: string, line: number, column: number, start: number): Growing => ({
  name,
  namespace,
  text: '',
  children: [],
  attributes: [],
  values: NONE,
  line,
  column,
  start,
  end: start,
});

/** By byte order mark, then by declaration, else UTF-8. The mark stays in the text, so that places can be counted. */
function decode(bytes: Buffer): { text: string; encoding: string } | null {
  const head = bytes.toString('latin1', 0, 200);
  const declared = /^(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/
    .exec(head)?.[1]
    ?.toLowerCase();
  const marked = head.startsWith('\xff\xfe')
    ? 'utf-16le'
    : head.startsWith('\xfe\xff')
      ? 'utf-16be'
      : head.startsWith('\xef\xbb\xbf')
        ? 'utf-8'
        : null;
  const encoding = marked ?? declared ?? 'utf-8';
  try {
    return { text: new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes), encoding };
  } catch {
    return null;
  }
}
