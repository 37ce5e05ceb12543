import { addMinutes, LEVEL_IN_CHINESE, minutesBetween, type UtcInstant } from '@fengsui/contracts';
import { insertRows, rows, run, type Tx } from '@fengsui/database';
import {
  clockOf,
  countiesOfAreas,
  demandOf,
  highest,
  measuresOf,
  movesPeople,
  NEAR_SHARE,
  rainInWords,
  type Assessment,
  type Evidence,
  type FloodPlan,
  type FloodResponse,
} from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { ResponsePlan } from '../plan.js';
import { ItemRow } from '../tables/tables.js';
import { fullShelters } from '../transfers/shelters.js';

/** What a person must look at, as it follows from what is known. */
type Item = Pick<ItemRow, 'kind' | 'about' | 'words'>;
/** A gauge that has said nothing for three times as long as it should. */
export type Unheard = Readonly<{ station: string; at: UtcInstant; missed: number; words: string }>;

/** As many times nothing are a call. */
const CALL_AFTER = 3;

/** The items of a response: they come and go with what they are about. */
@Injectable()
export class Items {
  constructor(private readonly plan: ResponsePlan) {}

  /**
   * Opens what is new and closes what is over.
   * @returns gauges that must be called for, and those that were and speak again
   */
  async keep(
    tx: Tx,
    evidence: Evidence,
    weighed: readonly Assessment[],
    now: UtcInstant,
  ): Promise<Readonly<{ unheard: readonly Unheard[]; heard: readonly string[] }>> {
    const silent = silentGauges(evidence, weighed, this.plan.flood, now);
    const unheard = silent.filter(({ missed }) => missed >= CALL_AFTER);
    const wanted = [
      ...silent.map(({ station, words }) => ({ kind: 'gauge-silent', about: station, words })),
      ...unheard.map(({ station, words }) => ({ kind: UNHEARD, about: station, words })),
      ...incompleteRain(evidence, this.plan.flood),
      ...(await this.doubtful(tx)),
      ...(await this.warnings(tx, now)),
      ...this.uncoveredSites(),
      ...this.attention(evidence, weighed, now),
      // Where nothing is in force nobody is on the way to a shelter.
      ...(weighed.some(({ after }) => after.level !== 'none') ? await this.fullShelters(tx) : []),
    ];
    const { opened, closed } = await this.sync(tx, wanted, now);
    return {
      unheard: unheard.filter(({ station }) => opened.has(`${UNHEARD}/${station}`)),
      heard: closed.filter(({ kind }) => kind === UNHEARD).map(({ about }) => about),
    };
  }

  /** When a gauge will have missed its time, or missed it three times. */
  nextAt(evidence: Evidence, weighed: readonly Assessment[], now: UtcInstant): UtcInstant | null {
    const level = highest(weighed.map(({ after }) => (watchesWater(after, this.plan.flood) ? after.level : 'none')));
    if (level === 'none') return null;
    const cadence = this.plan.flood.silence.cadenceMinutes[level];
    const times = evidence.stages.flatMap(({ at }) => [1, CALL_AFTER].map((n) => addMinutes(at, n * cadence + 1 / 60)));
    return times.filter((at) => at > now).sort()[0] ?? null;
  }

  private async sync(tx: Tx, wanted: readonly Item[], now: UtcInstant) {
    const open = await rows<Readonly<{ id: string; kind: string; about: string; words: string }>>(
      tx,
      'select id, kind, about, words from response.item where closed_at is null and kind = any($1) for update',
      [KINDS],
    );
    const ids = new Map(wanted.map((item) => [`${item.kind}/${item.about}`, item]));
    const known = new Map(open.map((item) => [item.id, item]));
    const closed = open.filter(({ id }) => !ids.has(id));
    const changed = [...ids].filter(([id, { words }]) => known.get(id)?.words !== words);
    if (closed.length > 0)
      await run(tx, 'update response.item set closed_at = $2 where id = any($1)', [closed.map(({ id }) => id), now]);
    const written = changed.map(([id, item]) => ({ id, ...item, since: now, closedAt: null }));
    const fresh = written.filter(({ id }) => !known.has(id));
    await insertRows(tx, ItemRow, fresh, { on: ['id'], set: ['words', 'since', 'closedAt'] });
    const reworded = written.filter(({ id }) => known.has(id));
    await insertRows(tx, ItemRow, reworded, { on: ['id'], set: ['words'] });
    return { opened: new Set(fresh.map(({ id }) => id)), closed };
  }

  private async doubtful(tx: Tx): Promise<Item[]> {
    const found = await rows<Readonly<{ station: string; at: UtcInstant; stageM: number }>>(
      tx,
      'select station, at, stage_m as "stageM" from response.doubtful_stage order by station',
    );
    return found.map(({ station, at, stageM }) => ({
      kind: 'stage-doubtful',
      about: station,
      words: `${this.plan.flood.names[station] ?? station}${clockOf(at)}水位${stageM}米超出该站可能范围或变幅，未计入，请核实`,
    }));
  }

  /** What is to be watched, while no level is in force or proposed against it. */
  private attention(evidence: Evidence, weighed: readonly Assessment[], now: UtcInstant): Item[] {
    const { flood } = this.plan;
    if (flood.attention === undefined || flood.attention.length === 0) return [];
    const answered = new Set(
      weighed
        .filter(
          ({ after }) => after.authority === flood.authority && (after.level !== 'none' || after.proposal !== null),
        )
        .flatMap(({ after }) => [...after.issuedAs, ...(after.proposal?.issuedAs ?? [])]),
    );
    return demandOf(evidence, { ...flood, conditions: flood.attention }, now)
      .met.filter(({ condition }) => !condition.hazards.some((hazard) => answered.has(hazard)))
      .map(({ condition: { id, text }, grounds }) => ({
        kind: 'attention',
        about: id,
        words: `关注：${text}（${grounds.map(({ says }) => says).join('、')}）`,
      }));
  }

  /** A list of others names them, and no risk point does: nobody would fetch them. */
  private uncoveredSites(): Item[] {
    return this.plan.uncoveredSites.map(({ id, name, county, kind, people }) => ({
      kind: 'site-uncovered',
      about: id,
      words: `${this.plan.flood.names[county] ?? county}${kind}“${name}”（${people}人）不在任何风险点内，请列入 risk-points.csv`,
    }));
  }

  /** Shelters to which more are to come, or have come, than they hold; with the next one that has room. */
  private async fullShelters(tx: Tx): Promise<Item[]> {
    const { shelters } = this.plan;
    if (shelters.length === 0) return [];
    const found = await rows<Readonly<{ shelter: string; people: number }>>(
      tx,
      `select destination as shelter, sum(greatest(people - absent, 0))::int as people from response.task
       where released_at is null and phase = 'move' group by destination
       union all
       select p.shelter, count(*)::int from response.task_person p join response.task t on t.id = p.task
       where t.released_at is null and p.state = 'checked-in' and p.shelter is not null group by p.shelter`,
    );
    return fullShelters(shelters, found);
  }

  private async warnings(tx: Tx, now: UtcInstant): Promise<Item[]> {
    const found = await rows<
      Readonly<{
        event: string;
        eventCode: string;
        counties: string[];
        countsUntil: UtcInstant;
        unplaced: string | null;
      }>
    >(
      tx,
      `select event, min(event_code) as "eventCode", max(counts_until) as "countsUntil", min(unplaced) as unplaced,
              array_agg(distinct county order by county) as counties
       from response.warning, unnest(counties) as county
       where ended_by is null and not late and counts_until > $1::timestamptz - interval '3 days'
         and ((unplaced is not null and located_by is null and counts_until > $1)
           or (counts_until <= $1 and (expires_at is null or expires_at > $1)))
       group by event order by event`,
      [now],
    );
    const { names, warnings } = this.plan.flood;
    return found.map(({ event, eventCode, counties, countsUntil, unplaced }) => {
      const where = counties.map((county) => names[county] ?? county).join('、');
      const kind = warnings.find((one) => one.eventCode === eventCode)?.name ?? eventCode;
      return countsUntil > now
        ? {
            kind: 'warning-unplaced',
            about: event,
            words: `${kind}预警所写地点“${unplaced}”不认识，暂按${where}计，请认定`,
          }
        : {
            kind: 'warning-lapsed',
            about: event,
            words: `${where}${kind}预警未见解除，已计至${clockOf(countsUntil)}，不再计入，请核实是否仍有效`,
          };
    });
  }
}

const UNHEARD = 'gauge-unheard';
/** The kinds that follow from what is known. */
const KINDS = [
  'gauge-silent',
  UNHEARD,
  'rain-incomplete',
  'stage-doubtful',
  'warning-unplaced',
  'warning-lapsed',
  'site-uncovered',
  'shelter-full',
  'attention',
];

/** Where people are moved, the water is watched. */
const watchesWater = ({ level, issuedAs }: FloodResponse, plan: FloodPlan): boolean =>
  level !== 'none' && movesPeople({ issuedAs }, plan);

/** Gauges that should have spoken, by the response that asks the most of each. */
function silentGauges(
  evidence: Evidence,
  weighed: readonly Assessment[],
  plan: FloodPlan,
  now: UtcInstant,
): readonly Unheard[] {
  const all = weighed.flatMap(({ after }) => (watchesWater(after, plan) ? silentIn(evidence, after, plan, now) : []));
  const most = new Map<string, Unheard>();
  for (const one of all) if (one.missed > (most.get(one.station)?.missed ?? 0)) most.set(one.station, one);
  return [...most.values()];
}

/** Gauges that should have spoken at the level in force: those by which it was called for, and those where it holds. */
function silentIn({ stages }: Evidence, after: FloodResponse, plan: FloodPlan, now: UtcInstant): readonly Unheard[] {
  const { level } = after;
  if (level === 'none') return [];
  const { cadenceMinutes, lastValueCountsInForceForMinutes, lastValueCountsForMinutes } = plan.silence;
  const counties = countiesOfAreas(after.areas, plan);
  const decisive = new Set(after.decisive.map(({ place }) => place));
  return stages.flatMap(({ station, at }) => {
    const missed = Math.floor(minutesBetween(at, now) / cadenceMinutes[level]);
    const concerned = decisive.has(station) || counties.includes(plan.stations[station]?.county ?? '');
    if (missed < 1 || !concerned) return [];
    const counts = decisive.has(station) ? lastValueCountsInForceForMinutes : lastValueCountsForMinutes;
    const lost = minutesBetween(at, now) > counts ? '，其读数已不再计入研判' : '';
    const every = `${LEVEL_IN_CHINESE[level]}响应期间应每${cadenceMinutes[level]}分钟一报`;
    const words = `${plan.names[station] ?? station}自${clockOf(at)}后无新读数（${every}）${lost}`;
    return [{ station, at, missed, words }];
  });
}

/** Rain that is near a threshold, or may be beyond it, because some of the time is not known. */
function incompleteRain({ rains }: Evidence, { conditions, names }: FloodPlan): readonly Item[] {
  const parts = conditions.flatMap(({ id, when, text }) => measuresOf(when).map((part) => ({ id, text, when: part })));
  return parts.flatMap(({ id, when, text }) => {
    if (when.measure !== 'rain') return [];
    return rains
      .filter((rain) => rain.hours === when.hours && rain.coveredMinutes < rain.hours * 60)
      .filter(({ mm }) => mm < when.mm && mm >= when.mm * NEAR_SHARE)
      .map((rain) => ({
        kind: 'rain-incomplete',
        about: `${rain.station}/${id}`,
        words: `${names[rain.station] ?? rain.station}${rainInWords(rain)}，接近“${text}”，请核实缺报时段`,
      }));
  });
}
