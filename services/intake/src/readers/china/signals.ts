import { colourNamed, type Colour, type SignalNamed } from '@fengsui/contracts';
import type { Draft } from '../reader.js';

/**
 * Kinds of warning signals and their national codes (GB/T 35561-2017, the part on which published lists agree). A
 * kind without a code here keeps its name alone.
 */
const EVENT_CODES: Readonly<Record<string, string>> = {
  台风: '11B01',
  龙卷风: '11B02',
  暴雨: '11B03',
  暴雪: '11B04',
  寒潮: '11B05',
  大风: '11B06',
  沙尘暴: '11B07',
  低温: '11B08',
  高温: '11B09',
  雷电: '11B14',
  冰雹: '11B15',
  霜冻: '11B16',
  大雾: '11B17',
  霾: '11B19',
  雷雨大风: '11B20',
  道路结冰: '11B21',
  干旱: '11B22',
  森林火险: '11B25',
  寒冷: '11B34',
};
const KINDS = Object.keys(EVENT_CODES).sort((a, b) => b.length - a.length);

export const eventCodeOf = (kind: string): string | null => EVENT_CODES[kind] ?? null;

/** One signal of a message; `area` is null when it holds for the whole of the issuer's division. */
export type Signal = Readonly<{ kind: string; colour: Colour; area: string | null }>;
/** What a sentence of a bureau says: who, when (null: what its page has to say), what changes, which signals. */
export type Announcement = Readonly<{
  issuer: string;
  year: number | null;
  month: number | null;
  day: number | null;
  hour: number;
  minute: number;
  change: Change;
  signals: readonly Signal[];
}>;
const CHANGES = ['发布', '继续发布', '更新', '升级', '降级', '解除'] as const;
type Change = (typeof CHANGES)[number];
export const isChange = (word: unknown): word is Change => (CHANGES as readonly unknown[]).includes(word);

const COLOURED = new RegExp(`(${KINDS.join('|')})([白蓝黄橙红])色`, 'g');
/** Blanks may stand between any two parts; a page of a day may leave the month to its date, and the minutes out. */
const ISSUED =
  /([\u4e00-\u9fa5]{2,12}(?:气象台|气象局))[\s，,：:]*于?\s*(?:(\d{4})\s*年)?\s*(?:(\d{1,2})\s*月)?\s*(?:(\d{1,2})\s*日)?\s*(\d{1,2})\s*[时:：]\s*(?:(\d{1,2})\s*分?)?(?:\d{1,2}秒)?\s*(继续发布|发布|更新|升级|降级|解除|将)/;
/** `将暴雨黄色预警信号升级为暴雨橙色预警信号`; the kind may stand again before the new colour. */
const CHANGED = /预警(?:信号)?(升级|降级|变更|调整)为[\u4e00-\u9fa5]{0,6}?([白蓝黄橙红])色/;

/** The announcement that a published text makes; null when it makes none in the form that bureaus use. */
export function announcementIn(text: string): Announcement | null {
  const match = ISSUED.exec(text);
  if (match === null) return null;
  const [whole, issuer = '', year, month, day, hour, minute, verb = ''] = match;
  const rest = text.slice(match.index + whole.length).split(/[。！]/, 1)[0] ?? '';
  const changed = CHANGED.exec(rest);
  if (verb === '将' && changed === null) return null;
  const division = issuer.replace(/气象[台局]$/, '');
  const found = signalsIn(rest, division);
  const signals =
    changed === null
      ? found
      : found.slice(0, 1).map((signal) => ({ ...signal, colour: colourNamed(changed[2] ?? '') ?? signal.colour }));
  if (signals.length === 0) return null;
  const change: string = changed?.[1] ?? verb;
  return {
    issuer,
    year: numberOrNull(year),
    month: numberOrNull(month),
    day: numberOrNull(day),
    hour: Number(hour),
    minute: Number(minute ?? 0),
    change: isChange(change) ? change : '更新',
    signals,
  };
}

const numberOrNull = (digits: string | undefined): number | null => (digits === undefined ? null : Number(digits));

/** `青塘镇暴雨橙色及桥头、东华镇暴雨黄色` are two signals: what stands before each is its area. */
export function signalsIn(text: string, division: string): Signal[] {
  const signals: Signal[] = [];
  let from = 0;
  for (const match of text.matchAll(COLOURED)) {
    const [whole, kind = '', written = ''] = match;
    const before = text.slice(from, match.index).replace(/^[及和与、，,\s]+/, '');
    from = match.index + whole.length;
    const area = before.startsWith(division) ? before.slice(division.length) : before;
    const colour = colourNamed(written);
    if (colour !== null)
      signals.push({ kind, colour, area: area === '' || /^(全[市县区省]|我[市县区])$/.test(area) ? null : area });
  }
  return signals;
}

/** Kind and colour that the words of an alert name: `暴雨红色预警信号`, or the kind alone. */
export const signalNamed: SignalNamed = (words) => {
  const changed = CHANGED.exec(words);
  const named = signalsIn(words, '').map((signal) => ({
    ...signal,
    colour: colourNamed(changed?.[2] ?? '') ?? signal.colour,
  }));
  const [first] = named;
  if (first !== undefined && named.every(({ kind, colour }) => kind === first.kind && colour === first.colour))
    return { eventCode: eventCodeOf(first.kind), colour: first.colour };
  const kind = KINDS.find((one) => words.trim().split(/\s+/)[0] === one);
  return { eventCode: kind === undefined ? null : eventCodeOf(kind), colour: null };
};

/** What is said of one signal, as an alert. The bureaus give no urgency, severity or certainty, so none is made up. */
export function alertOfSignal(
  { kind, colour, area }: Signal,
  about: Readonly<{
    issuer: string;
    sentAt: string;
    change: Change;
    place: string;
    /** Of the issuer, GB/T 2260; null when nobody knows it: then no county is warned by code. */ adcode: string | null;
    /** GB/T 2260 codes that the words of an area name. */ divisionsIn?: (area: string) => readonly string[];
    text: string | null;
    web: string | null;
    effectiveAt?: string;
  }>,
): Draft {
  const { issuer, sentAt, change, place, adcode, text, web, effectiveAt = null } = about;
  const named = area === null ? [] : (about.divisionsIn?.(area) ?? []);
  const divisions = named.length > 0 || adcode === null ? named : [adcode];
  // One signal of one issuer over one area: what changes or ends it is the next message about the same.
  const identifier = `${adcode ?? place}-${kind}-${area ?? '全境'}`.replace(/[\s,<&]+/g, '、');
  const msgType = change === '解除' ? 'Cancel' : change === '发布' ? 'Alert' : 'Update';
  const code = eventCodeOf(kind);
  return {
    type: 'weather-warning.v1',
    occurredAt: sentAt,
    data: {
      identifier,
      sender: issuer.replace(/[\s,<&]+/g, ''),
      sentAt,
      status: 'Actual',
      msgType,
      source: null,
      scope: 'Public',
      restriction: null,
      addresses: null,
      codes: [],
      note: change,
      references: msgType === 'Alert' ? [] : [{ sender: issuer.replace(/[\s,<&]+/g, ''), identifier, sentAt: null }],
      incidents: [],
      eventCode: code,
      colour,
      infos: [
        {
          language: 'zh-CN',
          categories: ['Met'],
          event: kind,
          responseTypes: [],
          urgency: 'Unknown',
          severity: 'Unknown',
          certainty: 'Unknown',
          audience: null,
          eventCodes: code === null ? [] : [{ valueName: 'GB/T 35561', value: code }],
          effectiveAt,
          onsetAt: null,
          expiresAt: null,
          senderName: issuer,
          headline: `${issuer}${change}${kind}${COLOUR_IN_CHINESE[colour]}预警信号`,
          description: text,
          instruction: null,
          web,
          contact: null,
          parameters: [{ valueName: 'signalColour', value: colour }],
          resources: [],
          areas: [
            {
              areaDesc: `${place}${area ?? ''}`,
              polygons: [],
              circles: [],
              geocodes: divisions.map((value) => ({ valueName: 'GB/T 2260', value })),
              altitudeFt: null,
              ceilingFt: null,
            },
          ],
        },
      ],
    },
  };
}

const COLOUR_IN_CHINESE: Readonly<Record<Colour, string>> = {
  white: '白色',
  blue: '蓝色',
  yellow: '黄色',
  orange: '橙色',
  red: '红色',
};
