import { parseXml, type XmlElement } from '../readers/xml.js';

/**
 * `version`: the address with what the index says of its age, so that a changed message under the same address is
 * fetched again.
 */
export type Link = Readonly<{ address: string; version: string }>;

/** What an Atom or RSS index links to, in its order; null when it is neither. */
export function linksIn(bytes: Buffer, base: string): Link[] | null {
  const parsed = parseXml(bytes);
  if ('refusal' in parsed || !['feed', 'rss', 'RDF'].includes(parsed.root.name)) return null;
  return entriesIn(parsed.root).flatMap((entry) => {
    const address = addressOf(entry, base);
    return address === null
      ? []
      : [{ address, version: `${address} ${childText(entry, 'updated') ?? childText(entry, 'pubDate') ?? ''}`.trim() }];
  });
}

function entriesIn(element: XmlElement): XmlElement[] {
  return element.children.flatMap((child) =>
    child.name === 'entry' || child.name === 'item' ? [child] : entriesIn(child),
  );
}

function addressOf(entry: XmlElement, base: string): string | null {
  const written = entry.children
    .filter(({ name }) => name === 'link')
    .flatMap((link) => link.values['href'] ?? link.text.trim())
    .find((one) => one !== '');
  if (written === undefined) return null;
  try {
    const { href, protocol } = new URL(written, base);
    return protocol === 'http:' || protocol === 'https:' ? href : null;
  } catch {
    return null;
  }
}

const childText = (entry: XmlElement, wanted: string): string | null =>
  entry.children.find(({ name }) => name === wanted)?.text.trim() ?? null;
