import { colourNamed } from '@fengsui/contracts';
import type { County } from '@fengsui/regions';
import { isObject, parseJson, textOf, type JsonObject } from '../json.js';
import { instantAt } from '../local-time.js';
import { guarded, Unreadable, type Segment, type Reader, type SourceRecord } from '../reader.js';
import { decoderOf, instantOf, notUtf8 } from '../text.js';
import { divisionCalled, divisionsNamed } from '../places.js';
import { alertOfSignal, announcementIn, isChange, type Announcement, type Signal } from './signals.js';

const ZONE = '+08:00';
/** Signals of one message: one for each township of a large county, and some to spare. */
const MAX_SIGNALS = 100;

/**
 * Published texts with what a person or a crawler noted beside them, one JSON object a line. Text and notes must
 * agree.
 */
export const warningTextLines = (divisions: readonly County[]): Reader => ({
  format: 'cn-warning-jsonl',
  about:
    'Warning signals as bureaus publish them in words, one JSON object a line with place, adcode, issuer, issued, action, signals, text.',
  unit: () => 'line',
  recognises: ({ text }) =>
    /^\ufeff?\s*\{/.test(text) &&
    ['adcode', 'issuer', 'signals', 'action'].every((name) => (text.split('\n', 1)[0] ?? '').includes(`"${name}"`)),
  begin: () => (segment) => [recordOf(segment, () => ofLine(segment, divisions))],
});

/**
 * A page or message in words: 气象台…发布…预警信号. What the sentence leaves out of its date comes from a line that dates
 * the page.
 * @param divisions the city, then its counties
 */
export const warningText = (divisions: readonly County[]): Reader => ({
  format: 'cn-warning-text',
  about:
    'Warning signals in words, one message a line; a line such as `日期：2023-08-14` dates those that name no year.',
  unit: () => 'line',
  remembers: true,
  recognises: ({ text }) =>
    !/^\ufeff?\s*[[{<]/.test(text) && /气象[台局].{0,40}(发布|更新|升级|降级|解除|将)[^\n]{0,200}预警/.test(text),
  begin: ({ encoding }) => {
    const decode = decoderOf(encoding);
    let page: string | null = null;
    return (segment) => {
      const text = decode(segment.bytes);
      const dated = /^(?:日期|发布日期|发布时间)[:：]\s*(\d{4}-\d{2}-\d{2})/.exec(text ?? '')?.[1];
      if (dated === undefined) return [recordOf(segment, () => ofText(text, page, divisions))];
      page = instantOf(`${dated}T23:59:59${ZONE}`);
      return [];
    };
  },
});

function recordOf(segment: Segment, read: Parameters<typeof guarded>[1]): SourceRecord {
  const place = `line ${segment.number}`;
  return guarded({ place, from: segment.from, length: segment.bytes.length }, read, (inside) =>
    [place, inside].filter((part) => part !== '').join(', '),
  );
}

function ofText(text: string | null, page: string | null, divisions: readonly County[]) {
  if (text === null) throw new Unreadable('', notUtf8('').reason, notUtf8('').expected);
  const said = announcementIn(text);
  if (said === null) throw new Unreadable('', JSON.stringify(text.slice(0, 60)), '…气象台M月D日H时m分发布…预警信号');
  const place = said.issuer.replace(/气象[台局]$/, '');
  return messagesOf(said.signals, {
    issuer: said.issuer,
    sentAt: sentIn(said, page, text.slice(0, 40)),
    change: said.change,
    place,
    adcode: divisionCalled(place, divisions),
    divisionsIn: (area) => divisionsNamed(area, divisions),
    text,
    web: null,
  });
}

function messagesOf(
  signals: readonly Signal[],
  about: Parameters<typeof alertOfSignal>[1],
  times: readonly (string | null)[] = [],
) {
  // Each becomes an alert with the whole text: the product of the two must stay small.
  if (signals.length > MAX_SIGNALS)
    throw new Unreadable('signals', `${signals.length} signals in one message`, `at most ${MAX_SIGNALS}`);
  const { change, adcode, divisionsIn } = about;
  // Towns of a county are its own; of a city they may be anywhere in it.
  const unknown = signals.flatMap(({ area }) =>
    area !== null && adcode?.endsWith('00') === true && divisionsIn?.(area).length === 0 ? [area] : [],
  );
  return {
    notes: [
      ...(change === '发布'
        ? []
        : ['refers to no message; it changes what the same issuer said of the same kind and area']),
      ...unknown.map(
        (area) =>
          `地点“${area}”不在预案区划名称内，在人工判定前按 ${about.place} 全域计 / ` +
          `no division of the plan is called so: all of ${about.place} counts until a person has judged it`,
      ),
    ],
    drafts: signals.map((signal, index) =>
      alertOfSignal(signal, { ...about, ...(times[index] ? { effectiveAt: times[index] } : {}) }),
    ),
  };
}

function ofLine(segment: Segment, divisions: readonly County[]) {
  const { value, refusal } = parseJson(segment.bytes, '', true);
  if (refusal !== undefined) throw new Unreadable(refusal.place, refusal.reason, refusal.expected);
  if (!isObject(value)) throw new Unreadable('', 'not an object', 'one JSON object a line');
  const issuer = textOf(value['issuer']) ?? missing('issuer');
  const adcode = textOf(value['adcode']) ?? missing('adcode');
  const place = textOf(value['place']) ?? missing('place');
  const text = textOf(value['text']);
  const said = text === null ? null : announcementIn(text);
  if (text !== null && said === null)
    throw new Unreadable('text', JSON.stringify(text.slice(0, 60)), '…气象台M月D日H时m分发布…预警信号');
  const change = said?.change ?? value['action'];
  if (!isChange(change))
    throw new Unreadable(
      'action',
      `${JSON.stringify(change)} is no message of an issuer`,
      '发布, 继续发布, 更新, 升级, 降级 or 解除; a list of what is in force is none',
    );
  const sentAt = issuedAt(value, said);
  const listed = signalsListed(value);
  const signals = said?.signals ?? listed;
  if (said !== null && listed.length > 0 && names(said.signals) !== names(listed))
    throw new Unreadable(
      'signals',
      `${names(listed)}, where the text says ${names(said.signals)}`,
      'the signals of the text',
    );
  if (signals.length === 0) throw new Unreadable('signals', 'none', 'at least one kind and colour');
  return messagesOf(
    signals,
    {
      issuer,
      sentAt,
      change,
      place,
      adcode,
      divisionsIn: (area) => divisionsNamed(area, divisions),
      text,
      web: textOf(value['url']),
    },
    said === null ? effectiveTimes(value) : [],
  );
}

const names = (signals: readonly Signal[]): string =>
  signals
    .map(({ kind, colour }) => `${kind}${colour}`)
    .sort()
    .join(' ');

/**
 * The time of the message. A year that the sentence does not name is that of the page; without one the message is
 * refused, not guessed at.
 */
function issuedAt(value: JsonObject, said: Announcement | null): string {
  const issued = textOf(value['issued']) ?? missing('issued');
  const noted = instantOf(issued);
  if (said === null) {
    if (noted === null) throw new Unreadable('issued', JSON.stringify(issued), 'an instant with year and zone');
    return noted;
  }
  const page = [textOf(value['published']), issued]
    .map((one) => (one === null ? null : instantOf(one)))
    .find((one) => one !== null);
  const at = sentIn(said, page ?? null, issued);
  if (noted !== null && noted !== at)
    throw new Unreadable('issued', `${issued}, where the text says ${at}`, 'the time of the text');
  return at;
}

/** What the sentence leaves out is that of its page: a day of last month, or on 1 January of last year. */
function sentIn(said: Announcement, page: string | null, written: string): string {
  const { year, month, day, hour, minute } = said;
  if (page === null && (year === null || month === null || day === null))
    throw new Unreadable(
      'issued',
      `${JSON.stringify(written)}: neither the text nor its page names ${year === null ? 'a year' : 'a day'}`,
      'a text with its year, or the date of its page',
    );
  // A page may be dated a day early, and carries nothing that was sent later.
  const latest = new Date(page === null ? `${year}-12-31T23:59:59${ZONE}` : Date.parse(page) + 36 * 3_600_000);
  const dated = new Date(page === null ? latest : Date.parse(page) + 8 * 3_600_000);
  for (let back = 0; back < 2; back += 1) {
    const months = 12 * dated.getUTCFullYear() + dated.getUTCMonth() - (month === null && day !== null ? back : 0);
    const date = {
      year: year ?? (month === null ? Math.floor(months / 12) : latest.getUTCFullYear() - back),
      month: month ?? (months % 12) + 1,
      day: day ?? dated.getUTCDate(),
    };
    const at = instantAt({ ...date, hour, minute, second: 0 }, ZONE);
    if (at !== null && (at <= latest.toISOString() || year !== null)) return at;
  }
  throw new Unreadable(
    'text',
    `${year ?? ''}-${month ?? ''}-${day ?? ''} ${hour}:${minute}`,
    'a date that the calendar has',
  );
}

function signalsListed(value: JsonObject): Signal[] {
  const listed = value['signals'];
  if (!Array.isArray(listed)) throw new Unreadable('signals', 'no list', 'a list of kind, colour and area');
  return listed.map((one: unknown, index) => {
    const { kind, colour, area } = isObject(one) ? one : {};
    const named = typeof colour === 'string' ? colourNamed(colour) : null;
    if (typeof kind !== 'string' || named === null)
      throw new Unreadable(
        `signals[${index + 1}]`,
        JSON.stringify(one)?.slice(0, 80) ?? '',
        'kind, and one of the five colours',
      );
    return { kind, colour: named, area: textOf(area) };
  });
}

const effectiveTimes = (value: JsonObject): (string | null)[] =>
  (value['signals'] as JsonObject[]).map(({ at }) => (typeof at === 'string' ? instantOf(at) : null));

const missing = (name: string): never => {
  throw new Unreadable(name, 'missing', 'the field');
};
