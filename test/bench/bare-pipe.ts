import { kafkaOf } from '@fengsui/log';
import { readSettings } from '@fengsui/settings';
import pg from 'pg';

/**
 * What nobody can beat on this machine: kafkajs `eachBatch` straight into one `unnest` insert, no logic, no position,
 * nothing checked. Arguments: topic, events, `narrow` or `bodies`. Prints the seconds from the first batch to the
 * last commit.
 */
const [topic = '', count = '0', width = 'narrow'] = process.argv.slice(2);
const settings = readSettings(process.env);
const pool = new pg.Pool({ connectionString: settings.DATABASE_URL, max: 4 });
await pool.query(
  `drop table if exists public.bare; create table public.bare (id text, key text, at timestamptz, value float8${width === 'bodies' ? ', body jsonb' : ''})`,
);
const consumer = kafkaOf(settings, 'bare', () => undefined).consumer({
  groupId: `bare-${process.pid}`,
  maxBytesPerPartition: 5_000_000,
});
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
let [begun, done] = [0n, 0];
await consumer.run({
  partitionsConsumedConcurrently: 4,
  eachBatch: async ({ batch }) => {
    if (begun === 0n) begun = process.hrtime.bigint();
    for (let from = 0; from < batch.messages.length; from += 1_000) {
      const messages = batch.messages.slice(from, from + 1_000);
      const texts = messages.map(({ value }) => String(value));
      const rows = texts.map(
        (text) => JSON.parse(text) as { id: string; key: string; occurredAt: string; data: { stageM?: number } },
      );
      const columns: unknown[] = [
        rows.map(({ id }) => id),
        rows.map(({ key }) => key),
        rows.map(({ occurredAt }) => occurredAt),
        rows.map(({ data }) => data.stageM ?? 0),
      ];
      if (width === 'bodies') columns.push(texts);
      await pool.query(
        `insert into public.bare select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::float8[]${width === 'bodies' ? ', $5::jsonb[]' : ''})`,
        columns,
      );
      done += messages.length;
    }
    if (done >= Number(count)) {
      process.stdout.write(String(Number(process.hrtime.bigint() - begun) / 1e9));
      process.exit(0);
    }
  },
});
