import { addMinutes, VERDICTS, type OrderOf, type UtcInstant, type Verdict } from '@fengsui/contracts';
import { insertRows, one, rows, run, schedule, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { CLASS_OF, kilometresBetween, maskedBy, type HeatPlace, type HeatSeen } from '@fengsui/rules';
import { done, DueOutside, rejected, Takes, type OrderResult, type OutsideUnit, type Queue } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { KnownSign } from '../fires/fires.js';
import { WildfirePlan } from '../plan.js';
import { HeatMaskRow, HeatPlaceRow } from '../tables/heat-tables.js';
import { FireThread } from '../thread/fire-thread.js';

type Place = Readonly<{ latitude: number; longitude: number }>;
/** What was a fire of the wood or the grass. */
const BURNED = VERDICTS.filter((verdict) => CLASS_OF[verdict] === 'fire');
const QUEUE = 'heat-mask';
const LEARN = 'learn-heat-mask';

/** A place of the version that is in force. */
export type PlaceInForce = Pick<HeatPlaceRow, 'version' | 'n' | 'latitude' | 'longitude' | 'days' | 'nightShare'> &
  Readonly<{ frp: HeatPlace['frp']; since: UtcInstant }>;

/**
 * Places at which heat is no fire. They are learnt when somebody asks for it, which silences nothing; a version of them
 * is in force when a person puts it there, who has seen what it would have done to the fires of the past.
 */
@Injectable()
export class HeatMask {
  readonly queues: readonly Queue[] = [{ name: QUEUE, most: 1 }];

  constructor(
    private readonly plan: WildfirePlan,
    private readonly db: DataSource,
    private readonly thread: FireThread,
  ) {}

  @Takes('wildfire', LEARN, () => QUEUE)
  async ask({ id }: OrderOf<'learn-heat-mask'>, { tx, now }: UnitOfWork): Promise<OrderResult> {
    const job: Job = { kind: LEARN, key: QUEUE, dueAt: now, payload: { order: id } };
    await schedule(tx, `wildfire/${QUEUE}`, [job]);
    return done('开始学习，完成后见 fengsui wildfires mask / it is being learnt');
  }

  @DueOutside('wildfire', LEARN, (self: HeatMask) => self.queues)
  async learn({ payload }: Job, { now, finish }: OutsideUnit): Promise<void> {
    const { mask, fires: reach } = this.plan;
    const signs = await seenSince(this.db, addMinutes(now, -mask.learnDays * 1_440));
    const { places, replay } = await this.thread.learn({ signs, plan: mask, reach, now });
    await finish(async ({ tx }) => {
      const last = await one<{ version: number }>(tx, 'select max(version) as version from wildfire.heat_mask');
      const version = (last?.version ?? 0) + 1;
      await insertRows(tx, HeatMaskRow, [
        {
          version,
          learnedAt: now,
          learnedBy: String(payload['order']),
          signs: signs.length,
          weeks: replay.weeks,
          lost: replay.lost,
          plan: this.plan.fires.version,
          appliedAt: null,
          appliedBy: null,
          accepted: [],
          endedAt: null,
        },
      ]);
      await insertRows(
        tx,
        HeatPlaceRow,
        places.map(({ frp, ...place }, index) => ({
          version,
          n: index + 1,
          ...place,
          frpLeast: frp?.least ?? null,
          frpMedian: frp?.median ?? null,
          frpMost: frp?.most ?? null,
        })),
      );
    });
  }

  /** A version counts from now on; 0: none does. */
  @Takes('wildfire', 'apply-heat-mask', () => QUEUE)
  async apply({ id, data }: OrderOf<'apply-heat-mask'>, { tx, now }: UnitOfWork): Promise<OrderResult> {
    const { version, accepted, reason } = data;
    if (reason === '') return rejected('启用热源底图须写明理由 / say why');
    const mask = await tx.getRepository(HeatMaskRow).findOneBy({ version });
    if (mask === null && version !== 0) return rejected(`没有第${version}版热源底图 / there is no version ${version}`);
    // Whoever puts it in force has to name each fire that it would have kept from people.
    const burned = mask === null ? [] : (await this.burnedAt(tx, version)).map(({ fire }) => fire);
    const lost = [...new Set([...(mask?.lost ?? []).map(({ fire, event }) => fire ?? event), ...burned])];
    const silent = lost.filter((fire) => !accepted.includes(fire));
    if (silent.length > 0)
      return rejected(
        `有${silent.length}起已确认的火情会被掩去或就在其中：${silent.join('、')}；须逐一列明方可启用 / name each to accept it`,
      );
    await run(tx, 'update wildfire.heat_mask set ended_at = $1 where applied_at is not null and ended_at is null', [
      now,
    ]);
    if (mask === null) return done('热源底图已停用 / none is in force');
    await tx
      .getRepository(HeatMaskRow)
      .update({ version }, { appliedAt: now, appliedBy: id, accepted: [...accepted], endedAt: null });
    return done(`第${version}版热源底图启用 / version ${version} is in force`);
  }

  /** For each set of signs the place that explains it; null: none of the version in force does. */
  async explaining(tx: Tx, sets: readonly (readonly KnownSign[])[]): Promise<(PlaceInForce | null)[]> {
    const places = await rows<
      Omit<PlaceInForce, 'frp'> & Readonly<{ least: number | null; median: number; most: number }>
    >(
      tx,
      `select p.version, p.n, p.latitude, p.longitude, p.days, p.night_share as "nightShare", p.since,
         p.frp_least as least, p.frp_median as median, p.frp_most as most
       from wildfire.heat_place p join wildfire.heat_mask m on m.version = p.version
       where m.applied_at is not null and m.ended_at is null order by p.n`,
    );
    if (places.length === 0) return sets.map(() => null);
    const known = places.map(({ least, median, most, ...place }): PlaceInForce => {
      return { ...place, frp: least === null ? null : { least, median, most } };
    });
    const found = sets.map((signs) => maskedBy(signs, known, this.plan.mask));
    const [first] = found.filter((one) => one !== null);
    if (first === undefined) return found;
    // Where a fire was confirmed since then, heat is looked at.
    const burned = new Set((await this.burnedAt(tx, first.version)).map(({ n }) => n));
    return found.map((one) => (one !== null && burned.has(one.n) ? null : one));
  }

  /** Places of a version at which a fire was ever confirmed, with the fires. */
  private async burnedAt(tx: Tx, version: number): Promise<readonly Readonly<{ n: number; fire: string }>[]> {
    const near = await rows<Readonly<{ n: number; fire: string }> & Place & Readonly<{ lat: number; lon: number }>>(
      tx,
      `select distinct p.n, v.fire, p.latitude, p.longitude, s.latitude as lat, s.longitude as lon
       from wildfire.verdict v join wildfire.sign s on s.fire = v.fire and s.withdrawn_by is null
       join wildfire.heat_place p on p.version = $1
         and p.latitude between s.latitude - $3::float8 and s.latitude + $3::float8
       where v.verdict = any($2)`,
      [version, BURNED, this.plan.mask.withinKm / 110],
    );
    return near.filter(
      ({ latitude, longitude, lat, lon }) =>
        kilometresBetween({ latitude, longitude }, { latitude: lat, longitude: lon }) <= this.plan.mask.withinKm,
    );
  }
}

/** Heat in the city as it is judged now. What is under question again is no measure of its place. */
function seenSince(db: DataSource, since: UtcInstant): Promise<HeatSeen[]> {
  type Found = Omit<HeatSeen, 'judged'> &
    Readonly<{ fire: string | null; verdict: Verdict | null; judgedAt: UtcInstant | null; by: string | null }>;
  return rows<Found>(
    db,
    `select s.event, s.at, s.latitude, s.longitude, s.pixel_type as "pixelType",
       case s.day_night when 'N' then true when 'D' then false end as "isNight",
       case when f.asked > 1 and f.state in ('to-verify', 'overdue') then null else s.frp_mw end as "frpMw",
       f.id as fire, case when f.state not in ('to-verify', 'overdue') then f.verdict end as verdict, f.judged_at as "judgedAt", f.decided_by as by
     from wildfire.sign s left join wildfire.fire f on f.id = s.fire
     where s.by_whom = 'satellite' and s.withdrawn_by is null and s.latitude is not null and s.county is not null and s.at > $1
     order by s.at, s.event`,
    [since],
  ).then((found) =>
    found.map(({ fire, verdict, judgedAt, by, ...sign }) => ({
      ...sign,
      judged:
        fire === null || verdict === null || judgedAt === null ? null : { fire, verdict, at: judgedAt, by: by ?? '' },
    })),
  );
}
