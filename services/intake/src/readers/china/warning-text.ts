import { isObject, parseJson, textOf, type JsonObject } from '../json.js';
import { instantAt } from '../local-time.js';
import { guarded, Unreadable, type Segment, type Reader, type SourceRecord } from '../reader.js';
import { decodeUtf8, instantOf, notUtf8 } from '../text.js';
import { colourNamed } from '../cap/alert.js';
import { alertOfSignal, announcementIn, isChange, type Announcement, type Signal } from './signals.js';

const ZONE = '+08:00';
/** Signals of one message: one for each township of a large county, and some to spare. */
const MAX_SIGNALS = 100;

/**
 * Published texts with what a person or a crawler noted beside them, one JSON object a line. Text and notes must
 * agree.
 */
export const warningTextLines: Reader = {
  format: 'cn-warning-jsonl',
  about:
    'Warning signals as bureaus publish them in words, one JSON object a line with place, adcode, issuer, issued, action, signals, text.',
  unit: () => 'line',
  recognises: ({ text }) =>
    /^\ufeff?\s*\{/.test(text) &&
    ['adcode', 'issuer', 'signals', 'action'].every((name) => (text.split('\n', 1)[0] ?? '').includes(`"${name}"`)),
  begin: () => (segment) => [recordOf(segment, () => ofLine(segment))],
};

/**
 * A page or message in words: 气象台…发布…预警信号. The year comes from the sentence or from a line that dates the page.
 * @param codeOf GB/T 2260 code of a division by its name; null when it is not of this city
 */
export const warningText = (codeOf: (name: string) => string | null): Reader => ({
  format: 'cn-warning-text',
  about:
    'Warning signals in words, one message a line; a line such as `日期：2023-08-14` dates those that name no year.',
  unit: () => 'line',
  remembers: true,
  recognises: ({ text }) =>
    !/^\ufeff?\s*[[{<]/.test(text) && /气象[台局].{0,40}(发布|更新|升级|降级|解除|将)[^\n]{0,200}预警/.test(text),
  begin: () => {
    let page: string | null = null;
    return (segment) => {
      const text = decodeUtf8(segment.bytes);
      const dated = /^(?:日期|发布日期|发布时间)[:：]\s*(\d{4}-\d{2}-\d{2})/.exec(text ?? '')?.[1];
      if (dated === undefined) return [recordOf(segment, () => ofText(text, page, codeOf))];
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

function ofText(text: string | null, page: string | null, codeOf: (name: string) => string | null) {
  if (text === null) throw new Unreadable('', notUtf8('').reason, notUtf8('').expected);
  const said = announcementIn(text);
  if (said === null) throw new Unreadable('', JSON.stringify(text.slice(0, 60)), '…气象台M月D日H时m分发布…预警信号');
  const year = said.year ?? (page === null ? null : yearNear(said, page));
  const place = said.issuer.replace(/气象[台局]$/, '');
  return messagesOf(said.signals, {
    issuer: said.issuer,
    sentAt: sentIn(said, year, text.slice(0, 40)),
    change: said.change,
    place,
    adcode: codeOf(place),
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
  return {
    notes:
      about.change === '发布'
        ? []
        : ['refers to no message; it changes what the same issuer said of the same kind and area'],
    drafts: signals.map((signal, index) =>
      alertOfSignal(signal, { ...about, ...(times[index] ? { effectiveAt: times[index] } : {}) }),
    ),
  };
}

function ofLine(segment: Segment) {
  const { value, refusal } = parseJson(segment.bytes, '');
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
    { issuer, sentAt, change, place, adcode, text, web: textOf(value['url']) },
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
  const at = sentIn(said, said.year ?? (page === undefined || page === null ? null : yearNear(said, page)), issued);
  if (noted !== null && noted !== at)
    throw new Unreadable('issued', `${issued}, where the text says ${at}`, 'the time of the text');
  return at;
}

function sentIn(said: Announcement, year: number | null, written: string): string {
  if (year === null)
    throw new Unreadable(
      'issued',
      `${JSON.stringify(written)}: neither the text nor its page names a year`,
      'a text with its year, or the date of its page',
    );
  const at = instantAt({ ...said, year, second: 0 }, ZONE);
  if (at === null)
    throw new Unreadable(
      'text',
      `${year}-${said.month}-${said.day} ${said.hour}:${said.minute}`,
      'a date that the calendar has',
    );
  return at;
}

/** On 1 January a page carries messages of the old year. */
function yearNear({ month, day, hour, minute }: Announcement, page: string): number | null {
  const latest = new Date(Date.parse(page) + 36 * 3_600_000);
  const year = latest.getUTCFullYear();
  const at = instantAt({ year, month, day, hour, minute, second: 0 }, ZONE);
  return at !== null && at <= latest.toISOString() ? year : year - 1;
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
