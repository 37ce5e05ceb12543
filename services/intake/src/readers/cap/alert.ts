import {
  CATEGORIES,
  CERTAINTIES,
  MESSAGE_TYPES,
  RESPONSE_TYPES,
  SCOPES,
  SEVERITIES,
  STATUSES,
  URGENCIES,
  type Refusal,
} from '@fengsui/contracts';
import { refuse, Unreadable } from '../reader.js';
import { decimal, instantOf } from '../text.js';
import type { XmlElement } from '../xml.js';
import { circleOf, polygonOf } from './geometry.js';
import { CAP_VERSIONS, departuresFrom12, isOfCap } from './vocabulary.js';

type Version = '1.0' | '1.1' | '1.2';

/**
 * What one `alert` element says, as the data of a `weather-warning.v1`, with what was wrong in it and did not matter;
 * or why it cannot be taken.
 */
export type AlertRead =
  | Readonly<{ data: { sentAt: string } & Record<string, unknown>; notes: readonly string[] }>
  | Readonly<{ refusals: readonly Refusal[] }>;

/**
 * Reads an alert of CAP 1.2, 1.1 or 1.0 (OASIS). Of 1.0 `name=value` codes and `Very Likely` are put in the words of
 * 1.2. Everything that is wrong is gathered, so that an issuer sees all of it at once.
 */
export function readAlert(root: XmlElement): AlertRead {
  const version = CAP_VERSIONS[root.namespace];
  if (root.name !== 'alert' || version === undefined)
    return {
      refusals: [
        refuse(
          `${root.name.slice(0, 60)} (line ${root.line})`,
          `an element in namespace ${JSON.stringify(root.namespace.slice(0, 80))}`,
          `alert in one of ${Object.keys(CAP_VERSIONS).join(', ')}`,
        ),
      ],
    };
  const reading = new Reading();
  if (version !== '1.2') reading.note(`CAP ${version}, read in the words of 1.2`);
  const data = alertOf(new Fields(root, 'alert', reading), version);
  if (reading.faults.length > 0) return { refusals: reading.faults };
  // JSON has no order of elements, nor a schema.
  const departures = version === '1.2' && root.line > 0 ? departuresFrom12(root) : [];
  return { data, notes: [...departures, ...reading.notes] };
}

const MAX_FAULTS = 20;
const MAX_NOTES = 10;

/** Faults and notes of one alert. */
class Reading {
  readonly faults: Refusal[] = [];
  readonly notes: string[] = [];

  fault(at: XmlElement, path: string, reason: string, expected: string): null {
    if (this.faults.length < MAX_FAULTS) this.faults.push(refuse(placeOf(path, at), reason, expected));
    return null;
  }

  note(what: string): void {
    if (this.notes.length < MAX_NOTES) this.notes.push(what);
  }
}

/** JSON has no lines of its own. */
const placeOf = (path: string, { line }: XmlElement): string => (line === 0 ? path : `${path} (line ${line})`);
const shown = (value: string): string => JSON.stringify(value.slice(0, 60));

const EMPTY: readonly XmlElement[] = [];

/** The children of one element, by name. */
class Fields {
  private readonly byName = new Map<string, XmlElement[]>();

  constructor(
    readonly element: XmlElement,
    readonly path: string,
    readonly reading: Reading,
  ) {
    for (const child of element.children) {
      if (child.namespace !== element.namespace) {
        // An info that is not CAP's: what the alert is about is lost, and it must not pass for one without.
        if (isOfCap(element.name, child.name))
          reading.fault(child, `${path}/${child.name}`, `in namespace ${shown(child.namespace)}`, element.namespace);
        continue;
      }
      const held = this.byName.get(child.name);
      if (held === undefined) this.byName.set(child.name, [child]);
      else held.push(child);
    }
  }

  all(name: string): readonly XmlElement[] {
    return this.byName.get(name) ?? EMPTY;
  }

  within(name: string): Fields[] {
    return this.all(name).map((child, index) => new Fields(child, `${this.path}/${name}[${index + 1}]`, this.reading));
  }

  texts(name: string): string[] {
    return this.all(name).map(text);
  }

  /** The first. Given again with the same text it is a slip; with another it is anybody's guess which one is meant. */
  private one(name: string): XmlElement | undefined {
    const [first, ...more] = this.all(name);
    const other = more.find((one) => first !== undefined && text(one) !== text(first));
    if (other !== undefined) this.reading.fault(other, `${this.path}/${name}`, 'given twice', 'at most once');
    else if (more.length > 0) this.reading.note(`${this.path}/${name}: given ${more.length + 1} times, with one text`);
    return first;
  }

  may(name: string): string | null {
    const found = this.one(name);
    return found === undefined ? null : text(found);
  }

  /** Words for people: given several times they are read one after the other. */
  words(name: string): string | null {
    const all = this.texts(name);
    if (all.length > 1) this.reading.note(`${this.path}/${name}: given ${all.length} times, read one after the other`);
    return all.length === 0 ? null : [...new Set(all)].join('\n');
  }

  must(name: string): string {
    const value = this.may(name);
    if (value === null || value === '')
      this.reading.fault(this.element, `${this.path}/${name}`, 'missing', 'CAP requires it');
    return value ?? '';
  }

  /** What CAP requires and nothing depends on: a warning must not be lost for a blank. */
  ought(name: string, otherwise: string): string {
    const value = this.words(name);
    if (value !== null && value !== '') return value;
    this.reading.note(`${this.path}/${name}: missing, read as ${shown(otherwise)}`);
    return otherwise;
  }

  /** A word of a vocabulary, in whatever case; one that is missing or unknown is `otherwise`, with a note. */
  oneOf(name: string, vocabulary: readonly string[], otherwise: string): string {
    const written = this.may(name) ?? '';
    const word = wordIn(vocabulary, written) ?? otherwise;
    if (word !== written)
      this.reading.note(`${this.path}/${name}: ${written === '' ? 'missing' : shown(written)}, read as ${word}`);
    return word;
  }

  /** Words of a vocabulary; what is none of them is left out, with a note. */
  severalOf(name: string, vocabulary: readonly string[]): string[] {
    return this.texts(name).flatMap((written) => {
      const word = wordIn(vocabulary, written);
      if (word !== written)
        this.reading.note(`${this.path}/${name}: ${shown(written)}, ${word === null ? 'left out' : `read as ${word}`}`);
      return word ?? [];
    });
  }

  /** CAP forbids what would break a reference; such an alert is still a warning, only nobody can refer to it. */
  name(name: string): string {
    const value = this.must(name);
    if (/[\s,<&]/.test(value))
      this.reading.note(
        `${this.path}/${name}: ${JSON.stringify(value.slice(0, 60))} holds a space, a comma, < or &: no message can refer to it`,
      );
    return value;
  }

  /** One that cannot be read is as one that was not given: a warning without a known end holds until it is ended. */
  instantOrNull(name: string): string | null {
    const found = this.one(name);
    if (found === undefined || text(found) === '') return null;
    const at = instantOf(text(found));
    if (at === null) this.reading.note(`${this.path}/${name}: ${shown(text(found))} is no instant, taken as not given`);
    return at;
  }

  instant(name: string): string | null {
    const found = this.one(name);
    if (found === undefined || text(found) === '')
      return this.reading.fault(this.element, `${this.path}/${name}`, 'missing', 'CAP requires it');
    return (
      instantOf(text(found)) ??
      this.reading.fault(
        found,
        `${this.path}/${name}`,
        shown(text(found)),
        'date and time with an offset, such as 2020-06-07T02:14:00+08:00',
      )
    );
  }

  /** A figure beside the point, such as a size: what is none, or out of reason, is left out. */
  numberOrNull(name: string, least: number, most: number): number | null {
    const written = this.may(name);
    if (written === null || written === '') return null;
    const value = decimal(written);
    if (value >= least && value <= most) return value;
    this.reading.note(`${this.path}/${name}: ${shown(written)} is no number from ${least} to ${most}, left out`);
    return null;
  }
}

/** The word of a vocabulary that is written so, in whatever case. */
const wordIn = (vocabulary: readonly string[], written: string): string | null =>
  vocabulary.find((word) => word === written) ??
  vocabulary.find((word) => word.toLowerCase() === written.toLowerCase()) ??
  null;

function alertOf(alert: Fields, version: Version) {
  const infos = alert.within('info').map((info) => infoOf(info, version));
  // In the case that CAP writes them; a word that is none of them is for the contract to refuse.
  const word = (name: string, vocabulary: readonly string[]): string => {
    const written = alert.must(name);
    return wordIn(vocabulary, written) ?? written;
  };
  const [status, msgType] = [word('status', STATUSES), word('msgType', MESSAGE_TYPES)];
  if (infos.length === 0 && status === 'Actual' && (msgType === 'Alert' || msgType === 'Update'))
    alert.reading.fault(alert.element, 'alert/info', 'missing', `an ${msgType} says what it warns of`);
  return {
    identifier: alert.name('identifier'),
    sender: alert.name('sender'),
    sentAt: alert.instant('sent') ?? '',
    status,
    msgType,
    source: alert.words('source'),
    scope: alert.oneOf('scope', SCOPES, 'Public'),
    restriction: alert.words('restriction'),
    addresses: alert.words('addresses'),
    codes: alert.texts('code'),
    note: alert.words('note'),
    references: referencesOf(alert),
    incidents: words(alert.words('incidents')),
    eventCode: null,
    colour: null,
    infos,
  };
}

function infoOf(info: Fields, version: Version) {
  const categories = info.severalOf('category', CATEGORIES);
  if (categories.length === 0) info.reading.note(`${info.path}/category: missing, read as Other`);
  const likely = version === '1.0' && info.texts('certainty')[0] === 'Very Likely';
  return {
    language: languageOf(info),
    categories: categories.length === 0 ? ['Other'] : categories,
    event: eventOf(info),
    responseTypes: info.severalOf('responseType', RESPONSE_TYPES),
    urgency: info.oneOf('urgency', URGENCIES, 'Unknown'),
    severity: info.oneOf('severity', SEVERITIES, 'Unknown'),
    certainty: likely ? 'Likely' : info.oneOf('certainty', CERTAINTIES, 'Unknown'),
    audience: info.words('audience'),
    eventCodes: named(info, 'eventCode', version),
    effectiveAt: info.instantOrNull('effective'),
    onsetAt: info.instantOrNull('onset'),
    expiresAt: info.instantOrNull('expires'),
    senderName: info.words('senderName'),
    headline: info.words('headline'),
    description: info.words('description'),
    instruction: info.words('instruction'),
    web: addressOf(info, 'web'),
    contact: info.words('contact'),
    parameters: named(info, 'parameter', version),
    resources: info.within('resource').map((resource) => ({
      resourceDesc: resource.ought('resourceDesc', ''),
      mimeType: resource.may('mimeType') ?? '',
      sizeBytes: wholeOrNull(resource.numberOrNull('size', 0, 1e12)),
      uri: addressOf(resource, 'uri'),
      derefUri: resource.may('derefUri'),
      digest: resource.may('digest'),
    })),
    areas: info.within('area').map((area) => areaOf(area, version)),
  };
}

/** Words for what is warned of: without any nobody knows. */
function eventOf(info: Fields): string {
  const headline = info.texts('headline').join('\n').trim();
  return headline === '' ? info.must('event') : info.ought('event', headline);
}

const wholeOrNull = (value: number | null): number | null => (value === null ? null : Math.round(value));

const LANGUAGE = /^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*$/;

/** RFC 3066; `zh_CN` is `zh-CN`. A word that is no language is kept beside the point, not made one. */
function languageOf(info: Fields): string {
  const written = info.words('language') || 'en-US';
  if (LANGUAGE.test(written)) return written;
  const dashed = written.replaceAll('_', '-');
  const language = LANGUAGE.test(dashed) ? dashed : 'und';
  info.reading.note(`${info.path}/language: ${JSON.stringify(written.slice(0, 40))}, read as ${language}`);
  return language;
}

/** An address as RFC 3986 has it: what issuers leave unescaped is escaped. It is kept, never fetched. */
function addressOf(parent: Fields, name: string): string | null {
  const [written = null] = parent.texts(name);
  return written === null ? null : written.replace(/[\s<>"{}|\\^`]/g, (character) => encodeURIComponent(character));
}

function areaOf(area: Fields, version: Version) {
  return {
    areaDesc: area.ought('areaDesc', ''),
    polygons: shapesOf(area, 'polygon', (value, path) => {
      if (value === '') {
        area.reading.note(`${path}: empty`);
        return [];
      }
      const { points, note } = polygonOf(value, path);
      if (note !== null) area.reading.note(note);
      return points;
    }),
    circles: shapesOf(area, 'circle', (value, path) => {
      if (value !== '') return circleOf(value, path);
      area.reading.note(`${path}: empty, left out`);
      return null;
    }),
    geocodes: named(area, 'geocode', version),
    altitudeFt: area.numberOrNull('altitude', -50_000, 500_000),
    ceilingFt: area.numberOrNull('ceiling', -50_000, 500_000),
  };
}

/** A shape that cannot be read is a fault of the alert: an area that is wrong is worse than none. */
function shapesOf<T>(area: Fields, name: string, read: (value: string, path: string) => T | null): T[] {
  const shapes: T[] = [];
  for (const [index, element] of area.all(name).entries()) {
    const path = `${area.path}/${name}[${index + 1}]`;
    try {
      const shape = read(text(element), path);
      if (shape !== null) shapes.push(shape);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      area.reading.fault(element, path, error.reason, error.expected);
    }
  }
  return shapes;
}

function named(parent: Fields, name: string, version: Version): { valueName: string; value: string }[] {
  return parent.within(name).flatMap((code) => {
    if (version === '1.0' && code.element.children.length === 0) {
      const [, valueName, value] = /^([^=]+)=([\s\S]*)$/.exec(text(code.element)) ?? [];
      if (valueName !== undefined && value !== undefined) return [{ valueName: valueName.trim(), value: value.trim() }];
      parent.reading.note(`${code.path}: ${shown(text(code.element))} is no name=value, left out`);
      return [];
    }
    const [valueName, value] = [code.may('valueName') ?? '', code.may('value')];
    if (valueName === '' && (value ?? '') === '') {
      parent.reading.note(`${code.path}: empty, left out`);
      return [];
    }
    if (valueName === '') parent.reading.note(`${code.path}/valueName: missing; of which code system is not known`);
    if (value === null) parent.reading.note(`${code.path}/value: missing, taken as empty`);
    return [{ valueName: valueName === '' ? UNNAMED : valueName, value: value ?? '' }];
  });
}
/** Stands where an issuer did not say which code system a code is of. */
const UNNAMED = '-';

type Reference = Readonly<{ sender: string; identifier: string; sentAt: string | null }>;

/**
 * `sender,identifier,sent` separated by white space; also with blanks beside the commas, or inside a name. What is none
 * ends nothing and refuses nothing, and neither does the message itself: real issuers have sent both.
 */
function referencesOf(alert: Fields): Reference[] {
  const written = alert.words('references');
  if (written === null) return [];
  if (written === '') alert.reading.note('alert/references: empty');
  const { read, left } = referencesIn(written);
  if (left !== '') alert.reading.note(`alert/references: ${shown(left)} is no sender,identifier,sent: not followed`);
  const [identifier, sender, sent] = ['identifier', 'sender', 'sent'].map((name) => alert.texts(name)[0] ?? '');
  const sentAt = instantOf(sent ?? '');
  // Another time under the same name is an earlier message, which it does end.
  if (read.some((one) => one.identifier === identifier && one.sender === sender && one.sentAt === sentAt))
    alert.reading.note('alert/references: the message names itself, which ends nothing');
  return read;
}

function referencesIn(written: string): { read: Reference[]; left: string } {
  const squeezed = written.replace(/\s*,\s*(?=\S)/g, ',');
  for (const form of [written, squeezed]) {
    const read = words(form).map(referenceOf);
    if (read.every((one) => one !== null)) return { read, left: '' };
  }
  // Names with blanks inside: what stands between two instants.
  const read: Reference[] = [];
  const left = squeezed.replace(/\s*([^,]+),([^,]+),(\d{4}-\d{2}-\d{2}T\S+)/g, (whole, sender, identifier, sent) => {
    const sentAt = instantOf(String(sent));
    if (sentAt === null) return String(whole);
    read.push({ sender: String(sender).trim(), identifier: String(identifier).trim(), sentAt });
    return '';
  });
  return { read, left: left.trim() };
}

function referenceOf(written: string): Reference | null {
  const [sender, identifier, sent, ...more] = written.split(',');
  // `sender,identifier,` is how we write a reference whose time nobody knows.
  const sentAt = sent === undefined || sent === '' ? null : instantOf(sent);
  return sender && identifier && (sentAt !== null || sent === '') && more.length === 0
    ? { sender, identifier, sentAt }
    : null;
}

const text = (element: XmlElement): string => element.text.trim();
const words = (value: string | null): string[] =>
  value === null ? [] : value.split(/\s+/).filter((word) => word !== '');
