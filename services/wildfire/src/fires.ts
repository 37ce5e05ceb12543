import type { UtcInstant } from '@fengsui/contracts';
import type { Tx } from '@fengsui/database';
import type { FirePlan, OpenFire, Sign } from '@fengsui/rules';

export type FireRow = Readonly<{
  id: string;
  county: string;
  state: 'to-verify' | 'overdue' | 'judged' | 'merged';
  merged_into: string | null;
  first_seen_at: UtcInstant;
  due_at: UtcInstant;
  judged_at: UtcInstant | null;
}>;

/** Signs and fires. Every method takes the transaction it runs in. */
export class Fires {
  /** @returns true when at least one sign is new */
  async addSigns(tx: Tx, signs: readonly Sign[]): Promise<boolean> {
    if (signs.length === 0) return false;
    const added = (await tx.query(
      `insert into wildfire.sign (event, at, latitude, longitude, county, by_whom)
       select * from unnest($1::text[], $2::timestamptz[], $3::float8[], $4::float8[], $5::text[], $6::text[]) order by 1 on conflict do nothing returning event`,
      [
        signs.map((s) => s.event),
        signs.map((s) => s.at),
        signs.map((s) => orNull(s.latitude)),
        signs.map((s) => orNull(s.longitude)),
        signs.map((s) => s.county),
        signs.map((s) => s.by),
      ],
    )) as unknown[];
    return added.length > 0;
  }

  /** One gathering at a time: two would each see half of a fire. */
  async lockGathering(tx: Tx): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtext('wildfire.gather'))`);
  }

  async looseSigns(tx: Tx): Promise<readonly Sign[]> {
    return ((await tx.query('select * from wildfire.sign where fire is null order by at, event')) as SignRow[]).map(signOf);
  }

  /** Fires that signs of this time may belong to, with all their signs. */
  async near(
    tx: Tx,
    signs: readonly Sign[],
    states: readonly FireRow['state'][],
    plan: FirePlan,
  ): Promise<readonly (OpenFire & { judgedAt: UtcInstant | null })[]> {
    const times = signs.map(({ at }) => at).sort();
    const rows = (await tx.query(
      `select s.*, f.judged_at from wildfire.fire f join wildfire.sign s on s.fire = f.id
       where f.state = any($1) and f.last_seen_at >= $2::timestamptz - make_interval(hours => $4) and f.first_seen_at <= $3::timestamptz + make_interval(hours => $4) order by f.id, s.event for update of f`,
      [states, times[0], times.at(-1), Math.ceil(plan.joinWithinHours)],
    )) as (SignRow & { fire: string; judged_at: UtcInstant | null })[];
    const fires = new Map<string, { id: string; signs: Sign[]; judgedAt: UtcInstant | null }>();
    for (const row of rows) {
      const fire = fires.get(row.fire) ?? { id: row.fire, signs: [], judgedAt: row.judged_at };
      fire.signs.push(signOf(row));
      fires.set(row.fire, fire);
    }
    return [...fires.values()];
  }

  async insert(tx: Tx, id: string, first: Sign, now: UtcInstant, dueAt: UtcInstant, reason: string, event: string): Promise<void> {
    await tx.query(
      `insert into wildfire.fire (id, county, latitude, longitude, first_seen_by, first_seen_at, last_seen_at, raised_at, due_at, state, reason, events)
       values ($1, $2, $3, $4, $5, $6, $6, $7, $8, 'to-verify', $9, $10)`,
      [id, first.county, orNull(first.latitude), orNull(first.longitude), first.by, first.at, now, dueAt, reason, [event]],
    );
  }

  async attach(tx: Tx, fire: string, signs: readonly Sign[]): Promise<void> {
    await tx.query('update wildfire.sign set fire = $1 where event = any($2)', [fire, signs.map(({ event }) => event)]);
    await tx.query(
      `update wildfire.fire f set first_seen_at = least(f.first_seen_at, s.first), last_seen_at = greatest(f.last_seen_at, s.last)
       from (select min(at) as first, max(at) as last from wildfire.sign where fire = $1) s where f.id = $1`,
      [fire],
    );
  }

  async merge(tx: Tx, into: string, merged: string, event: string): Promise<void> {
    await tx.query(`update wildfire.fire set state = 'merged', merged_into = $2, events = events || $3 where id = $1`, [
      merged,
      into,
      [event],
    ]);
    await tx.query('update wildfire.sign set fire = $2 where fire = $1', [merged, into]);
  }

  /** The fire that a person means: a merged one leads to the one it ended in. */
  async lock(tx: Tx, id: string): Promise<FireRow | null> {
    const [row] = (await tx.query('select * from wildfire.fire where id = $1 for update', [id])) as FireRow[];
    if (row === undefined) return null;
    return row.merged_into === null ? row : this.lock(tx, row.merged_into);
  }

  async markOverdue(tx: Tx, id: string, event: string): Promise<void> {
    await tx.query(`update wildfire.fire set state = 'overdue', events = events || $2 where id = $1`, [id, [event]]);
  }

  async judge(
    tx: Tx,
    id: string,
    verdict: Readonly<{ verdict: string; deaths: number; burnedAreaHa: number | null; decidedBy: string; at: UtcInstant; reason: string }>,
    event: string,
  ): Promise<void> {
    await tx.query(
      `update wildfire.fire set state = 'judged', verdict = $2, deaths = $3, burned_area_ha = $4, decided_by = $5, judged_at = $6, reason = $7, events = events || $8 where id = $1`,
      [id, verdict.verdict, verdict.deaths, verdict.burnedAreaHa, verdict.decidedBy, verdict.at, verdict.reason, [event]],
    );
  }
}

type SignRow = Readonly<{
  event: string;
  at: UtcInstant;
  latitude: number | null;
  longitude: number | null;
  county: string;
  by_whom: Sign['by'];
}>;

/** A report may name a county and no position: NaN is near nothing, so it stays a fire of its own. */
const signOf = ({ event, at, latitude, longitude, county, by_whom }: SignRow): Sign => ({
  event,
  at,
  latitude: latitude ?? NaN,
  longitude: longitude ?? NaN,
  county,
  by: by_whom,
});
const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
