import type { DataSource } from 'typeorm';
import type { OracleInput } from './input.js';

/** Against the input alone: which events are lost or doubled, and which figures are wrong. */
export async function againstInput(
  db: DataSource,
  input: OracleInput,
): Promise<{ lost: number; doubled: number; figures: string[] }> {
  const logged = (await db.query(`select body::json->>'id' as id from log.record where topic like 'observed.%'`)) as {
    id: string;
  }[];
  const booked = (await db.query('select jsonb_object_keys(entries) as id from reporting.subject')) as { id: string }[];
  const inLog = new Set(logged.map(({ id }) => id));
  const inReport = new Set(booked.map(({ id }) => id));
  const values = new Map<string, number>();
  const sums = 'select indicator, sum(amount)::float8 as value from reporting.counter group by 1';
  const keys = `select indicator, count(*)::float8 as value from (
    select indicator, key from reporting.distinct_key group by 1, 2 having sum(facts) > 0) as once group by 1`;
  for (const sql of [sums, keys])
    for (const { indicator, value } of (await db.query(sql)) as { indicator: string; value: number }[])
      values.set(indicator, value);
  const newest = (await db.query(
    `select station, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at from response.stage`,
  )) as {
    station: string;
    at: string;
  }[];
  const counts = (id: string): boolean => id.startsWith('incident/') || id.startsWith('record/');
  const lost = [...input.ids].filter((id) => !inLog.has(id) || (counts(id) && !inReport.has(id))).length;
  const figures = Object.entries(input.figures).filter(([id, expected]) => values.get(id) !== expected);
  return {
    lost,
    doubled: logged.length - inLog.size + booked.length - inReport.size,
    figures: [
      ...figures.map(([id, expected]) => `${id} is ${values.get(id)}, must be ${expected}`),
      ...newest
        .filter(({ station, at }) => input.stages.get(station) !== at)
        .map(
          ({ station, at }) => `the newest stage of ${station} is of ${at}, must be of ${input.stages.get(station)}`,
        ),
    ],
  };
}
