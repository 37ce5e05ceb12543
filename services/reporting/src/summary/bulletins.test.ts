import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { fromShanghai, type Envelope, type IncidentV1 } from '@fengsui/contracts';
import { Clock, connect, SCHEDULE_SCHEMA } from '@fengsui/database';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import { roundHalfUp } from '@fengsui/rules';
import { sharedFile } from '@fengsui/testing';
import type { DataSource } from 'typeorm';
import { FactBook } from '../facts/fact-book.js';
import { partsOf } from '../facts/facts.js';
import { FigureBook, type Against } from '../figures/figures.js';
import { Recounting } from '../figures/recounting.js';
import { reportOf } from '../incident-for-tests.js';
import { REPORTING_SCHEMA } from '../index.js';
import { before, periodOf, yearsBefore, type Period } from '../period.js';
import { ReportingPlan } from '../plan.js';
import { profileOf, type Profile } from './profile.js';
import { changeOf } from './wording.js';

/**
 * What seventeen published bulletins say of changes, printed by the product in the words of each issuer: it is fed
 * with incidents of the published numbers and of the bases that they imply.
 */
const PLAN = ReportingPlan.read(
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans', 'qingyuan'),
);
const ISSUERS: Readonly<Record<string, Partial<Profile>>> = {
  广州市应急管理局: { keepZeros: true },
  广东省应急管理厅: { keepZeros: true },
  清远市清新区安委办: { decimals: 0, level: '与去年同期持平' },
};
/** Figures that the bulletins give, with what of an incident adds up to them. */
const METRICS = {
  accidents: ['accidents.count', 1],
  deaths: ['accidents.deaths', 1],
  injured: ['accidents.injuries', 1],
  loss_wan_yuan: ['accidents.loss', 10_000],
  fires: ['fires.count', 1],
} as const;
type Metric = keyof typeof METRICS;
type Said = Readonly<{ value: string; yoy_pct?: string; mom_pct?: string }>;
type Bulletin = Readonly<{
  id: string;
  publisher: string;
  period: readonly [string, string];
  metrics: Readonly<Record<string, Said>>;
}>;

const file = sharedFile('data', 'statistics', 'published_accident_statistics.json');
/** Numbers as they are written there: 14.0 is not 14. */
const bulletins =
  file === null
    ? []
    : (JSON.parse(readFileSync(file, 'utf8').replace(/(?<="): (-?\d+(\.\d+)?)(?=[,\s}])/g, ': "$1"')) as Bulletin[]);

let database: TestDatabase;
let db: DataSource;
let figures: FigureBook;
const book = new FactBook(PLAN);
beforeAll(async () => {
  database = await testDatabase([SCHEDULE_SCHEMA, REPORTING_SCHEMA]);
  db = await connect(database.url, 'bulletins', 2, [REPORTING_SCHEMA]);
  figures = new FigureBook(new Clock(db), PLAN);
  await new Recounting(db, new Clock(db), PLAN, { services: ['reporting'] }).onModuleInit();
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

/** 2022-01 to 2022-12 is 2022, one month is that month, anything else is from its first to its last day. */
function periodFor([first, last]: readonly [string, string]): Period | null {
  if (!/^\d/.test(first)) return null; // the year is not given
  const of = (name: string): Period => periodOf(name, PLAN.statistics.floodSeason, '2026-01-01');
  if (first === last) return of(first);
  const to = last.length === 7 ? of(last).to : last;
  return of(`${first.length === 7 ? `${first}-01` : first}..${to}`);
}

/** What gives the published change, by whole numbers (money by hundredths of 万元); null: nothing does. */
function baseOf(value: number, percent: string, step: number): number | null {
  const decimals = percent.split('.')[1]?.length ?? 0;
  if (value === 0) return Number(percent) === -100 ? 1 : null; // any base falls by all of it
  const about = value / (1 + Number(percent) / 100);
  if (!Number.isFinite(about)) return null;
  for (let away = 0; away <= Math.max(20, about / step / 50); away += 1)
    for (const base of [about - away * step, about + away * step].map((one) =>
      roundHalfUp(Math.round(one / step) * step, 2),
    ))
      if (base > 0 && roundHalfUp(((value - base) / base) * 100, decimals) === Number(percent)) return base;
  return null;
}

let told = 0;
/** As many incidents as a bulletin counts, with all that it adds up in the first of them. */
function incidents(day: string, of: Readonly<Partial<Record<Metric, number>>>): Envelope[] {
  const isFire = of.fires !== undefined;
  const [count, deaths, injuries] = [of.fires ?? of.accidents ?? 1, of.deaths ?? 0, of.injured ?? 0].map(
    Math.round,
  ) as [number, number, number];
  const loss = Math.round((of.loss_wan_yuan ?? 0) * 10_000);
  return Array.from({ length: count }, (_, nth): IncidentV1 => {
    const incidentId = `I${(told += 1)}`;
    const at = fromShanghai(`${day}T10:00`);
    const own =
      nth === 0 ? { deaths, injuries, economicLossYuan: loss, propertyLossYuan: loss } : { injuries: 0, deaths: 0 };
    const data = reportOf({ incidentId, happenedAt: at, ...own, category: isFire ? 'fire' : 'work-accident' });
    const header = { id: `incident/${incidentId}/1`, key: incidentId, correlationId: incidentId, causes: [] };
    return { ...header, type: 'incident.v1', occurredAt: at, recordedAt: at, data };
  });
}

type Printed = Readonly<{ place: string; printed: string; published: string }>;

async function printed({
  id,
  publisher,
  period: months,
  metrics,
}: Bulletin): Promise<{ said: Printed[]; impossible: string[]; mixed: string[] }> {
  const [said, impossible, mixed]: [Printed[], string[], string[]] = [[], [], []];
  const period = periodFor(months);
  const profile = profileOf(ISSUERS[publisher]);
  if (period === null) return { said, impossible, mixed };
  for (const [against, field] of [
    ['year', 'yoy_pct'],
    ['previous', 'mom_pct'],
  ] as const satisfies readonly (readonly [Against, keyof Said])[]) {
    const [now, then]: Partial<Record<Metric, number>>[] = [{}, {}] as [object, object];
    const asked: [Metric, string][] = [];
    for (const [name, { value, ...one }] of Object.entries(metrics)) {
      const percent = one[field];
      if (!(name in METRICS) || now === undefined || then === undefined) continue;
      const metric = name as Metric;
      now[metric] = Number(value);
      if (percent === undefined) continue;
      const base = baseOf(Number(value), percent, metric === 'loss_wan_yuan' ? 0.01 : 1);
      const decimals = percent.split('.')[1]?.length ?? 0;
      const isWhole =
        Number(percent) === 0 || decimals === profile.decimals || (decimals < profile.decimals && !profile.keepZeros);
      if (base === null) impossible.push(`${id} ${name} ${field} ${percent}`);
      else if (!isWhole || roundHalfUp(((Number(value) - base) / base) * 100, profile.decimals) !== Number(percent))
        mixed.push(`${id} ${name} ${field} ${percent}`);
      else asked.push([metric, percent]);
      if (base !== null) then[metric] = base;
    }
    if (asked.length === 0 || now === undefined || then === undefined) continue;
    await db.query('truncate reporting.subject, reporting.fact, reporting.counter, reporting.distinct_key');
    const base = against === 'year' ? yearsBefore(period, 1) : before(period);
    const events = [...incidents(period.from, now), ...incidents(base.from, then)];
    for (let begun = 0; begun < events.length; begun += 1_000) {
      const some = events.slice(begun, begun + 1_000);
      await db.transaction((tx) =>
        book.book(
          tx,
          some.map((event) => ({ event, parts: partsOf(event as never) })),
        ),
      );
    }
    const found = await db.transaction('REPEATABLE READ', (tx) =>
      figures.figures(tx, { period: period.name, against }),
    );
    for (const [metric, percent] of asked) {
      const figureId =
        metrics['fires'] !== undefined ? METRICS[metric][0].replace('accidents.', 'fires.') : METRICS[metric][0];
      const figure = found.figures.find((one) => one.id === figureId);
      const goes = Number(percent) < 0 ? profile.down : profile.up;
      const published = Number(percent) === 0 ? profile.level : `${goes}${percent.replace('-', '')}%`;
      said.push({
        place: `${id} ${metric} ${field}`,
        printed: figure === undefined ? '' : changeOf(figure, profile),
        published,
      });
    }
  }
  return { said, impossible, mixed };
}

(file === null ? it.skip : it)('prints what seventeen bulletins say of their changes, in their words', async () => {
  const all = { said: [] as Printed[], impossible: [] as string[], mixed: [] as string[] };
  for (const bulletin of bulletins) {
    const { said, impossible, mixed } = await printed(bulletin);
    all.said.push(...said);
    all.impossible.push(...impossible);
    all.mixed.push(...mixed);
  }
  expect(bulletins).toHaveLength(17);
  expect(all.said.filter((one) => one.printed !== one.published)).toEqual([]);
  expect({ said: all.said.length, impossible: all.impossible, mixed: all.mixed }).toEqual({
    said: 50,
    impossible: [],
    // 20% among 28.1 and 31.0, whose zeros are kept.
    mixed: ['guangzhou-safety-2023-12 injured yoy_pct 20'],
  });
});
