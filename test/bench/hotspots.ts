import { mkdtempSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { clustersDbscan } from '@turf/clusters-dbscan';
import { featureCollection, point } from '@turf/helpers';
import { around } from 'geokdbush';
import KDBush from 'kdbush';
import { openStore, readPlans, startOneProcess, type Ports } from '@fengsui/cli';
import { utc, type HotspotV1, type UtcInstant } from '@fengsui/contracts';
import { one, rows, run, schedule, type Tx } from '@fengsui/database';
import { signSets, type Seen } from '@fengsui/rules';
import { readSettings } from '@fengsui/settings';

const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'plans', 'qingyuan');
const MANY = 20_000;
const REACH = { joinWithinKm: 2, joinWithinHours: 24 };
/** Within a county, so that most of them are taken. */
const CENTRE = { latitude: 24.3, longitude: 113.4 };
const ROUNDS = 5;

/** Signs of one day around a place; the same in every run. @param degrees how far around */
function day(degrees: number, at: UtcInstant): Seen[] {
  let state = 7;
  const next = (): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  return Array.from({ length: MANY }, (_, index) => ({
    event: `hotspot/bench/${degrees}/${index}`,
    at: utc(Date.parse(at) - Math.floor(next() * 20 * 3_600_000)),
    latitude: Number((CENTRE.latitude + (next() - 0.5) * degrees).toFixed(5)),
    longitude: Number((CENTRE.longitude + (next() - 0.5) * degrees).toFixed(5)),
  }));
}

type Row = (what: string, asked: string, here: string) => void;

/** `npm run bench -- hotspots`: twenty thousand signs of one day in one place, put to fires. */
export async function benchHotspots(say: (row: string) => void): Promise<void> {
  say('| 20,000 hotspots of one day | asked | here |');
  say('|---|--:|--:|');
  const row: Row = (what, asked, here) => say(`| ${what} | ${asked} | ${here} |`);
  const signs = day(0.4, utc('2020-12-02T12:00:00Z'));
  row(
    'put to sets, ms (least / median / most of 5)',
    '≤ 120',
    timed(() => signSets(signs, REACH).length),
  );
  row(
    'turf clusters-dbscan, space alone, ms (one round)',
    '',
    once(() => byTurf(signs)),
  );
  row(
    'kdbush with geokdbush, ms (one round)',
    '',
    once(() => byKdbush(signs)),
  );
  await inTheProduct(row);
}

async function inTheProduct(row: Row): Promise<void> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'fengsui-hotspots-'));
  const settings = { ...readSettings({ LOG_LEVEL: 'error', FENGSUI_HTTP_PORT: '0' }), FENGSUI_HOME: home };
  const store = await openStore(settings);
  const running = await startOneProcess(store.url, settings, readPlans(PLAN), { services: true, http: false });
  try {
    const { db, clock } = running.ports;
    const signs = day(0.4, await clock.now());
    row(
      'PostgreSQL, pairs by cells and labels until none changes, ms',
      '',
      (await byPostgres(running.ports, signs)).toFixed(0),
    );
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const begun = performance.now();
    await append(running.ports, signs);
    await settled(running.ports);
    delay.disable();
    const seconds = (performance.now() - begun) / 1_000;
    const gathered = await one<{ n: number; fires: number }>(
      db,
      `select count(*)::int as n, count(distinct fire)::int as fires from wildfire.sign where fire is not null`,
    );
    row(
      `from the log to fires, ${gathered?.n} in the city, ${gathered?.fires} fires, all services beside it, s`,
      '',
      seconds.toFixed(2),
    );
    row('longest stall of the event loop meanwhile, ms', '≤ 100', (delay.max / 1e6).toFixed(0));
    row(
      'of these 20,000, loose in the table: put to fires and written, ms (of 3 places)',
      '≤ 500',
      await written(running.ports),
    );
    row(
      'one more among them: its neighbours asked for, ms (median of 5)',
      '≤ 10',
      (await neighboursOf(running.ports, signs[0] as Seen)).toFixed(1),
    );
  } finally {
    await running.stop();
    await store.release();
    rmSync(home, { recursive: true, force: true });
  }
}

/** What is asked of the database for one more sign among all others. */
async function neighboursOf({ db }: Ports, sign: Seen): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < ROUNDS; n += 1) {
    const from = performance.now();
    await rows(
      db,
      `select event, at, latitude, longitude, fire from wildfire.sign
       where cell in (select cell + dy * 18000 + dx from wildfire.sign, generate_series(-1, 1) dy, generate_series(-2, 2) dx
                      where event = $1) and fire is not null and at between $2::timestamptz - interval '24 hours' and $2::timestamptz + interval '24 hours'`,
      [sign.event, sign.at],
    );
    times.push(performance.now() - from);
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] as number;
}

/** The job alone that puts signs to fires: a copy of all of them, a week earlier each time. */
async function written(ports: Ports): Promise<string> {
  const { db, clock } = ports;
  const times: number[] = [];
  for (const days of [7, 14, 21]) {
    await run(
      db,
      `insert into wildfire.sign (event, at, latitude, longitude, county, by_whom, late, cell, source)
       select event || '/' || $1::int, at - make_interval(days => $1::int), latitude, longitude, county, by_whom, late, cell, source
       from wildfire.sign where event like 'hotspot/bench/%' and event not like 'hotspot/bench/%/%/%'`,
      [days],
    );
    const now = await clock.now();
    const from = performance.now();
    await db.transaction((tx: Tx) =>
      schedule(tx, 'wildfire', [{ kind: 'gather', key: 'bench', dueAt: now, payload: {} }]),
    );
    await settled(ports);
    times.push(performance.now() - from);
  }
  return times.map((ms) => ms.toFixed(0)).join(' / ');
}

async function append({ db, log, clock }: Ports, signs: readonly Seen[]): Promise<void> {
  const now = await clock.now();
  const events = signs.map((sign) => hotspot(sign, now));
  for (let at = 0; at < events.length; at += 1_000)
    await db.transaction((tx: Tx) => log.append(tx, events.slice(at, at + 1_000)));
}

/** Nothing is unread, and no gathering due: asked so that asking costs nothing. */
async function settled({ db, log }: Ports): Promise<void> {
  const due = () => one(db, `select 1 from schedule.job where service = 'wildfire' and kind = 'gather' limit 1`);
  while (!(await log.idle()) || (await due()) !== null) await sleep(20);
}

const hotspot = ({ event, at, latitude, longitude }: Seen, now: UtcInstant): HotspotV1 => ({
  id: event,
  type: 'hotspot.v1',
  key: `${latitude.toFixed(1)},${longitude.toFixed(1)}`,
  correlationId: 'bench',
  occurredAt: at,
  recordedAt: now,
  causes: [],
  data: {
    cellId: `${latitude.toFixed(1)},${longitude.toFixed(1)}`,
    latitude,
    longitude,
    satellite: 'Suomi-NPP',
    instrument: 'VIIRS',
    confidence: 'nominal',
    confidencePercent: null,
    frpMw: 4.1,
    brightnessK: 330,
    backgroundK: 290,
    scanKm: 0.4,
    trackKm: 0.4,
    dayNight: 'D',
    pixelType: null,
    version: '2.0NRT',
  },
});

const byTurf = (signs: readonly Seen[]): number =>
  clustersDbscan(
    featureCollection(signs.map(({ latitude, longitude }) => point([longitude, latitude]))),
    REACH.joinWithinKm,
    {
      units: 'kilometers',
      minPoints: 1,
    },
  ).features.length;

/** Each sign with all that lie within reach of it. */
function byKdbush(signs: readonly Seen[]): number {
  const index = new KDBush(signs.length);
  for (const { latitude, longitude } of signs) index.add(longitude, latitude);
  index.finish();
  const parent = signs.map((_, at) => at);
  const root = (at: number): number => {
    let top = at;
    while (parent[top] !== top) top = parent[top] = parent[parent[top] as number] as number;
    return top;
  };
  signs.forEach(({ latitude, longitude, at }, index_) => {
    for (const other of around(index, longitude, latitude, Infinity, REACH.joinWithinKm) as number[])
      if (Math.abs(Date.parse(at) - Date.parse(signs[other]?.at ?? at)) <= REACH.joinWithinHours * 3_600_000)
        parent[root(index_)] = root(other);
  });
  return new Set(parent.map((_, at) => root(at))).size;
}

/** Every pair within reach, found by cells, and the least label of each sign's neighbours until none changes. */
async function byPostgres({ db }: Ports, signs: readonly Seen[]): Promise<number> {
  return db.transaction(async (tx: Tx) => {
    await run(
      tx,
      `create temporary table seen on commit drop as
       select n::int, lat, lon, floor(lat / 0.02)::int as y, floor(lon / 0.02)::int as x, n::int as label
       from unnest($1::float8[], $2::float8[]) with ordinality as t(lat, lon, n)`,
      [signs.map(({ latitude }) => latitude), signs.map(({ longitude }) => longitude)],
    );
    const from = performance.now();
    await run(tx, 'create index on seen (y, x); analyze seen');
    await run(
      tx,
      `create temporary table pair on commit drop as
       select a.n as a, b.n as b from seen a join seen b on b.y between a.y - 1 and a.y + 1 and b.x between a.x - 1 and a.x + 1
         and b.n > a.n
         and 2 * 6371.0088 * asin(sqrt(sin(radians(b.lat - a.lat) / 2) ^ 2
             + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(radians(b.lon - a.lon) / 2) ^ 2)) <= ${REACH.joinWithinKm}`,
    );
    await run(tx, 'insert into pair select b, a from pair; create index on pair (a); analyze pair');
    let changed = 1;
    while (changed > 0)
      changed = await run(
        tx,
        `update seen s set label = l.label from (
           select p.a, min(o.label) as label from pair p join seen o on o.n = p.b group by p.a) l
         where l.a = s.n and l.label < s.label`,
      );
    return performance.now() - from;
  });
}

function timed(work: () => unknown): string {
  const times = Array.from({ length: ROUNDS }, () => {
    const from = performance.now();
    work();
    return performance.now() - from;
  });
  return spread(times);
}
const once = (work: () => unknown): string => {
  const from = performance.now();
  work();
  return (performance.now() - from).toFixed(0);
};
function spread(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  return [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
    .map((ms) => (ms ?? NaN).toFixed(0))
    .join(' / ');
}
