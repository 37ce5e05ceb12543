import { parseXml, type XmlElement } from '../readers/xml.js';

/**
 * `version`: the address with what the index says of its age, so that a changed message under the same address is
 * fetched again.
 */
export type Link = Readonly<{ address: string; version: string; /** As the index says it. */ updated: string | null }>;

/** What an Atom or RSS index links to, in its order; null when it is neither. */
export function linksIn(bytes: Buffer, base: string): Link[] | null {
  const parsed = parseXml(bytes);
  if ('refusal' in parsed || !['feed', 'rss', 'RDF'].includes(parsed.root.name)) return null;
  return entriesIn(parsed.root).flatMap((entry) => {
    const address = addressOf(entry, base);
    const updated = childText(entry, 'updated') ?? childText(entry, 'pubDate');
    return address === null ? [] : [{ address, version: `${address} ${updated ?? ''}`.trim(), updated }];
  });
}

function entriesIn(element: XmlElement): XmlElement[] {
  return element.children.flatMap((child) =>
    child.name === 'entry' || child.name === 'item' ? [child] : entriesIn(child),
  );
}

/** Types under which alerts are linked to (IANA; the second is older). */
const CAP_TYPES = ['application/cap+xml', 'application/common-alerting-protocol+xml'];

/** Of several links the one to an alert; else one that is no page for people; else the first (RFC 4287, 4.2.7). */
function addressOf(entry: XmlElement, base: string): string | null {
  const links = entry.children
    .filter(({ name }) => name === 'link')
    .map((link) => ({ to: link.values['href'] ?? link.text.trim(), type: (link.values['type'] ?? '').split(';')[0] }))
    .filter(({ to }) => to !== '');
  const written =
    links.find(({ type }) => CAP_TYPES.includes(type ?? '')) ??
    links.find(({ type }) => type !== 'text/html') ??
    links[0];
  if (written === undefined) return null;
  try {
    const { href, protocol } = new URL(written.to, base);
    return protocol === 'http:' || protocol === 'https:' ? href : null;
  } catch {
    return null;
  }
}

const childText = (entry: XmlElement, wanted: string): string | null =>
  entry.children.find(({ name }) => name === wanted)?.text.trim() ?? null;
