import { SaxesParser } from 'saxes';
import type { Refusal } from '@fengsui/contracts';
import { refuse } from './reader.js';

/** An element of a document, with the place where it began. Text is that of the element itself, not of its children. */
export type XmlElement = Readonly<{
  name: string;
  namespace: string;
  text: string;
  children: readonly XmlElement[];
  line: number;
  column: number;
}>;

/** A real alert has 8 levels; 100,000 nested tags took a parser three minutes. */
const MAX_DEPTH = 64;
const MAX_ELEMENTS = 500_000;
/** A message on the log is at most 4 MB, and a real alert has 1.7 MB. */
const MAX_BYTES = 4_000_000;

class Stop extends Error {}

/** Parses without document types, entities of one's own or anything fetched. */
export function parseXml(bytes: Buffer): { root: XmlElement } | { refusal: Refusal } {
  if (bytes.length > MAX_BYTES) return { refusal: refuse('document', `${bytes.length} bytes`, `at most ${MAX_BYTES} bytes`) };
  const text = decode(bytes);
  if (text === null)
    return {
      refusal: refuse('document', 'bytes do not fit the declared encoding', 'the encoding that the XML declaration names, or UTF-8'),
    };
  const parser = new SaxesParser({ xmlns: true, position: true });
  const top: Growing = { name: '', namespace: '', text: '', children: [], line: 0, column: 0 };
  const open: Growing[] = [top];
  let elements = 0;
  parser.on('doctype', () => {
    throw new Stop('a document type (DOCTYPE) is not read');
  });
  parser.on('opentag', ({ local, uri }) => {
    if (open.length > MAX_DEPTH) throw new Stop(`more than ${MAX_DEPTH} elements inside each other`);
    if ((elements += 1) > MAX_ELEMENTS) throw new Stop(`more than ${MAX_ELEMENTS} elements`);
    const element: Growing = { name: local, namespace: uri, text: '', children: [], line: parser.line, column: parser.column };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  const addText = (more: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += more;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => void open.pop());
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
  return root === undefined ? { refusal: refuse('document', 'no element', 'one root element') } : { root };
}

type Growing = { name: string; namespace: string; text: string; children: Growing[]; line: number; column: number };

/** By byte order mark, then by declaration, else UTF-8. */
function decode(bytes: Buffer): string | null {
  const head = bytes.toString('latin1', 0, 200);
  const declared = /^(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']/.exec(head)?.[1];
  const marked = head.startsWith('\xff\xfe') ? 'utf-16le' : head.startsWith('\xfe\xff') ? 'utf-16be' : null;
  try {
    return new TextDecoder(marked ?? declared ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
