import {
  addMinutes,
  COLOUR_IN_CHINESE,
  LEVEL_IN_CHINESE,
  parseHazards,
  parseLevel,
  shanghaiMinute,
  utc,
  type Level,
  type ObservedEvent,
  type UtcInstant,
} from '@fengsui/contracts';
import type { FloodPlan, Known, Notice } from '@fengsui/response';
import { readPlanCsv, SettingsError } from '@fengsui/settings';
import { Type, type Static } from 'typebox';
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Plans } from '../one-process.js';
import { eventsIn } from './events-in.js';
import { Misuse } from '../terminal.js';

/** Notices of a folder, and what its other files say was known, each by the instant from which it was known. */
export type NoticesFolder = Readonly<{
  notices: readonly Notice[];
  known: readonly Known[];
  /** By what an authority decides; null: it does not decide here. */ planOf: (authority: string) => FloodPlan | null;
  names: FloodPlan['names'];
}>;

/**
 * Reads `*.jsonl` as notices (`at`, `adcode`, `hazard`, `to_level`, `trigger`), and every other file as intake would.
 * A file that intake does not read says nothing, and is left out.
 * @throws Misuse when there is no notice, or one that cannot be read: with file and line
 */
export async function readNotices(folder: string, plans: Plans): Promise<NoticesFolder> {
  const files = readdirSync(folder).sort();
  const notices: Notice[] = [];
  const known: Known[] = [];
  for (const name of files.filter((one) => one.endsWith('.jsonl'))) {
    const lines = readFileSync(path.join(folder, name), 'utf8').split('\n');
    for (const [n, line] of lines.entries()) {
      if (line.trim() === '') continue;
      const { notice, trigger } = noticeOf(line, `${name} ${n + 1}`);
      notices.push(notice);
      known.push(...(await warningIn(trigger, notice, plans, `${name}:${n + 1}`)));
    }
  }
  if (notices.length === 0) throw new Misuse(`${folder} 中没有通知（*.jsonl） / no notices (*.jsonl)`);
  const { flood } = plans.response;
  const places: Record<string, { county: string; below: null }> = {};
  for (const name of files.filter((one) => !one.endsWith('.jsonl'))) {
    const bytes = readFileSync(path.join(folder, name));
    for (const event of await eventsIn(bytes, plans)) known.push(...knownBy(event, name, plans, places));
    if (name.endsWith('.csv')) known.push(...forecastsIn(folder, name, plans));
  }
  const spread = notices.flatMap(({ at }) => spreadOver(known, at));
  const planOf = (authority: string): FloodPlan | null => {
    const plan = plans.response.planOf(authority);
    return plan === null ? null : { ...plan, stations: { ...places, ...plan.stations } };
  };
  const ordered = notices.map((notice) => declaredBy(notice, plans));
  return { notices, known: [...known, ...spread, ...ordered], planOf, names: flood.names };
}

type Line = Readonly<Record<string, string | null | undefined>>;

function noticeOf(line: string, place: string): Readonly<{ notice: Notice; trigger: string }> {
  const wrong = (what: string): Misuse => new Misuse(`${place}: ${what}`);
  let read: Line;
  try {
    read = JSON.parse(line) as Line;
  } catch {
    throw wrong('不是 JSON / no JSON');
  }
  const { at, adcode, hazard, to_level: to, trigger } = read;
  if (typeof at !== 'string' || Number.isNaN(Date.parse(at))) throw wrong('at: 2022-07-05T18:30:00+08:00');
  if (typeof adcode !== 'string' || !/^\d{6}$/.test(adcode)) throw wrong('adcode: 441800');
  const ordered: Level | null = to === null || to === undefined ? 'none' : parseLevel(to);
  if (ordered === null) throw wrong('to_level: Ⅰ Ⅱ Ⅲ Ⅳ null');
  return { notice: { at: utc(at), authority: adcode, response: hazard ?? '防汛', ordered }, trigger: trigger ?? '' };
}

/** What one authority ordered is known to the others. */
function declaredBy({ at, authority, response, ordered }: Notice, { response: { flood } }: Plans): Known {
  const own = authority === flood.authority;
  const county = flood.counties.includes(authority);
  const name = own ? '市' : (flood.names[authority] ?? authority);
  const declared = {
    authority,
    name,
    kind: own ? ('city' as const) : county ? ('county' as const) : ('neighbour' as const),
    hazards: parseHazards(response),
    counties: county ? [authority] : [],
  };
  const text = `${name}${ordered === 'none' ? `结束${response}` : `启动${response}${LEVEL_IN_CHINESE[ordered]}`}应急响应`;
  const is = { kind: 'level' as const, declared, level: ordered };
  return { event: `notice/${authority}/${at}`, knownAt: at, text, assumed: false, is };
}

/** The warning that a notice gives as its reason, when it says from when: `8月23日8时59分,市气象台将清城区台风白色…升级为蓝色`. */
async function warningIn(trigger: string, { at }: Notice, plans: Plans, place: string): Promise<readonly Known[]> {
  const [, month, day, hour, minute = '00', rest] =
    /^(\d{1,2})月(\d{1,2})日(\d{1,2})时(?:(\d{1,2})分)?[,，]?\S*?气象台(将.*|发布.*)$/.exec(trigger) ?? [];
  if (rest === undefined) return [];
  const year = shanghaiMinute(at).slice(0, 4);
  const city = plans.intake.rules.divisions[0]?.name ?? '';
  const text = `${city}气象台${year}年${month}月${day}日${hour}时${minute}分${rest}预警信号`.replace(
    /(预警信号)+$/,
    '预警信号',
  );
  const events = await eventsIn(Buffer.from(text), plans);
  return events.flatMap((event) => knownBy(event, place, plans, {}));
}

/** What an event says that may call for a level. */
function knownBy(
  event: ObservedEvent,
  source: string,
  { response }: Plans,
  places: Record<string, { county: string; below: null }>,
): readonly Known[] {
  const { flood, gauges } = response;
  const base = { event: event.id, knownAt: event.occurredAt, assumed: false };
  const from = `（${source}）`;
  if (event.type === 'weather-warning.v1')
    return event.data.signals.flatMap((signal): Known[] => {
      const kind = flood.warnings.find(({ eventCode }) => eventCode === signal.eventCode);
      const counties = flood.counties.filter((code) => signal.divisions.some((one) => one.startsWith(code)));
      if (kind === undefined || counties.length === 0) return [];
      const until = signal.expiresAt ?? addMinutes(event.data.sentAt, kind.holdsHours * 60);
      const where = counties.map((code) => flood.names[code] ?? code).join('、');
      const text = `${where}${kind.name}${signal.colour === null ? '颜色不明' : COLOUR_IN_CHINESE[signal.colour]}预警${from}`;
      return [
        { ...base, text, is: { kind: 'warning', eventCode: kind.eventCode, colour: signal.colour, counties, until } },
      ];
    });
  if (event.type !== 'reading.v1') return [];
  const { data } = event;
  const gauge = gauges.get(data.station);
  const name = gauge?.name ?? data.station.replace(/^reported\//, '');
  if (data.quantity === 'stage' && gauge !== undefined && gauge.warningStageM !== null) {
    const aboveWarningM = Math.round((data.stageM - gauge.warningStageM) * 100) / 100;
    return [
      {
        ...base,
        text: `${name}水位${data.stageM}米，超警戒${aboveWarningM}米${from}`,
        is: { kind: 'stage', station: data.station, aboveWarningM },
      },
    ];
  }
  if (data.quantity !== 'rain' || data.windowMinutes === null) return [];
  if (gauge === undefined) {
    // A place that a report names: the county that its name begins with.
    const county = flood.counties.find((code) => name.startsWith(flood.names[code] ?? ' '));
    if (county === undefined) return [];
    places[data.station] = { county, below: null };
  }
  const end = Date.parse(event.occurredAt) / 60_000;
  const window = { end, minutes: data.windowMinutes, mm: data.rainMm, event: event.id };
  const text = `${name}${data.windowMinutes / 60}小时雨量${data.rainMm}毫米${from}`;
  return [{ ...base, text, is: { kind: 'rain', station: data.station, window } }];
}

/** How long a forecast stands whose issue nobody states. */
const FORECAST_STANDS_HOURS = 24;

/**
 * Forecasts of a table of published stages (`station, time, kind, stage_m, flow_m3s`). When they were issued is not
 * stated: at the latest at the time that they are for.
 */
function forecastsIn(folder: string, source: string, { response }: Plans): readonly Known[] {
  const table = tableOf(folder, source);
  return table.flatMap((row, n): Known[] => {
    if (row.kind !== 'forecast') return [];
    const name = row.station;
    const gauge = [...response.gauges.values()].find(
      (one) => one.name.replace(/站$/, '') === name || one.station === name,
    );
    if (gauge === undefined) return [];
    const knownAt = utc(row.time);
    const metres = row.above_warning_m === '' ? null : Number(row.above_warning_m);
    const flow = row.flow_m3s === '' ? null : Number(row.flow_m3s);
    const what = [metres === null ? '' : `超警戒${metres}米`, flow === null ? '' : `流量${flow}立方米每秒`];
    const is = {
      kind: 'forecast' as const,
      station: gauge.station,
      aboveWarningM: metres,
      flowM3s: flow,
      returnPeriodYears: null,
      until: addMinutes(knownAt, FORECAST_STANDS_HOURS * 60),
    };
    const text = `${gauge.name}预报${what.filter((one) => one !== '').join('、')}，发布时间未注明，最迟于此时已知（${source}）`;
    return [{ event: `${source}:${n + 2}`, knownAt, text, assumed: false, is }];
  });
}

const PublishedStage = Type.Object({
  station: Type.String(),
  time: Type.String(),
  kind: Type.String(),
  above_warning_m: Type.String(),
  flow_m3s: Type.String(),
});
/** None, where the file is another table. */
function tableOf(folder: string, name: string): readonly Static<typeof PublishedStage>[] {
  try {
    return readPlanCsv(folder, name, PublishedStage).value;
  } catch (error) {
    if (error instanceof SettingsError || (error as { code?: string }).code?.startsWith('CSV_') === true) return [];
    throw error;
  }
}

/** Totals that were known only after an order, spread evenly over their hours: an assumption, and said to be one. */
function spreadOver(known: readonly Known[], order: UtcInstant): readonly Known[] {
  return known.flatMap(({ event, is, text, knownAt }): Known[] => {
    if (is.kind !== 'rain' || is.window.minutes < 120 || knownAt <= order) return [];
    const begin = is.window.end - is.window.minutes;
    const until = Date.parse(order) / 60_000;
    if (begin >= until) return [];
    const step = 30;
    const mm = (is.window.mm * step) / is.window.minutes;
    const count = Math.floor((until - begin) / step);
    return Array.from({ length: count }, (_, n) => {
      const end = begin + (n + 1) * step;
      return {
        event,
        knownAt: utc(new Date(end * 60_000).toISOString()),
        text: `假设：${text}，按时间平均分配`,
        assumed: true,
        is: { ...is, window: { end, minutes: step, mm, event: `${event}/assumed/${n}` } },
      };
    });
  });
}
