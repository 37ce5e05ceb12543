import { refuse, type Head, type Segment, type Reader, type SourceRecord } from '../reader.js';
import { bytesOfText, parseXml, replacedNote, type XmlDocument, type XmlElement } from '../xml.js';
import { readAlert, type AlertRead } from './alert.js';
import { CAP_VERSIONS } from './vocabulary.js';

const ATOM = 'http://www.w3.org/2005/Atom';

/** Checks what an alert's signature says, before anything of it is believed. */
export type Trust = (alert: Readonly<{ xml: string; element: XmlElement }>) => Trusted;
/** `element`: what may be read. `notes`: what a person should know. */
export type Trusted =
  | Readonly<{ element: XmlElement; notes: readonly string[]; /** The certificate. */ signedBy: string | null }>
  | Readonly<{ refused: string; expected: string }>;

/** Believes what no key was pinned for, and says so. */
export const trustAll: Trust = ({ element }) => ({
  element,
  signedBy: null,
  notes: element.children.some(({ name }) => name === 'Signature')
    ? ['signed; no key is pinned for the sender, so the signature was not checked']
    : [],
});

/** A wrapper has a format name of its own, so that a receipt says what came. */
const xmlReader = (format: string, about: string, root: string, trust: Trust): Reader => ({
  format,
  about,
  unit: () => 'document',
  recognises: ({ text }) => rootOf(text) === root,
  begin: () => (segment) => read(segment, trust),
});

/** One alert; or several in Atom, RSS or EDXL-DE. */
export const capReaders = (trust: Trust = trustAll): readonly Reader[] => [
  {
    ...xmlReader('cap', 'One alert of CAP 1.2 or 1.1, or 1.0 read only (OASIS).', 'alert', trust),
    recognises: ({ text }) =>
      rootOf(text) === 'alert' && (NAMESPACES.test(text) || !/<(sendTime|senderCode)>/.test(text)),
  },
  ...(
    [
      ['cap-atom', 'An Atom feed whose entries carry alerts.', 'feed'],
      ['cap-rss', 'An RSS feed whose items carry alerts.', 'rss'],
      ['cap-edxl-de', 'An EDXL-DE 1.0 distribution with alerts as XML content.', 'EDXLDistribution'],
    ] as const
  ).map(([format, about, root]) => ({
    ...xmlReader(format, about, root, trust),
    whyEmpty: emptyWrapper,
    isEmptyList: isEmpty,
  })),
];

const NAMESPACES = /incident\.com\/cap\/1\.0|urn:oasis:names:tc:emergency:cap:1\.\d/;

/**
 * The local name of the root element, past declaration, comments, instructions and a document type; null when there
 * is none.
 */
export function rootOf(head: string): string | null {
  let at = head.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (;;) {
    while (/\s/.test(head[at] ?? 'x')) at += 1;
    if (head.startsWith('<?', at)) at = after(head, '?>', at);
    else if (head.startsWith('<!--', at)) at = after(head, '-->', at);
    else if (head.startsWith('<!DOCTYPE', at)) at = afterDoctype(head, at);
    else break;
    if (at === -1) return null;
  }
  return /^<(?:[\w.-]{1,60}:)?([A-Za-z_][\w.-]{0,60})/.exec(head.slice(at, at + 200))?.[1] ?? null;
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found === -1 ? -1 : found + mark.length;
}

function afterDoctype(text: string, from: number): number {
  const bracket = text.indexOf('[', from);
  const close = text.indexOf('>', from);
  return bracket !== -1 && bracket < close ? after(text, ']>', bracket) : after(text, '>', from);
}

/**
 * Every alert of the document is a record, wherever it stands. A document that is an alert is one record even when it
 * cannot be read. A wrapper without alerts has no records: it is an index, which only links, or an empty feed.
 */
function* read(segment: Segment, trust: Trust): Generator<SourceRecord> {
  const whole = { place: 'document', from: segment.from, length: segment.bytes.length };
  const parsed = parseXml(segment.bytes);
  if ('refusal' in parsed) {
    yield { ...whole, refusals: [parsed.refusal] };
    return;
  }
  if (parsed.root.name === 'alert') {
    yield recordOf(parsed, parsed.root, { ...whole, place: 'alert' }, trust, []);
    return;
  }
  for (const [index, { alert, within }] of [...alertsIn(parsed.root)].entries()) {
    const place = `alert[${index + 1}] (line ${alert.line})`;
    const notes = within === 'feed' ? ['the alert stands outside of an entry'] : [];
    yield recordOf(parsed, alert, { place, ...bytesOfText(parsed, alert.start, alert.end) }, trust, notes);
  }
}

function recordOf(
  document: XmlDocument,
  alert: XmlElement,
  at: Readonly<{ place: string; from: number; length: number }>,
  trust: Trust,
  notes: readonly string[],
): SourceRecord {
  const { place } = at;
  const trusted = trust({ xml: document.text.slice(alert.start, alert.end), element: alert });
  if ('refused' in trusted)
    return { ...at, refusals: [refuse(`${place}/Signature`, trusted.refused, trusted.expected)] };
  const outcome: AlertRead = readAlert(trusted.element);
  if ('refusals' in outcome) {
    const inWrapper = place !== 'alert';
    return {
      ...at,
      refusals: outcome.refusals.map((refusal) =>
        inWrapper ? { ...refusal, place: `${place}, ${refusal.place}` } : refusal,
      ),
    };
  }
  return {
    ...at,
    signedBy: trusted.signedBy,
    notes: [...notes, ...replacedIn(document), ...trusted.notes, ...outcome.notes],
    drafts: [{ type: 'weather-warning.v1', occurredAt: outcome.data.sentAt, data: outcome.data }],
  };
}

const replacedIn = ({ replaced }: XmlDocument): string[] => (replaced === 0 ? [] : [replacedNote(replaced)]);

function* alertsIn(element: XmlElement): Generator<{ alert: XmlElement; within: string }> {
  for (const child of element.children) {
    if (child.name === 'alert' && (child.namespace in CAP_VERSIONS || child.namespace.includes('cap')))
      yield { alert: child, within: element.namespace === ATOM ? element.name : '' };
    else yield* alertsIn(child);
  }
}

/** Whether a wrapper has no entries at all, as far as it is known. */
const isEmpty = ({ text, complete }: Head): boolean =>
  complete && !/<(?:[\w.-]+:)?(entry|item|contentObject)[\s>]/.test(text);

/** Why a wrapper without an alert in it is no input. */
function emptyWrapper(head: Head): string {
  return !isEmpty(head)
    ? 'an index that only links to alerts and carries none: feed the alerts themselves, or add the feed to the sources that are polled'
    : 'a feed without entries';
}
