import type { Refusal } from '@fengsui/contracts';
import { refuse, Unreadable } from '../reader.js';
import { decimal, instantOf } from '../text.js';
import type { XmlElement } from '../xml.js';
import { circleOf, polygonOf } from './geometry.js';
import { CAP_VERSIONS, departuresFrom12 } from './vocabulary.js';

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
  return { data, notes: version === '1.2' ? [...departuresFrom12(root), ...reading.notes] : reading.notes };
}

const MAX_FAULTS = 20;
const MAX_NOTES = 10;

/** Faults and notes of one alert. */
class Reading {
  readonly faults: Refusal[] = [];
  readonly notes: string[] = [];

  fault(at: XmlElement, path: string, reason: string, expected: string): null {
    if (this.faults.length < MAX_FAULTS) this.faults.push(refuse(`${path} (line ${at.line})`, reason, expected));
    return null;
  }

  note(what: string): void {
    if (this.notes.length < MAX_NOTES) this.notes.push(what);
  }
}

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
      if (child.namespace !== element.namespace) continue;
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

  private one(name: string): XmlElement | undefined {
    const [first, second] = this.all(name);
    if (second !== undefined) this.reading.fault(second, `${this.path}/${name}`, 'given twice', 'at most once');
    return first;
  }

  may(name: string): string | null {
    const found = this.one(name);
    return found === undefined ? null : text(found);
  }

  must(name: string): string {
    const value = this.may(name);
    if (value === null || value === '')
      this.reading.fault(this.element, `${this.path}/${name}`, 'missing', 'CAP requires it');
    return value ?? '';
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

  instantOrNull(name: string): string | null {
    const found = this.one(name);
    if (found === undefined || text(found) === '') return null;
    return (
      instantOf(text(found)) ??
      this.reading.fault(
        found,
        `${this.path}/${name}`,
        JSON.stringify(text(found).slice(0, 60)),
        'date and time with an offset, such as 2020-06-07T02:14:00+08:00',
      )
    );
  }

  instant(name: string): string | null {
    if (this.all(name).length > 0 && this.texts(name)[0] !== '') return this.instantOrNull(name);
    return this.reading.fault(this.element, `${this.path}/${name}`, 'missing', 'CAP requires it');
  }

  numberOrNull(name: string): number | null {
    const found = this.one(name);
    if (found === undefined || text(found) === '') return null;
    const value = decimal(text(found));
    return Number.isNaN(value)
      ? this.reading.fault(found, `${this.path}/${name}`, JSON.stringify(text(found).slice(0, 60)), 'a number')
      : value;
  }
}

function alertOf(alert: Fields, version: '1.0' | '1.1' | '1.2') {
  const infos = alert.within('info').map((info) => infoOf(info, version));
  return {
    identifier: alert.name('identifier'),
    sender: alert.name('sender'),
    sentAt: alert.instant('sent') ?? '',
    status: alert.must('status'),
    msgType: alert.must('msgType'),
    source: alert.may('source'),
    scope: alert.must('scope'),
    restriction: alert.may('restriction'),
    addresses: alert.may('addresses'),
    codes: alert.texts('code'),
    note: alert.may('note'),
    references: referencesOf(alert),
    incidents: words(alert.may('incidents')),
    eventCode: null,
    colour: null,
    infos,
  };
}

function infoOf(info: Fields, version: '1.0' | '1.1' | '1.2') {
  const certainty = info.must('certainty');
  return {
    language: languageOf(info),
    categories: info.texts('category'),
    event: info.must('event'),
    responseTypes: info.texts('responseType'),
    urgency: info.must('urgency'),
    severity: info.must('severity'),
    certainty: version === '1.0' && certainty === 'Very Likely' ? 'Likely' : certainty,
    audience: info.may('audience'),
    eventCodes: named(info, 'eventCode', version),
    effectiveAt: info.instantOrNull('effective'),
    onsetAt: info.instantOrNull('onset'),
    expiresAt: info.instantOrNull('expires'),
    senderName: info.may('senderName'),
    headline: info.may('headline'),
    description: info.may('description'),
    instruction: info.may('instruction'),
    web: addressOf(info, 'web'),
    contact: info.may('contact'),
    parameters: named(info, 'parameter', version),
    resources: info.within('resource').map((resource) => ({
      resourceDesc: resource.must('resourceDesc'),
      mimeType: resource.may('mimeType') ?? '',
      sizeBytes: resource.numberOrNull('size'),
      uri: addressOf(resource, 'uri'),
      derefUri: resource.may('derefUri'),
      digest: resource.may('digest'),
    })),
    areas: info.within('area').map((area) => areaOf(area, version)),
  };
}

const LANGUAGE = /^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*$/;

/** RFC 3066; `zh_CN` is `zh-CN`. A word that is no language is kept beside the point, not made one. */
function languageOf(info: Fields): string {
  const written = info.may('language') || 'en-US';
  if (LANGUAGE.test(written)) return written;
  const dashed = written.replaceAll('_', '-');
  const language = LANGUAGE.test(dashed) ? dashed : 'und';
  info.reading.note(`${info.path}/language: ${JSON.stringify(written.slice(0, 40))}, read as ${language}`);
  return language;
}

/** An address as RFC 3986 has it: what issuers leave unescaped is escaped. It is kept, never fetched. */
function addressOf(parent: Fields, name: string): string | null {
  const written = parent.may(name);
  return written === null ? null : written.replace(/[\s<>"{}|\\^`]/g, (character) => encodeURIComponent(character));
}

function areaOf(area: Fields, version: '1.0' | '1.1' | '1.2') {
  return {
    areaDesc: area.must('areaDesc'),
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
    altitudeFt: area.numberOrNull('altitude'),
    ceilingFt: area.numberOrNull('ceiling'),
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

function named(parent: Fields, name: string, version: '1.0' | '1.1' | '1.2'): { valueName: string; value: string }[] {
  return parent.within(name).flatMap((code) => {
    if (version === '1.0') {
      const [, valueName, value] = /^([^=]+)=([\s\S]*)$/.exec(text(code.element)) ?? [];
      if (valueName !== undefined && value !== undefined) return [{ valueName: valueName.trim(), value: value.trim() }];
      parent.reading.fault(
        code.element,
        code.path,
        JSON.stringify(text(code.element).slice(0, 60)),
        'name=value, as CAP 1.0 writes codes',
      );
      return [];
    }
    const valueName = code.may('valueName');
    if (valueName === '' || valueName === null) {
      parent.reading.fault(
        code.element,
        `${code.path}/valueName`,
        'missing',
        'the name of the code system or parameter',
      );
      return [];
    }
    const value = code.may('value');
    if (value === null)
      parent.reading.fault(code.element, `${code.path}/value`, 'missing', 'the value, which may be empty');
    return [{ valueName, value: value ?? '' }];
  });
}

/** `sender,identifier,sent` separated by white space. */
function referencesOf(alert: Fields) {
  const [element] = alert.all('references');
  if (element === undefined) return [];
  if (text(element) === '') alert.reading.note('alert/references: empty');
  return words(text(element)).flatMap((reference) => {
    const [sender, identifier, sent, ...more] = reference.split(',');
    // `sender,identifier,` is how we write a reference whose time nobody knows.
    const sentAt = sent === undefined || sent === '' ? null : instantOf(sent);
    if (sender && identifier && (sentAt !== null || sent === '') && more.length === 0)
      return [{ sender, identifier, sentAt }];
    alert.reading.fault(element, 'alert/references', JSON.stringify(reference.slice(0, 100)), 'sender,identifier,sent');
    return [];
  });
}

const text = (element: XmlElement): string => element.text.trim();
const words = (value: string | null): string[] =>
  value === null ? [] : value.split(/\s+/).filter((word) => word !== '');
