import { shanghaiDate, type UtcInstant, type Verdict } from '@fengsui/contracts';
import { insertReturning, insertRows, one, rows, run, type Tx } from '@fengsui/database';
import { fireNumber, type JudgedPlace, type Sign, type SignReach } from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { cellOf, cellsAround } from '../signs/cells.js';
import { FireThread } from '../thread/fire-thread.js';
import { FireRow, SignRow, TakenBackRow, type Because } from '../tables/tables.js';

/** A sign as it was taken in; `county` is null outside of the city. */
export type TakenSign = Omit<SignRow, 'fire' | 'cell' | 'withdrawnBy'>;

/** A sign with the fire that it belongs to; null: to none yet. */
export type KnownSign = Sign &
  Readonly<{
    /** History when it came in. */ late: boolean;
    fire: string | null;
    /** Satellite, or channel. */ source: string | null;
  }>;

/** Somebody is asked about it, and has not answered. */
export const isOpen = ({ state }: Pick<FireRow, 'state'>): boolean => state === 'to-verify' || state === 'overdue';

/** Of a fire `f`: people reported it first, and a pass of which data came afterwards saw no heat there. */
export const OVERLOOKED = `f.first_seen_by = 'report'
  and exists (select 1 from wildfire.pass p where p.at > f.first_seen_at and p.at <= f.last_seen_at + interval '12 hours')
  and not exists (select 1 from wildfire.sign h where h.fire = f.id and h.by_whom = 'satellite')`;
const TAKEN_BACK = `hashtext('wildfire.taken_back')`;

/** Signs and fires. Every method takes the transaction it runs in. */
@Injectable()
export class Fires {
  constructor(private readonly thread: FireThread) {}

  /** Signs that make one fire each; what is of one already stays together. */
  sets(signs: readonly KnownSign[], reach: SignReach): Promise<KnownSign[][]> {
    return this.thread.signSets(signs, reach, ({ fire }) => fire);
  }

  /** What stands of a report that is said again; null: it is said for the first time, or again as it was. */
  async standingReport(tx: Tx, { event, reportId }: Pick<SignRow, 'event' | 'reportId'>): Promise<SignRow | null> {
    const said = await tx.getRepository(SignRow).findBy({ reportId: reportId ?? '' });
    if (said.some((sign) => sign.event === event)) return null;
    return said.find(({ withdrawnBy }) => withdrawnBy === null) ?? null;
  }

  /** @returns true when at least one sign is new, and of this city */
  async addSigns(tx: Tx, signs: readonly TakenSign[]): Promise<boolean> {
    await run(tx, `select pg_advisory_xact_lock_shared(${TAKEN_BACK})`);
    const takenBack = await this.takenBackAmong(
      tx,
      signs.map(({ event }) => event),
    );
    const added = await insertReturning(
      tx,
      SignRow,
      signs.map((sign) => ({
        ...sign,
        cell: sign.latitude === null || sign.longitude === null ? null : cellOf(sign.latitude, sign.longitude),
        withdrawnBy: takenBack.get(sign.event) ?? null,
      })),
      'nothing',
    );
    const inCity = new Set(signs.flatMap(({ event, county }) => (county === null ? [] : [event])));
    return added.some(({ event }) => inCity.has(event ?? ''));
  }

  /** An event does not hold. A sign of it that comes in at the same time is waited for, or waits and sees it. */
  async takeBack(tx: Tx, row: TakenBackRow): Promise<void> {
    await run(tx, `select pg_advisory_xact_lock(${TAKEN_BACK})`);
    await insertRows(tx, TakenBackRow, [row], 'nothing');
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

  /** Signs of no fire yet, the oldest first; what is seen in time to come waits for its time. */
  async looseSigns(tx: Tx, now: UtcInstant, most: number): Promise<readonly KnownSign[]> {
    return found(
      tx,
      'where fire is null and county is not null and withdrawn_by is null and at <= $1 order by at, event limit $2',
      [now, most],
    );
  }

  /** When the first of the signs that are seen in time to come is seen. */
  async nextSeen(tx: Tx, now: UtcInstant): Promise<UtcInstant | null> {
    const next = await one<{ at: UtcInstant | null }>(
      tx,
      `select min(at) as at from wildfire.sign
       where fire is null and county is not null and withdrawn_by is null and at > $1`,
      [now],
    );
    return next?.at ?? null;
  }

  /** Signs of fires that may be within reach of some signs. */
  async near(
    tx: Tx,
    signs: readonly Sign[],
    { joinWithinKm: km, joinWithinHours: hours }: SignReach,
  ): Promise<readonly KnownSign[]> {
    const placed = signs.filter(isPlaced);
    if (placed.length === 0) return [];
    const times = placed.map(({ at }) => at).sort();
    return found(
      tx,
      `where cell = any($1) and fire is not null and withdrawn_by is null
         and at between $2::timestamptz - make_interval(secs => $4::float8 * 3600)
                    and $3::timestamptz + make_interval(secs => $4::float8 * 3600)`,
      [cellsAround(placed, km), times[0], times.at(-1), hours],
    );
  }

  /** Judged places of some kinds that may be near some signs, whenever they were seen. */
  async judgedNear(tx: Tx, signs: readonly Sign[], km: number, verdicts: readonly Verdict[]): Promise<JudgedPlace[]> {
    const near = await rows<{ id: string }>(
      tx,
      `select distinct f.id from wildfire.sign s join wildfire.fire f on f.id = s.fire
       where s.cell = any($1) and s.withdrawn_by is null and f.state = 'judged' and f.verdict = any($2)`,
      [cellsAround(signs.filter(isPlaced), km), verdicts],
    );
    const fires =
      near.length === 0
        ? []
        : await this.locked(
            tx,
            near.map(({ id }) => id),
          );
    const places: JudgedPlace[] = [];
    for (const row of fires) {
      const judged = await this.judged(tx, row);
      if (judged !== null) places.push(judged);
    }
    return places;
  }

  /** Signs of a day around some signs, of fires that no judged place explains. */
  async otherHeat(tx: Tx, signs: readonly Sign[], km: number): Promise<readonly KnownSign[]> {
    const near = await this.near(tx, signs, { joinWithinKm: km, joinWithinHours: 24 });
    const ids = [...new Set(near.flatMap(({ fire }) => fire ?? []))];
    const other = await rows<{ id: string }>(
      tx,
      `select id from wildfire.fire where id = any($1) and case state
         when 'judged' then verdict not in ('industrial-heat', 'false-alarm')
         else merged_into is null and heat_place is null end`,
      [ids],
    );
    const others = new Set(other.map(({ id }) => id));
    return near.filter(({ fire }) => fire !== null && others.has(fire));
  }

  async seen(tx: Tx, event: string): Promise<readonly KnownSign[]> {
    return found(tx, 'where event = $1', [event]);
  }

  async signsOf(tx: Tx, fire: string): Promise<readonly KnownSign[]> {
    return found(tx, 'where fire = $1 and withdrawn_by is null order by at, event', [fire]);
  }

  /** Those of a fire that were known when it was judged. */
  async knownWhenJudged(tx: Tx, fire: string): Promise<readonly KnownSign[]> {
    return found(
      tx,
      `where fire = $1 and withdrawn_by is null and exists (
         select 1 from wildfire.membership m where m.sign = wildfire.sign.event and m.fire = $1 and m.since <= (
           select recorded_at from wildfire.verdict where fire = $1 order by at desc, recorded_at desc, event desc limit 1))`,
      [fire],
    );
  }

  /** How a fire became known; missed: people said so first, though a pass of which data came should have seen it. */
  async howKnown(tx: Tx, { id, firstSeenBy }: FireRow) {
    const found = await one<{ source: string | null; missed: boolean }>(
      tx,
      `select ${OVERLOOKED} as missed,
         (select source from wildfire.sign where fire = f.id and withdrawn_by is null order by at, event limit 1) as source
       from wildfire.fire f where f.id = $1`,
      [id],
    );
    return { by: firstSeenBy, source: found?.source ?? null, missed: found?.missed === true };
  }

  /** Kilometres from its nearest sign to the border of the city; null: no sign has a position. */
  async borderKmOf(tx: Tx, fire: string): Promise<number | null> {
    const found = await one<{ km: number | null }>(
      tx,
      'select min(border_km) as km from wildfire.sign where fire = $1 and withdrawn_by is null',
      [fire],
    );
    return found?.km ?? null;
  }

  /** A fire as it was judged, for what is asked about it again; null: nobody has judged it. */
  async judged(tx: Tx, { id, verdict, judgedAt, extinguishedAt }: FireRow): Promise<JudgedPlace | null> {
    if (verdict === null || judgedAt === null) return null;
    const known = await this.knownWhenJudged(tx, id);
    const permit = await one<{ until: UtcInstant }>(
      tx,
      `select p.until_at as until from wildfire.verdict v join wildfire.permit p on p.permit = v.permit
       where v.fire = $1 order by v.at desc, v.recorded_at desc, v.event desc limit 1`,
      [id],
    );
    return { id, verdict, at: judgedAt, extinguishedAt, permitUntil: permit?.until ?? null, known };
  }

  async locked(tx: Tx, ids: readonly string[]): Promise<FireRow[]> {
    return tx
      .getRepository(FireRow)
      .find({ where: { id: In([...ids]) }, order: { id: 'asc' }, lock: { mode: 'pessimistic_write' } });
  }

  /** The fire that a person means: a merged one leads to the one it ended in. */
  async lock(tx: Tx, id: string): Promise<FireRow | null> {
    const [row] = await this.locked(tx, [id]);
    if (row === undefined) return null;
    return row.state === 'merged' && row.mergedInto !== null ? this.lock(tx, row.mergedInto) : row;
  }

  /**
   * The next numbers of counties and days: `441881-20201202-01`.
   * @param firsts the first sign of each fire, in the order in which they are numbered
   */
  async newNumbers(tx: Tx, firsts: readonly Pick<Sign, 'county' | 'at'>[]): Promise<readonly string[]> {
    const keys = firsts.map(({ county, at }) => `${county} ${shanghaiDate(at)}`);
    const counts = new Map<string, number>();
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    const wanted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, n]) => [...key.split(' '), n]);
    const given = await rows<{ county: string; day: string; last: number }>(
      tx,
      `insert into wildfire.number as old (county, day, last)
       select * from unnest($1::text[], $2::text[], $3::bigint[])
       on conflict (county, day) do update set last = old.last + excluded.last returning county, day, last::int as last`,
      [0, 1, 2].map((column) => wanted.map((row) => row[column])),
    );
    const next = new Map(
      given.map(({ county, day, last }) => [`${county} ${day}`, last - (counts.get(`${county} ${day}`) ?? 0)]),
    );
    return firsts.map((first, index) => {
      const key = keys[index] as string;
      const nth = (next.get(key) ?? 0) + 1;
      next.set(key, nth);
      return fireNumber(first, nth);
    });
  }

  async insert(tx: Tx, fires: readonly Partial<FireRow>[]): Promise<void> {
    await insertRows(tx, FireRow, fires);
  }

  /** Puts signs to fires, and keeps to which one they belonged before. */
  async attach(
    tx: Tx,
    members: readonly Readonly<{ fire: string; signs: readonly Pick<Sign, 'event'>[] }>[],
    what: Readonly<{ because: Because; event: string | null; now: UtcInstant }>,
  ): Promise<void> {
    const pairs = members.flatMap(({ fire, signs }) => signs.map(({ event }) => ({ sign: event, fire })));
    await belong(tx, pairs, what);
    await this.refresh(
      tx,
      members.map(({ fire }) => fire),
    );
  }

  /** Takes signs from their fires. */
  async detach(
    tx: Tx,
    events: readonly string[],
    what: Readonly<{ because: Because; event: string; now: UtcInstant }>,
  ): Promise<void> {
    await belong(
      tx,
      events.map((sign) => ({ sign, fire: null })),
      what,
    );
  }

  /** Where and when a fire is follows from its signs: the first of them, whenever it came in. */
  async refresh(tx: Tx, fires: readonly string[]): Promise<void> {
    await run(
      tx,
      `update wildfire.fire f set first_seen_at = first.at, county = first.county, latitude = first.latitude,
         longitude = first.longitude, first_seen_by = first.by_whom, last_seen_at = last.at
       from (select distinct on (fire) fire, at, county, latitude, longitude, by_whom from wildfire.sign
             where fire = any($1) and withdrawn_by is null order by fire, at, event) first
         join (select fire, max(at) as at from wildfire.sign where fire = any($1) and withdrawn_by is null group by fire) last
           using (fire)
       where f.id = first.fire`,
      [fires],
    );
  }

  /** Changes what is known of a fire, and adds what was said of it. */
  async change(
    tx: Tx,
    fire: Pick<FireRow, 'id' | 'events'>,
    what: Partial<FireRow>,
    ...events: string[]
  ): Promise<void> {
    await tx.getRepository(FireRow).update({ id: fire.id }, { ...what, events: [...fire.events, ...events] });
  }

  private async takenBackAmong(tx: Tx, events: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (events.length === 0) return new Map();
    const found = await tx.getRepository(TakenBackRow).findBy({ event: In([...events]) });
    return new Map(found.map(({ event, order }) => [event, order]));
  }
}

const isPlaced = ({ latitude }: Sign): boolean => !Number.isNaN(latitude);

/** Cells in which whatever may be near to any of some signs is. */
type FoundSign = Omit<KnownSign, 'latitude' | 'longitude'> &
  Readonly<{ latitude: number | null; longitude: number | null }>;

/** A report may name a county and no position: NaN is near nothing, so it stays a fire of its own. */
async function found(tx: Tx, where: string, parameters: readonly unknown[]): Promise<KnownSign[]> {
  const signs = await rows<FoundSign>(
    tx,
    `select event, at, latitude, longitude, county, by_whom as by, frp_mw as "frpMw", late, fire, source from wildfire.sign ${where}`,
    parameters,
  );
  return signs.map((sign) => ({ ...sign, latitude: sign.latitude ?? NaN, longitude: sign.longitude ?? NaN }));
}

async function belong(
  tx: Tx,
  pairs: readonly Readonly<{ sign: string; fire: string | null }>[],
  { because, event, now }: Readonly<{ because: Because; event: string | null; now: UtcInstant }>,
): Promise<void> {
  if (pairs.length === 0) return;
  // Most signs were of no fire before; for the others the next number is looked for.
  await run(
    tx,
    `with p as materialized (select * from unnest($1::text[], $2::text[]) as p(sign, fire)),
       moved as (update wildfire.sign s set fire = p.fire from p where s.event = p.sign),
       first as (
         insert into wildfire.membership (sign, n, fire, since, because, event)
         select sign, 1, fire, $3, $4, $5 from p on conflict do nothing returning sign)
     insert into wildfire.membership (sign, n, fire, since, because, event)
     select p.sign, (select max(n) from wildfire.membership m where m.sign = p.sign) + 1, p.fire, $3, $4, $5
     from p where sign not in (select sign from first)`,
    [pairs.map(({ sign }) => sign), pairs.map(({ fire }) => fire), now, because, event],
  );
}
