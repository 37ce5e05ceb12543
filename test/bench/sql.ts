import { mkdtempSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { utc, type UtcInstant } from '@fengsui/contracts';
import {
  connect,
  insertRows,
  InstantColumn,
  Key,
  NumberColumn,
  one,
  run,
  startEmbedded,
  TextColumn,
  type Tx,
} from '@fengsui/database';
import { Entity, type DataSource } from 'typeorm';

const ROUNDS = 5;
const BATCH = 500;
const BATCHES = 40;
const READS = 4_000;

@Entity({ schema: 'bench', name: 'gauge', comment: 'A table of the width of most of ours' })
class GaugeRow {
  @Key('station') station!: string;
  @Key('number', 'int') number!: number;
  @TextColumn('event') event!: string;
  @TextColumn('county') county!: string;
  @NumberColumn('value') value!: number;
  @InstantColumn('at') at!: UtcInstant;
}
const OWNED = { schema: 'bench', entities: [GaugeRow], migrations: [] };

const at = utc('2020-06-07T00:00:00Z');
const gauge = (number: number): GaugeRow => ({
  station: `s${number % 97}`,
  number,
  event: `reading/s${number % 97}/stage/${number}`,
  county: '441881',
  value: number / 7,
  at,
});

/** What decision 9 rests on: the ways in which TypeORM writes a batch and reads a row, beside SQL through the seam. */
export async function benchSql(): Promise<string[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-bench-'));
  const server = await startEmbedded(folder);
  const db = await connect(server.url, 'bench', 4, [OWNED]);
  try {
    await run(db, 'create schema bench');
    await run(
      db,
      `create table bench.gauge (station text, number int, event text not null, county text not null,
         value float8 not null, at timestamptz not null, primary key (station, number))`,
    );
    const said: string[] = [];
    for (const [name, write] of Object.entries(WRITES))
      said.push(await timed(name, BATCH * BATCHES, db, () => batches(db, write)));
    for (const [name, read] of Object.entries(READINGS))
      said.push(await timed(name, READS, null, () => db.transaction((tx) => reads(tx, read))));
    return said;
  } finally {
    await db.destroy();
    await server.release();
    rmSync(path.dirname(server.dataFolder), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

type Write = (tx: Tx, rows: GaugeRow[]) => Promise<unknown>;
const WRITES: Readonly<Record<string, Write>> = {
  'insertRows, one unnest': (tx, rows) => insertRows(tx, GaugeRow, rows),
  'repository.insert': (tx, rows) => tx.getRepository(GaugeRow).insert(rows),
  'repository.save': (tx, rows) => tx.getRepository(GaugeRow).save(rows),
};
type Read = (tx: Tx, row: GaugeRow) => Promise<unknown>;
const READINGS: Readonly<Record<string, Read>> = {
  'one row by its key, SQL': (tx, { station, number }) =>
    one(tx, 'select station, number, event, county, value, at from bench.gauge where station = $1 and number = $2', [
      station,
      number,
    ]),
  'one row by its key, repository.findOneBy': (tx, { station, number }) =>
    tx.getRepository(GaugeRow).findOneBy({ station, number }),
};

/** Batches of a size that consumers take, each in a transaction. */
async function batches(db: DataSource, write: Write): Promise<void> {
  for (let batch = 0; batch < BATCHES; batch += 1)
    await db.transaction((tx) =>
      write(
        tx,
        Array.from({ length: BATCH }, (_, n) => gauge(batch * BATCH + n)),
      ),
    );
}

async function reads(tx: Tx, read: Read): Promise<void> {
  for (let n = 0; n < READS; n += 1)
    if ((await read(tx, gauge(n * 3))) === null) throw new Error('a row that was written is not there');
}

async function timed(
  name: string,
  count: number,
  emptied: DataSource | null,
  work: () => Promise<void>,
): Promise<string> {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    if (emptied !== null) await run(emptied, 'truncate bench.gauge');
    const begun = performance.now();
    await work();
    rates.push((count / (performance.now() - begun)) * 1_000);
  }
  const [least, , middle, , most] = rates.sort((a, b) => a - b).map((rate) => Math.round(rate).toLocaleString('en'));
  return `${name}: ${least} / ${middle} / ${most} rows a second (least / median / most of ${ROUNDS} rounds of ${count.toLocaleString('en')})`;
}
