import {
  addMinutes,
  minutesBetween,
  shanghaiDate,
  shanghaiMinute,
  type UtcInstant,
  type Verdict,
} from '@fengsui/contracts';
import { Clock, one, rows } from '@fengsui/database';
import { CLASS_OF, gradeOfForestFire, NOTHING_BURNED, spreadByPass } from '@fengsui/rules';
import { OrdersDesk, type Check, type OrderOutcome } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { OVERLOOKED } from './fires/fires.js';
import { WildfirePlan } from './plan.js';
import type { AccuracyView, DetectionView, FireView, HeatMaskView, PassView, WildfireView } from './views.js';

/** What is looked for; what is not said is not asked. */
export type FiresWanted = Readonly<{
  open?: boolean | undefined;
  county?: string | undefined;
  verdict?: string | undefined;
  from?: UtcInstant | undefined;
  until?: UtcInstant | undefined;
}>;
export type DetectionsWanted = Omit<FiresWanted, 'open'> &
  Readonly<{
    satellite?: string | undefined;
    /** Only what lies outside of the city; without it only what lies within. */ outside?: boolean | undefined;
    neighbour?: string | undefined;
    fire?: string | undefined;
    most?: number | undefined;
  }>;

/** A calendar that ends sooner is said. */
const AHEAD_DAYS = 60;

/** As many detections as one answer has at the most. */
export const MOST_DETECTIONS = 100_000;

/** What wildfire knows, for the command and the console. */
@Injectable()
export class WildfireQuery {
  constructor(
    private readonly db: DataSource,
    private readonly desk: OrdersDesk,
    private readonly plan: WildfirePlan,
    private readonly clock: Clock,
  ) {}

  /** Whether the calendar of festivals reaches far enough: fires of a year that it lacks are all urgent. */
  async checks(): Promise<readonly Check[]> {
    const now = await this.clock.now();
    const ahead = shanghaiDate(addMinutes(now, AHEAD_DAYS * 1_440)).slice(0, 4);
    const years = Object.keys(this.plan.season.festivals).sort();
    return [
      {
        name: 'fire-calendar',
        ok: years.includes(shanghaiDate(now).slice(0, 4)) && years.includes(ahead),
        found: `${years[0] ?? '-'} … ${years.at(-1) ?? '-'}`,
        expected: `春节 清明 重阳 of ${ahead}`,
        advice: {
          zh: `wildfire.yaml 的 season.festivals 补录 ${ahead} 年`,
          en: `add ${ahead} to season.festivals of wildfire.yaml`,
        },
      },
    ];
  }

  wildfires({ open = false, county, verdict, from, until }: FiresWanted = {}): Promise<readonly WildfireView[]> {
    return rows(
      this.db,
      `${FIRES} where ($1::boolean is not true or f.state in ('to-verify', 'overdue')) and ($2::text is null or f.county = $2)
         and ($3::text is null or f.verdict = $3) and ($4::timestamptz is null or f.last_seen_at >= $4)
         and ($5::timestamptz is null or f.first_seen_at < $5)
       order by f.first_seen_at, f.id`,
      [open, county, verdict, from, until],
    );
  }

  /** One fire as it went; null: there is none of this number. */
  async fire(id: string): Promise<FireView | null> {
    const fire = await one<WildfireView>(this.db, `${FIRES} where f.id = $1`, [id]);
    if (fire === null) return null;
    const detections = await this.detections({ fire: id });
    const memberships = await rows<FireView['memberships'][number]>(
      this.db,
      `select sign, since, fire, because, event from wildfire.membership
       where sign in (select sign from wildfire.membership where fire = $1) order by since, sign, n`,
      [id],
    );
    const judged = await rows<Omit<FireView['verdicts'][number], 'grade'>>(
      this.db,
      `select verdict, at, recorded_at as "recordedAt", decided_by as "decidedBy", deaths,
         serious_injuries as "seriousInjuries", injuries, burned_area_ha as "burnedAreaHa",
         damaged_area_ha as "damagedAreaHa", permit, photo, reason
       from wildfire.verdict where fire = $1 order by at, recorded_at, event`,
      [id],
    );
    const verdicts = judged.map((one) => ({
      ...one,
      grade: one.verdict === 'forest-fire' ? gradeOfForestFire(one) : null,
    }));
    const pixels = detections.map(({ latitude, longitude, ...sign }) => {
      return { ...sign, latitude: latitude ?? NaN, longitude: longitude ?? NaN };
    });
    const spread = spreadByPass(pixels).map(({ ring, ...one }) => ({
      ...one,
      ring: ring.map((corner) => [...corner]),
    }));
    return { ...fire, detections: [...detections], memberships, verdicts, spread };
  }

  /** Hotspots and reports, the newest first. */
  detections(wanted: DetectionsWanted = {}): Promise<readonly DetectionView[]> {
    const { county, verdict, from, until, satellite, neighbour, fire, most = MOST_DETECTIONS } = wanted;
    const outside = wanted.outside ?? neighbour !== undefined;
    return rows(
      this.db,
      `select s.event, s.at, s.recorded_at as "recordedAt", s.latitude, s.longitude, s.by_whom as by, s.source, s.confidence,
         s.frp_mw as "frpMw", s.scan_km as "scanKm", s.track_km as "trackKm", s.day_night as "dayNight",
         s.pixel_type as "pixelType", s.county, s.township, s.land_cover as "landCover", s.neighbour, s.border_km as "borderKm",
         s.border_bearing as "borderBearing", s.late, s.withdrawn_by as "withdrawnBy", s.fire, f.verdict
       from wildfire.sign s left join wildfire.fire f on f.id = s.fire
       where (s.county is null) = $1 and ($2::text is null or s.county = $2) and ($3::text is null or f.verdict = $3)
         and ($4::timestamptz is null or s.at >= $4) and ($5::timestamptz is null or s.at < $5)
         and ($6::text is null or s.source = $6) and ($7::text is null or s.fire = $7)
         and ($9::text is null or s.neighbour = $9)
       order by s.at desc, s.event limit $8`,
      [outside, county, verdict, from, until, satellite, fire, most, neighbour],
    );
  }

  /** Versions of the mask of standing heat, the newest first. */
  async heatMasks(): Promise<readonly HeatMaskView[]> {
    const masks = await rows<Omit<HeatMaskView, 'places'>>(
      this.db,
      `select version, learned_at as "learnedAt", signs, applied_at as "appliedAt", ended_at as "endedAt", accepted, weeks, lost
       from wildfire.heat_mask order by version desc`,
    );
    const places = await rows<HeatMaskView['places'][number] & Readonly<{ version: number }>>(
      this.db,
      `select version, n, latitude, longitude, because, pinned_by as "pinnedBy", since, until, signs, days,
         night_share as "nightShare", frp_least as "frpLeast", frp_median as "frpMedian", frp_most as "frpMost", types, verdicts
       from wildfire.heat_place order by version, n`,
    );
    return masks.map((mask) => ({
      ...mask,
      places: places.flatMap(({ version, ...place }) => (version === mask.version ? [place] : [])),
    }));
  }

  /** The last pass of each satellite of which anything ever came. */
  passes(): Promise<readonly PassView[]> {
    return rows(
      this.db,
      `select distinct on (satellite) satellite, at, came_at as "cameAt", pixels, inside from wildfire.pass
       order by satellite, at desc`,
    );
  }

  /** How good what was seen was, by month, county and what saw it first. */
  async accuracy({ from, until }: Readonly<{ from: UtcInstant; until: UtcInstant }>): Promise<readonly AccuracyView[]> {
    const fires = await rows<Judged>(
      this.db,
      `select f.county, f.first_seen_at as "firstSeenAt", f.first_seen_by as "firstSeenBy", f.due_at as "dueAt", f.verdict,
         f.judged_at as "judgedAt", s.source, s.recorded_at as "recordedAt", s.published_at as "publishedAt",
         f.verdict in ('forest-fire', 'grass-fire') and ${OVERLOOKED} as missed
       from wildfire.fire f left join lateral (
         select source, recorded_at, published_at from wildfire.sign where fire = f.id and withdrawn_by is null order by at, event limit 1
       ) s on true
       where f.asked > 0 and f.state not in ('merged', 'withdrawn') and f.first_seen_at >= $1 and f.first_seen_at < $2`,
      [from, until],
    );
    const groups = new Map<string, Judged[]>();
    for (const fire of fires) {
      const key = JSON.stringify([
        shanghaiMinute(fire.firstSeenAt).slice(0, 7),
        fire.county,
        fire.source ?? fire.firstSeenBy,
      ]);
      groups.set(key, [...(groups.get(key) ?? []), fire]);
    }
    return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, group]) => accuracyOf(key, group));
  }

  async hasFire(id: string): Promise<boolean> {
    return (await one(this.db, 'select 1 from wildfire.fire where id = $1', [id])) !== null;
  }

  /** What became of an order. */
  outcomeOf(event: string): Promise<OrderOutcome | null> {
    return this.desk.outcomeOf(this.db, event);
  }
}

const FIRES = `select f.id, f.state, f.due_at as "dueAt", f.reason, f.events || coalesce(s.events, '{}') as events, f.county,
    f.latitude, f.longitude, f.first_seen_by as "firstSeenBy",
    f.first_seen_at as "firstSeenAt", f.last_seen_at as "lastSeenAt",
    coalesce(s.n, 0)::int as signs, f.asked, f.phase, f.merged_into as "mergedInto", f.judged_at as "judgedAt",
    f.verdict, f.decided_by as "decidedBy"
  from wildfire.fire f left join lateral (
    select count(*) as n, array_agg(event order by at, event) as events from wildfire.sign
    where fire = f.id and withdrawn_by is null
  ) s on true`;

type Judged = Readonly<{
  county: string;
  firstSeenAt: UtcInstant;
  firstSeenBy: string;
  dueAt: UtcInstant;
  verdict: Verdict | null;
  judgedAt: UtcInstant | null;
  source: string | null;
  recordedAt: UtcInstant | null;
  publishedAt: UtcInstant | null;
  missed: boolean;
}>;
function accuracyOf(key: string, fires: readonly Judged[]): AccuracyView {
  const [month, county, source] = JSON.parse(key) as [string, string, string];
  const judged = fires.flatMap(({ verdict, ...fire }) => (verdict === null ? [] : [{ ...fire, verdict }]));
  const count = (keep: (fire: (typeof judged)[number]) => boolean): number => judged.filter(keep).length;
  const confirmed = count(({ verdict }) => CLASS_OF[verdict] === 'fire');
  const falseAlarms = count(({ verdict }) => NOTHING_BURNED.has(verdict));
  return {
    month,
    county,
    source,
    raised: fires.length,
    confirmed,
    otherFires: judged.length - confirmed - falseAlarms,
    falseAlarms,
    unjudged: fires.length - judged.length,
    missed: count(({ missed }) => missed),
    inTime: count(({ judgedAt, dueAt }) => judgedAt !== null && judgedAt <= dueAt),
    seenToPublished: median(fires.map(({ firstSeenAt, publishedAt }) => minutes(firstSeenAt, publishedAt))),
    publishedToReceived: median(fires.map(({ publishedAt, recordedAt }) => minutes(publishedAt, recordedAt))),
    seenToReceived: median(fires.map(({ firstSeenAt, recordedAt }) => minutes(firstSeenAt, recordedAt))),
    receivedToJudged: median(judged.map(({ recordedAt, judgedAt }) => minutes(recordedAt, judgedAt))),
  };
}

const minutes = (from: UtcInstant | null, until: UtcInstant | null): number | null =>
  from === null || until === null ? null : minutesBetween(from, until);

function median(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  const middle = known.length / 2;
  if (known.length === 0) return null;
  return Number.isInteger(middle)
    ? ((known[middle - 1] as number) + (known[middle] as number)) / 2
    : (known[Math.floor(middle)] as number);
}
