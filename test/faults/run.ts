import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@fengsui/database';
import type { DataSource } from 'typeorm';
import { againstInput } from '../oracle/check.js';
import { oracleInput, type OracleInput } from '../oracle/input.js';
import { dutyFaults } from './duty.js';
import { disordered, feed, messagesOf, ordersOf, type Message } from './feeding.js';
import { leaders } from './leaders.js';
import { SCENARIOS, smallDisk, type Scenario } from './scenarios.js';
import { World } from './world.js';

/**
 * `npm run test:faults [-- duty] [-- --short --events N --seed N --only a,b --break position|spanning|batch]`: all services
 * over a real Apache Kafka and a real PostgreSQL while something goes wrong, then an oracle that knows the input
 * alone. Prints a row a scenario; ends with 1 when anything was lost, doubled or out of order.
 */
const option = (name: string, preset: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? preset : (process.argv[at + 1] ?? preset);
};
const short = process.argv.includes('--short');
const events = Number(option('events', short ? '8000' : '200000'));
const seed = Number(option('seed', '7'));
const broken = option('break', '');
/** What can be broken on purpose, and the scenario that must find it. */
const BREAKS: Readonly<Record<string, string>> = { position: 'services', spanning: 'leaders', batch: 'leaders' };
/** `test:faults -- duty` is `--only duty`. */
const named = process.argv[2]?.startsWith('--') === false ? process.argv[2] : undefined;
const only = option('only', named ?? BREAKS[broken] ?? '');

/** The feed stays so many messages ahead of intake, so that there is always something to lose. */
const AHEAD = short ? 12 : 60;
const STALLED_MS = 60_000;
const AT_REST_MS = 10_000;
const DISK_MB = Math.max(400, Math.ceil(events / 200));

type Outcome = Readonly<{
  lost: number;
  doubled: number;
  disorder: number;
  faults: number;
  recoveries: readonly number[];
  seconds: number;
  notes: readonly string[];
}>;

let state = seed;
const random = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 4_294_967_296;

async function play(world: World, scenario: Scenario, input: OracleInput): Promise<Outcome> {
  const database = `faults_${scenario.name.replace('-', '_')}`;
  const { messages, parked } =
    scenario.disorder === true ? disordered(input.events, random) : { messages: messagesOf(input.events), parked: 0 };
  const times = scenario.times[short && broken === '' ? 1 : 0];
  if (scenario.smallDisk === true) await tablespace(world);
  const db = await world.fresh(database, scenario.smallDisk === true ? 'small_disk' : undefined);
  const worked = new Worked(db);
  let running = true;
  try {
    await world.startAll(database, scenario.apart === true, scenario.clock === true ? world.newClock() : '');
    const begun = process.hrtime.bigint();
    const feeding = feed(
      world.client(),
      messages,
      (fed) => worked.tooFarAhead(fed),
      () => running,
    );
    const recoveries: number[] = [];
    for (let n = 0; n < times; n += 1) {
      await worked.until(
        () => worked.witnessed(),
        (count) => count >= ((n + 0.5) / (times + 1)) * input.ids.size,
      );
      let mark: Mark | null = null;
      const healed = async (): Promise<void> => void (mark ??= await worked.mark());
      await scenario.fault({ world, database, n, random, healed });
      await healed();
      if (mark !== null) recoveries.push(await worked.recovery(mark));
    }
    await feeding;
    worked.messages = messages.length;
    const stalled = await worked.toTheEnd(input.ids.size, parked);
    const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
    const judged = await judge(db, input, messages, parked);
    return {
      ...judged,
      faults: times,
      recoveries,
      seconds,
      notes: [...(stalled === null ? [] : [stalled]), ...judged.notes],
    };
  } finally {
    running = false;
    await world.stopAll();
    await db.destroy();
    if (scenario.smallDisk === true) await dropTablespace(world, database);
  }
}

/** What the state says against what the input says. */
async function judge(
  db: DataSource,
  input: OracleInput,
  messages: readonly Message[],
  parked: number,
): Promise<Pick<Outcome, 'lost' | 'doubled' | 'disorder' | 'notes'>> {
  const services = await againstInput(db, input);
  const rows = (await db.query('select key, id from public.witness order by n')) as { key: string; id: string }[];
  const seen = new Map<string, string[]>();
  for (const { key, id } of rows) (seen.get(key) ?? seen.set(key, []).get(key))?.push(id);
  const once = new Set(rows.map(({ id }) => id));
  const orders = ordersOf(messages);
  // Lost and doubled are counted apart: here only what came in another order.
  const disorder = [...orders].filter(([key, order]) => {
    const [came, expected] = [[...new Set(seen.get(key) ?? [])], order.filter((id) => once.has(id))];
    return came.some((id, index) => id !== expected[index]);
  }).length;
  const [{ n: published }] = (await db.query(
    'select coalesce(sum(kafka_next - next_offset), 0)::int as n from log.relayed',
  )) as [{ n: number }];
  const [{ n: aside }] = (await db.query('select count(*)::int as n from log.parked')) as [{ n: number }];
  return {
    lost: services.lost + [...input.ids].filter((id) => !once.has(id)).length,
    doubled: services.doubled + rows.length - once.size,
    disorder,
    notes: [
      ...services.figures,
      ...(aside === parked
        ? parked > 0
          ? [`${parked} parked, as they must be`]
          : []
        : [`WRONG: ${aside} parked, must be ${parked}`]),
      ...(published > 0 ? [`${published} published again and dropped`] : []),
    ],
  };
}

/** How far everything was at an instant. */
type Positions = ReadonlyMap<string, Readonly<{ at: number; end: number }>>;
type Mark = Readonly<{ at: bigint; positions: Positions }>;

/** How far the work is, by the rows that stand for it. */
class Worked {
  /** Messages that were fed. */
  messages = 0;

  constructor(private readonly db: DataSource) {}

  /** Whether intake has so much before it that the feed may wait. @param fed messages so far */
  async tooFarAhead(fed: number): Promise<boolean> {
    this.messages = fed;
    return fed - ((await this.positions()).get('intake')?.at ?? 0) > AHEAD;
  }

  async witnessed(): Promise<number> {
    return Number(
      (await this.ask<{ n: number }>('select coalesce(max(n), 0)::int as n from public.witness'))[0]?.n ?? 0,
    );
  }

  async mark(): Promise<Mark> {
    return { at: process.hrtime.bigint(), positions: await this.positions() };
  }

  /** Milliseconds until every consumer that had something to do went on. */
  async recovery({ at: healed, positions: before }: Mark): Promise<number> {
    await this.until(
      () => this.positions(),
      (now) => [...before].every(([consumer, { at, end }]) => at >= end || (now.get(consumer)?.at ?? 0) > at),
    );
    return Number(process.hrtime.bigint() - healed) / 1e6;
  }

  /** @returns null when everything was worked, or what stands still */
  async toTheEnd(distinct: number, parked: number): Promise<string | null> {
    let [mark, since] = ['', process.hrtime.bigint()];
    for (;;) {
      const positions = await this.positions();
      const open = [...positions].filter(([, { at, end }]) => at < end);
      const [row] = await this.ask<{ n: number }>(
        `select (select count(distinct id) from public.witness)::int + (select count(*) from log.parked)::int as n`,
      );
      if (open.length === 0 && Number(row?.n) >= distinct + parked) return null;
      const now = JSON.stringify([...positions]);
      if (now !== mark) [mark, since] = [now, process.hrtime.bigint()];
      // With nothing left to read, what has not come does not come.
      if (Number(process.hrtime.bigint() - since) / 1e6 > (open.length === 0 ? AT_REST_MS : STALLED_MS))
        return `STALLED: ${open.map(([consumer, { at, end }]) => `${consumer} at ${at} of ${end}`).join(', ') || `${row?.n} of ${distinct + parked} seen`}`;
      await sleep(200);
    }
  }

  async until<T>(ask: () => Promise<T>, done: (value: T) => boolean): Promise<void> {
    for (let waited = 0; !done(await ask()); waited += 50) {
      if (waited > STALLED_MS) return;
      await sleep(50);
    }
  }

  /**
   * Of each consumer and relay: how far it is, and how far it could be. What intake could read lies at the brokers
   * alone.
   */
  private async positions(): Promise<Positions> {
    const rows = await this.ask<{ consumer: string; at: number; end: number }>(`
      select s.consumer, coalesce(sum(c.next_offset), 0)::int as at, coalesce(sum(r.kafka_next), 0)::int as "end"
      from log.subscription s join log.relayed r on s.topic = 'kafka/' || r.topic
      left join log.position c on c.consumer = s.consumer and c.topic = s.topic and c.partition = r.partition group by 1
      union all
      select 'intake', coalesce(sum(next_offset), 0)::int, 0 from log.position where consumer = 'intake'
      union all
      select 'relay', coalesce(sum(r.next_offset), 0)::int, sum(p.next_offset)::int from log.partition p left join log.relayed r using (topic, partition)`);
    return new Map(
      rows.map(({ consumer, at, end }) => [consumer, { at, end: consumer === 'intake' ? this.messages : end }]),
    );
  }

  /** The database may be away while a fault lasts. */
  private async ask<T>(sql: string): Promise<T[]> {
    for (;;) {
      try {
        return (await this.db.query(sql)) as T[];
      } catch {
        await sleep(100);
      }
    }
  }
}

async function tablespace(world: World): Promise<void> {
  const why = smallDisk.mount(DISK_MB);
  if (why !== null) throw new Error(why);
  const db = await connect(world.directUrl('postgres'), 'faults', 1);
  await db.query(`create tablespace small_disk location '${smallDisk.folder}/data'`);
  await db.destroy();
}

async function dropTablespace(world: World, database: string): Promise<void> {
  smallDisk.free();
  const db = await connect(world.directUrl('postgres'), 'faults', 1);
  await db.query(`drop database ${database} with (force)`);
  await db.query('drop tablespace small_disk');
  await db.destroy();
  smallDisk.unmount();
}

// The short form has no time for a scenario in which nothing happens.
const all = [
  ...SCENARIOS.map(({ name }) => name).filter((name) => !short || name !== 'calm'),
  'leaders',
  ...(short ? [] : ['duty']),
];
/** Scenarios that have a world of their own. */
const BESIDE: readonly string[] = ['leaders', 'duty'];
const wanted = only === '' ? all : only.split(',');
// A name that nothing answers to would pass by doing nothing.
const unknown = [
  ...wanted.filter((name) => !BESIDE.includes(name) && !SCENARIOS.some((scenario) => scenario.name === name)),
  ...(['', ...Object.keys(BREAKS)].includes(broken) ? [] : [`--break ${broken}`]),
];
if (unknown.length > 0) {
  process.stderr.write(
    `there is no ${unknown.join(', ')}: ${SCENARIOS.map(({ name }) => name).join(', ')}, ${BESIDE.join(', ')}; --break ${Object.keys(BREAKS).join(', ')}\n`,
  );
  process.exit(2);
}
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const columns = (...cells: readonly (string | number)[]): string =>
  cells
    .map((cell, index) => (index === 0 ? String(cell).padEnd(13) : String(cell).padStart(index === 5 ? 20 : 8)))
    .join(' ');
let failures = 0;
say(`${events} events a scenario, seed ${seed}${broken === '' ? '' : `, broken on purpose: ${broken}`}`);
say(columns('scenario', 'faults', 'lost', 'doubled', 'order', 'recovery median/max', 'seconds'));
const input = oracleInput(events, seed);
const ours = SCENARIOS.filter(({ name }) => wanted.includes(name));
const world = ours.length === 0 ? null : await World.start(broken);
for (const scenario of ours) {
  const { lost, doubled, disorder, faults, recoveries, seconds, notes } = await play(world as World, scenario, input);
  const sorted = [...recoveries].sort((a, b) => a - b);
  const inSeconds = (ms: number | undefined): string => (ms === undefined ? '-' : `${(ms / 1_000).toFixed(1)} s`);
  say(
    columns(
      scenario.name,
      faults,
      lost,
      doubled,
      disorder,
      `${inSeconds(sorted[Math.floor(sorted.length / 2)])} / ${inSeconds(sorted.at(-1))}`,
      seconds.toFixed(0),
    ),
  );
  for (const note of notes) say(`              ${note}`);
  failures +=
    lost +
    doubled +
    disorder +
    notes.filter((note) => /must be|STALLED/.test(note) && !note.includes('as they must be')).length;
}
await world?.end();
if (wanted.includes('leaders')) {
  const { lost, doubled, acknowledged, kills, longest } = await leaders(
    short ? 10_000 : 100_000,
    short ? 1 : 6,
    broken,
  );
  say(columns('leaders', kills, lost, doubled, 0, `- / ${(longest / 1_000).toFixed(1)} s`, '-'));
  say(
    `              three brokers, ${acknowledged} acknowledged while leaders are killed; longest send ${(longest / 1_000).toFixed(1)} s`,
  );
  failures += lost + doubled;
}
if (wanted.includes('duty')) {
  const calls = Number(option('calls', short ? '1000' : '10000'));
  const awaySeconds = short ? 5 : 30;
  const outcome = await dutyFaults({ calls, kills: short ? 3 : 20, awaySeconds }, random);
  const { lost, doubled, kills, seconds, notes } = outcome;
  const sorted = [...outcome.recoveries].sort((a, b) => a - b);
  const inSeconds = (ms: number | undefined): string => (ms === undefined ? '-' : `${(ms / 1_000).toFixed(2)} s`);
  const recovery = `${inSeconds(sorted[Math.floor(sorted.length / 2)])} / ${inSeconds(sorted.at(-1))}`;
  say(columns('duty', kills, lost, doubled, 0, recovery, seconds.toFixed(0)));
  say(`              ${calls} calls, clock an hour ahead and back, database away for ${awaySeconds} s`);
  for (const note of notes) say(`              ${note}`);
  failures += lost + doubled + notes.filter((note) => /must be|STALLED/.test(note)).length;
}
say(failures === 0 ? 'nothing lost, nothing doubled, in order' : 'THE PROMISE IS BROKEN');
process.exitCode = failures === 0 ? 0 : 1;
