import type { UtcInstant } from '@fengsui/contracts';
import { insertReturning, insertRows, rows, run, type Tx } from '@fengsui/database';
import type { FirePlan, OpenFire, Sign } from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { FireRow, SignRow } from '../tables/tables.js';

/** A fire near some signs, with all signs of its own. */
export type NearFire = OpenFire & Readonly<{ judgedAt: UtcInstant | null }>;

/** A sign as it was taken in. */
export type TakenSign = Sign &
  Readonly<{ /** History when it came in. */ late: boolean; /** FIRMS type of a pixel. */ pixelType: number | null }>;

/** A sign that belongs to no fire yet. */
export type LooseSign = Sign & Pick<TakenSign, 'late'>;

/** Signs and fires. Every method takes the transaction it runs in. */
@Injectable()
export class Fires {
  /** @returns true when at least one sign is new */
  async addSigns(tx: Tx, signs: readonly TakenSign[]): Promise<boolean> {
    const added = await insertReturning(
      tx,
      SignRow,
      signs.map(({ event, at, latitude, longitude, county, by, late, pixelType }) => ({
        event,
        at,
        latitude: orNull(latitude),
        longitude: orNull(longitude),
        county,
        byWhom: by,
        late,
        pixelType,
      })),
      'nothing',
    );
    return added.length > 0;
  }

  /** What the source found out later about signs, by the events that they are from. */
  async learn(tx: Tx, types: ReadonlyMap<string, number | null>): Promise<void> {
    if (types.size === 0) return;
    await run(
      tx,
      `update wildfire.sign s set pixel_type = l.type from unnest($1::text[], $2::int[]) as l(event, type)
       where s.event = l.event`,
      [[...types.keys()], [...types.values()]],
    );
  }

  /** One gathering at a time: two would each see half of a fire. */
  async lockGathering(tx: Tx): Promise<void> {
    await run(tx, `select pg_advisory_xact_lock(hashtext('wildfire.gather'))`);
  }

  /** Signs of no fire yet; of those that were put aside the ones that may hang together with a fresh one. */
  async looseSigns(tx: Tx, { joinWithinHours }: FirePlan): Promise<readonly LooseSign[]> {
    const loose = await rows<FoundSign & Pick<TakenSign, 'late'>>(
      tx,
      `select event, at, latitude, longitude, county, by_whom as by, late from wildfire.sign
       where fire is null and (not aside or at >= (
         select min(at) from wildfire.sign where fire is null and not late) - make_interval(hours => $1))
       order by at, event`,
      [Math.ceil(joinWithinHours)],
    );
    return loose.map((row) => ({ ...signOf(row), late: row.late }));
  }

  /** Late signs near which no fire of their time is: kept, and asked about no more. */
  async putAside(tx: Tx, signs: readonly Sign[]): Promise<void> {
    await run(tx, 'update wildfire.sign set aside = true where event = any($1)', [signs.map(({ event }) => event)]);
  }

  /** Fires that signs of this time may belong to, with all their signs. */
  async near(
    tx: Tx,
    signs: readonly Sign[],
    states: readonly FireRow['state'][],
    plan: FirePlan,
  ): Promise<readonly NearFire[]> {
    const times = signs.map(({ at }) => at).sort();
    const found = await rows<FoundSign & { fire: string; judgedAt: UtcInstant | null }>(
      tx,
      `select s.fire, s.event, s.at, s.latitude, s.longitude, s.county, s.by_whom as by, f.judged_at as "judgedAt"
       from wildfire.fire f join wildfire.sign s on s.fire = f.id
       where f.state = any($1) and f.last_seen_at >= $2::timestamptz - make_interval(hours => $4)
         and f.first_seen_at <= $3::timestamptz + make_interval(hours => $4)
       order by f.id, s.event for update of f`,
      [states, times[0], times.at(-1), Math.ceil(plan.joinWithinHours)],
    );
    const fires = new Map<string, { id: string; signs: Sign[]; judgedAt: UtcInstant | null }>();
    for (const row of found) {
      const fire = fires.get(row.fire) ?? { id: row.fire, signs: [], judgedAt: row.judgedAt };
      fire.signs.push(signOf(row));
      fires.set(row.fire, fire);
    }
    return [...fires.values()];
  }

  async insert(
    tx: Tx,
    first: Sign,
    fire: Readonly<{ id: string; raisedAt: UtcInstant; dueAt: UtcInstant; reason: string; event: string }>,
  ): Promise<void> {
    const { event, ...row } = fire;
    await insertRows(tx, FireRow, [
      {
        ...row,
        county: first.county,
        latitude: orNull(first.latitude),
        longitude: orNull(first.longitude),
        firstSeenBy: first.by,
        firstSeenAt: first.at,
        lastSeenAt: first.at,
        state: 'to-verify',
        events: [event],
      },
    ]);
  }

  async attach(tx: Tx, fire: string, signs: readonly Sign[]): Promise<void> {
    const events = signs.map(({ event }) => event);
    await run(tx, 'update wildfire.sign set fire = $1 where event = any($2)', [fire, events]);
    await run(
      tx,
      `update wildfire.fire f set first_seen_at = least(f.first_seen_at, s.first), last_seen_at = greatest(f.last_seen_at, s.last)
       from (select min(at) as first, max(at) as last from wildfire.sign where fire = $1) s where f.id = $1`,
      [fire],
    );
  }

  async merge(tx: Tx, into: string, merged: string, event: string): Promise<void> {
    await run(
      tx,
      `update wildfire.fire set state = 'merged', merged_into = $2, events = events || $3::text[] where id = $1`,
      [merged, into, [event]],
    );
    await tx.getRepository(SignRow).update({ fire: merged }, { fire: into });
  }

  /** The fire that a person means: a merged one leads to the one it ended in. */
  async lock(tx: Tx, id: string): Promise<FireRow | null> {
    const row = await tx.getRepository(FireRow).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
    return row === null || row.mergedInto === null ? row : this.lock(tx, row.mergedInto);
  }

  /** Changes what is known of a fire, and adds what was said of it. */
  async change(tx: Tx, fire: FireRow, what: Partial<FireRow>, event: string): Promise<void> {
    await tx.getRepository(FireRow).update({ id: fire.id }, { ...what, events: [...fire.events, event] });
  }
}

type FoundSign = Omit<Sign, 'latitude' | 'longitude'> & Readonly<{ latitude: number | null; longitude: number | null }>;

/** A report may name a county and no position: NaN is near nothing, so it stays a fire of its own. */
const signOf = ({ event, at, latitude, longitude, county, by }: FoundSign): Sign => ({
  event,
  at,
  latitude: latitude ?? NaN,
  longitude: longitude ?? NaN,
  county,
  by,
});
const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
