import { addMinutes, HAZARDS, hazardsInChinese, type UtcInstant } from '@fengsui/contracts';
import { Clock, one, rows } from '@fengsui/database';
import {
  fromStored,
  namesOfAreas,
  sameAreas,
  type Areas,
  type Explanation,
  type FloodPlan,
  type FloodResponse,
  type NoticeText,
} from '@fengsui/rules';
import { OrdersDesk, type Check, type OrderOutcome } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { round } from './evidence/bands.js';
import { ResponsePlan } from './plan.js';
import type { StageRow } from './tables/tables.js';
import { lastExplanation } from './levels/propose-level.js';
import { Ledgers } from './transfers/ledgers.js';
import { peopleOf } from './transfers/people.js';
import type {
  EmergencyView,
  GaugeView,
  ItemView,
  LevelView,
  NoticeView,
  ObligationView,
  PersonView,
  TaskView,
} from './views.js';

/** What the response knows, for the command and the console. */
@Injectable()
export class ResponseQuery {
  constructor(
    private readonly db: DataSource,
    private readonly plan: ResponsePlan,
    private readonly desk: OrdersDesk,
    private readonly clock: Clock,
    private readonly ledgers: Ledgers,
  ) {}

  /** @param at an instant: what was in force then */
  async levels(at?: UtcInstant): Promise<readonly LevelView[]> {
    if (at !== undefined) return this.levelsAt(at);
    const states = await rows<{ body: FloodResponse }>(
      this.db,
      // The city first.
      'select body from response.state order by authority <> $1, authority, hazard',
      [this.plan.flood.authority],
    );
    return states
      .map(({ body }) => fromStored(body))
      .flatMap((body) => {
        const plan = this.plan.planOf(body.authority) ?? this.plan.flood;
        // What has never been is not told, but for the response that everybody asks for.
        const begun = body.since !== null || (body.hazard === 'flood' && body.authority === this.plan.flood.authority);
        return [...(begun ? [orderedLevel(body, plan)] : []), ...proposedLevel(body, plan)];
      });
  }

  private async levelsAt(at: UtcInstant): Promise<LevelView[]> {
    const found = await rows<Omit<LevelView, 'authorityName' | 'name'>>(
      this.db,
      `select distinct on (authority, hazard) authority, hazard, coalesce(issued_as, array[hazard]) as "issuedAs",
              level, 'ordered' as state, at as since,
              decided_by as "decidedBy", reason, plan
       from response.level_history where at <= $1 order by authority, hazard, at desc`,
      [at],
    );
    const city = this.plan.flood.authority;
    return found
      .sort((a, b) => Number(a.authority !== city) - Number(b.authority !== city))
      .map((one) => ({ ...one, ...namesOf(one, this.plan.flood) }));
  }

  tasks(open = false): Promise<readonly TaskView[]> {
    return rows(
      this.db,
      `select id, state, due_at as "dueAt", reason, events, episode, county, risk_point as "riskPoint", name, people, moved,
              absent, refusing, told, not_found as "notFound", phase, released_at as "releasedAt",
              organiser, destination, raised_at as "raisedAt"
       from response.task where not $1::boolean or state <> 'closed' order by raised_at, id`,
      [open],
    );
  }

  /**
   * The people of a task: first those of whom nothing is known, then those who refuse or cannot be found; of these
   * whoever needs help.
   * @returns null when there is no such task
   */
  async people(task: string): Promise<readonly PersonView[] | null> {
    const row = await one<{ riskPoint: string; destination: string }>(
      this.db,
      'select risk_point as "riskPoint", destination from response.task where id = $1',
      [task],
    );
    if (row === null) return null;
    const households = (await this.ledgers.householdsOf(this.db, row.riskPoint)) ?? [];
    const known = await rows<Pick<PersonView, 'person' | 'state' | 'at' | 'shelter'>>(
      this.db,
      'select person, state, at, shelter from response.task_person where task = $1',
      [task],
    );
    return peopleOf(households, known, row.destination);
  }

  /** Every gauge of the plan, and what it said last. */
  async gauges(): Promise<readonly GaugeView[]> {
    const now = await this.clock.now();
    const since = addMinutes(now, -this.plan.flood.silence.freshForMinutes);
    const stages = await rows<StageRow>(this.db, 'select station, at, stage_m as "stageM" from response.stage');
    const doubtful = await rows<StageRow>(
      this.db,
      'select station, at, stage_m as "stageM" from response.doubtful_stage',
    );
    const of = (list: readonly StageRow[], station: string): StageRow | null =>
      list.find((row) => row.station === station) ?? null;
    return [...this.plan.gauges.values()].map(({ station, name, county, warningStageM }): GaugeView => {
      const weighed = of(stages, station);
      const doubt = of(doubtful, station);
      return {
        station,
        name,
        county,
        state: weighed === null ? 'silent' : weighed.at >= since ? 'fresh' : 'stale',
        at: weighed?.at ?? null,
        stageM: weighed?.stageM ?? null,
        warningStageM,
        aboveWarningM: weighed === null || warningStageM === null ? null : round(weighed.stageM - warningStageM),
        doubtful: doubt === null ? null : { at: doubt.at, stageM: doubt.stageM },
      };
    });
  }

  /** What the response tells whoever looks after the installation. */
  async checks(): Promise<readonly Check[]> {
    const unplaced = await rows<{ event: string; words: string }>(
      this.db,
      `select event, min(unplaced) as words from response.warning
       where unplaced is not null and located_by is null and ended_by is null and not late
         and (expires_at is null or expires_at > $1) group by event order by event`,
      [await this.clock.now()],
    );
    return [
      {
        name: 'places',
        ok: unplaced.length === 0,
        found: unplaced.map(({ event, words }) => `${event}: ${words}`).join('; ') || '0',
        expected: '0',
        advice: {
          zh: '预警所写地点不认识，暂按发布者全部辖区计；请认定：fengsui orders locate EVENT --county 区划代码…（或 --elsewhere）',
          en: 'warnings name places that nothing here knows, all that their senders speak for counts: `fengsui orders locate EVENT --county …`',
        },
      },
    ];
  }

  /** Whether a warning is weighed here. */
  async hasWarning(event: string): Promise<boolean> {
    return (await one(this.db, 'select 1 from response.warning where event = $1 limit 1', [event])) !== null;
  }

  /**
   * Why the level is, or was, what it is.
   * @param at an instant: what stood then
   * @param authority without it the city
   * @returns one for each of its responses that has begun by then; none when nothing had been weighed
   */
  async explain(at: UtcInstant | null, authority = this.plan.flood.authority): Promise<readonly Explanation[]> {
    const found: (Explanation | null)[] = [];
    for (const hazard of HAZARDS) found.push(await lastExplanation(this.db, authority, hazard, at));
    return found.flatMap((one) => (one === null ? [] : [withIssue(one)]));
  }

  /** Notices of what was ordered, oldest first. */
  async notices(): Promise<readonly NoticeView[]> {
    const found = await rows<Omit<NoticeView, keyof NoticeText> & Readonly<{ body: NoticeText }>>(
      this.db,
      `select authority, at, decided_by as "decidedBy", event, body from response.notice order by at, authority, number`,
    );
    return found.map(({ body, ...rest }) => ({ ...rest, ...body, paragraphs: [...body.paragraphs] }));
  }

  /** Receipts, reports and steps that somebody owes: what is due first, first. */
  obligations(open = false): Promise<readonly ObligationView[]> {
    return rows(
      this.db,
      `select matter, kind, owner, owner_name as name, words, authority, about, due_at as "dueAt", state,
              done_at as "doneAt", done_by as "doneBy", reminders
       from response.obligation where not $1::boolean or state = 'open' order by due_at nulls last, matter, owner`,
      [open],
    );
  }

  /** Emergency flood periods, the last first. */
  emergencies(): Promise<readonly EmergencyView[]> {
    return rows(
      this.db,
      `select authority, began_at as "beganAt", counties, declared_by as "declaredBy", reason, ended_at as "endedAt",
              ended_by as "endedBy" from response.emergency_period order by began_at desc, authority`,
    );
  }

  async hasMatter(matter: string): Promise<boolean> {
    return (await one(this.db, 'select 1 from response.obligation where matter = $1 limit 1', [matter])) !== null;
  }

  /** What a person must look at. */
  items(open = false): Promise<readonly ItemView[]> {
    return rows<ItemView>(
      this.db,
      `select id, kind, about, words, since, closed_at as "closedAt" from response.item
       where not $1::boolean or closed_at is null order by since, id`,
      [open],
    );
  }

  async hasTask(id: string): Promise<boolean> {
    return (await one(this.db, 'select 1 from response.task where id = $1', [id])) !== null;
  }

  /** What became of an order. */
  outcomeOf(event: string): Promise<OrderOutcome | null> {
    return this.desk.outcomeOf(this.db, event);
  }
}

/** As it was kept before there were other responses. */
const withIssue = (kept: Explanation): Explanation =>
  (kept as Partial<Explanation>).issuedAs === undefined ? { ...kept, issuedAs: [kept.response] } : kept;

/** Whose response, and which, in words. */
const namesOf = (
  { authority, issuedAs }: Pick<LevelView, 'authority' | 'issuedAs'>,
  { names }: FloodPlan,
): Pick<LevelView, 'authorityName' | 'name'> => ({
  authorityName: names[authority] ?? '市',
  name: hazardsInChinese(issuedAs),
});

const orderedLevel = (
  { authority, hazard, issuedAs, level, since, decidedBy, reason, areas }: FloodResponse,
  plan: FloodPlan,
): LevelView => ({
  authority,
  hazard,
  issuedAs: [...issuedAs],
  ...namesOf({ authority, issuedAs: [...issuedAs] }, plan),
  level,
  state: 'ordered',
  since,
  decidedBy,
  reason,
  plan: plan.version,
  areas: partsOf(areas, plan),
});

function proposedLevel(
  { authority, hazard, level: inForce, areas: own, proposal }: FloodResponse,
  plan: FloodPlan,
): LevelView[] {
  if (proposal === null) return [];
  const { id, to, proposedAt, reason, dueAt, areas, since } = proposal;
  return [
    {
      authority,
      hazard,
      issuedAs: [...proposal.issuedAs],
      ...namesOf({ authority, issuedAs: [...proposal.issuedAs] }, plan),
      level: to,
      state: 'proposed',
      since: proposedAt,
      decidedBy: null,
      reason: since === null ? reason : `${since.reason}。原依据：${reason}`,
      plan: plan.version,
      proposal: id,
      dueAt,
      areas: partsOf(areas, plan),
      calledFor: since?.level ?? to,
      groundsGone: since !== null && since.level === inForce && sameAreas(since.areas, own),
    },
  ];
}

const partsOf = (areas: Areas, plan: FloodPlan): NonNullable<LevelView['areas']> =>
  Object.entries(areas).map(([area, level]) => ({ area, name: namesOfAreas([area], plan), level }));
