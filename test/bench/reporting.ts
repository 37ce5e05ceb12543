import { mkdtempSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { utc } from '@fengsui/contracts';
import { connect, migrate, rows, run, startEmbedded } from '@fengsui/database';
import { REPORTING_SCHEMA, ReportingModule, ReportingPlan, ReportingQuery, Reports } from '@fengsui/reporting';
import { BASE_SCHEMAS, startServices } from '@fengsui/service';
import { readSettings } from '@fengsui/settings';

const PLAN = fileURLToPath(new URL('../../../plans/qingyuan', import.meta.url));
const FACTS = 1_000_000;
const ROUNDS = 5;

/**
 * Figures, traces, figures as of then, the summary and rebuilding over a million facts of two years, each known from
 * its own hour on, a tenth of them corrected later. Facts are written by SQL; the counters are then rebuilt by the
 * product, which is what is measured first.
 */
export async function benchReporting(say: (row: string) => void): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-bench-'));
  const server = await startEmbedded(folder);
  await migrate(server.url, [...BASE_SCHEMAS, REPORTING_SCHEMA]);
  const db = await connect(server.url, 'bench', 4, [REPORTING_SCHEMA]);
  const plan = ReportingPlan.read(PLAN);
  const settings = readSettings({ DATABASE_URL: server.url, LOG_LEVEL: 'error' });
  const started = await startServices(server.url, settings, {
    schemas: [REPORTING_SCHEMA],
    modules: [ReportingModule.of(plan)],
    consumers: [],
    http: false,
  });
  const query = started.app.get(ReportingQuery, { strict: false });
  const summaries = started.app.get(Reports, { strict: false });
  try {
    await fill(db);
    const rebuilt = await timed(() => query.rebuild(null));
    say(`rebuild of all over ${FACTS.toLocaleString('en')} facts: ${seconds(rebuilt)} s`);
    say(`until here this process took at most ${Math.round(process.resourceUsage().maxRSS / 1_000)} MB`);
    const then = utc('2020-09-15T04:30:00Z');
    const asks: readonly (readonly [string, number, () => Promise<unknown>])[] = [
      ['figures of the year', 1, () => query.figures({ period: '2020' })],
      ['figures of half a year of one county', 1, () => query.figures({ period: '2020H1', county: '441881' })],
      ['figures as of a day before the last third', 2, () => query.figures({ period: '2020', asOf: then })],
      [
        'trace, a page of 200',
        0.5,
        () => query.trace('accidents.deaths', { period: '2020' }, { after: null, limit: 200 }),
      ],
      [
        'trace as of then, a page of 200',
        0.5,
        () => query.trace('accidents.deaths', { period: '2020', asOf: then }, { after: null, limit: 200 }),
      ],
      ['the summary', 5, () => summaries.make({ period: '2020' })],
      ['the summary as of then', 5, () => summaries.make({ period: '2020', asOf: then })],
    ];
    for (const [what, asked, ask] of asks) {
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) times.push(await timed(ask));
      times.sort((a, b) => a - b);
      say(
        `${what}: ${[0, ROUNDS >> 1, ROUNDS - 1].map((at) => seconds(times[at] ?? 0)).join(' / ')} s (least / median / most of ${ROUNDS}; asked: ${asked})`,
      );
    }
    say(`until here this process took at most ${Math.round(process.resourceUsage().maxRSS / 1_000)} MB`);
    say(`every counter held to its facts: ${seconds(await timed(() => query.checks()))} s`);
    const { counters, size } = (
      await rows<{ counters: number; size: number }>(
        db,
        `select (select count(*)::int from reporting.counter) as counters, pg_total_relation_size('reporting.counter')::float8 as size`,
      )
    )[0] as { counters: number; size: number };
    say(
      `${counters.toLocaleString('en')} counters, ${Math.round(size / 1e6)} MB; this process at most ${Math.round(process.resourceUsage().maxRSS / 1_000)} MB (asked: 300)`,
    );
  } finally {
    await started.stop();
    await db.destroy();
    await server.release();
    rmSync(path.dirname(server.dataFolder), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Accidents of 2019 and 2020, one for each minute or so, and for a tenth of them a later version that says more. */
async function fill(db: Parameters<typeof run>[0]): Promise<void> {
  const content = (deaths: string): string => `jsonb_build_object('kind', 'incident',
    'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'region', region, 'category', case when n % 5 = 0 then 'fire' when n % 5 = 1 then 'road-accident' else 'work-accident' end,
    'productionRelated', n % 3 <> 0, 'industry', (array['road-transport','construction','commerce-manufacturing','mining'])[1 + n % 4],
    'grade', 'general', 'deaths', ${deaths}, 'injuries', n % 2, 'economicLossYuan', n % 100000, 'propertyLossYuan', n % 1000,
    'latitude', null, 'longitude', null, 'isOutside', false, 'changes', '[]'::jsonb)`;
  const cases = `select n, 'N' || n as subject, timestamptz '2019-01-01 00:00+08' + (n * interval '2 years' / ${FACTS}) as at,
    (array['441802','441803','441821','441823','441825','441826','441881','441882'])[1 + n % 8] as region
    from generate_series(1, ${FACTS * 0.9}) as n`;
  const columns = 'kind, subject, version, event, contract, origins, at, recorded_at, region, content';
  await run(
    db,
    `insert into reporting.fact (${columns})
     select 'incident', subject, 1, 'incident/' || subject || '/1', 'incident.v1', array['incident/' || subject || '/1'], at,
            at + interval '1 hour', region, ${content('n % 4 / 3')} from (${cases}) as c`,
  );
  await run(
    db,
    `insert into reporting.fact (${columns})
     select 'incident', subject, 2, 'incident/' || subject || '/2', 'incident.v1', array['incident/' || subject || '/2'], at,
            at + interval '20 days', region, ${content('1')} from (${cases}) as c where n % 9 = 0`,
  );
  await run(
    db,
    `insert into reporting.subject (kind, id, version, entries, content, recorded_at)
     select distinct on (kind, subject) kind, subject, version, jsonb_build_object(event, jsonb_build_object('at', at, 'reportNo', version, 'deaths', content->'deaths')), content, recorded_at
     from reporting.fact order by kind, subject, version desc`,
  );
  await run(db, 'vacuum analyze reporting.fact');
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(2);
async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
