import type { Level, UtcInstant } from '@fengsui/contracts';
import type { FloodResponse } from '@fengsui/rules';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ResponsePlan } from './plan.js';

export type LevelView = Readonly<{
  authority: string;
  hazard: string;
  level: Level;
  state: 'proposed' | 'ordered';
  since: UtcInstant | null;
  decidedBy: string | null;
  reason: string;
  plan: string;
  proposal?: string;
  dueAt?: UtcInstant;
}>;
export type TaskView = Readonly<{
  id: string;
  state: string;
  dueAt: UtcInstant;
  reason: string;
  events: readonly string[];
  episode: string;
  county: string;
  riskPoint: string;
  name: string;
  people: number;
  moved: number;
  absent: number;
  refusing: number;
  organiser: string;
  destination: string;
  raisedAt: UtcInstant;
}>;

/** What the response knows, for the command and the console. */
@Controller('v1')
export class ResponseQuery {
  constructor(
    @Inject(DataSource) private readonly db: DataSource,
    @Inject(ResponsePlan) private readonly plan: ResponsePlan,
  ) {}

  @Get('levels')
  async levels(@Query('at') at?: string): Promise<readonly LevelView[]> {
    if (at !== undefined) return this.levelsAt(at);
    const rows = (await this.db.query('select body from response.state order by authority, hazard')) as { body: FloodResponse }[];
    return rows.flatMap(({ body }) => [
      {
        authority: body.authority,
        hazard: body.hazard,
        level: body.level,
        state: 'ordered' as const,
        since: body.since,
        decidedBy: body.decidedBy,
        reason: body.reason,
        plan: this.plan.flood.version,
      },
      ...(body.proposal === null
        ? []
        : [
            {
              authority: body.authority,
              hazard: body.hazard,
              level: body.proposal.to,
              state: 'proposed' as const,
              since: body.proposal.proposedAt,
              decidedBy: null,
              reason: body.proposal.reason,
              plan: this.plan.flood.version,
              proposal: body.proposal.id,
              dueAt: body.proposal.dueAt,
            },
          ]),
    ]);
  }

  private levelsAt(at: string): Promise<LevelView[]> {
    return this.db.query(
      `select distinct on (authority, hazard) authority, hazard, level, 'ordered' as state, at as since, decided_by as "decidedBy", reason, plan
       from response.level_history where at <= $1 order by authority, hazard, at desc`,
      [at],
    );
  }

  @Get('tasks')
  tasks(@Query('open') open?: string): Promise<readonly TaskView[]> {
    return this.db.query(
      `select id, state, due_at as "dueAt", reason, events, episode, county, risk_point as "riskPoint", name, people, moved, absent, refusing, organiser, destination, raised_at as "raisedAt"
       from response.task where $1::boolean is not true or state <> 'closed' order by raised_at, id`,
      [open === undefined ? null : open !== 'false'],
    );
  }

  /** What became of an order. */
  async outcomeOf(event: string): Promise<Readonly<{ outcome: string; reason: string }> | null> {
    const [row] = (await this.db.query(
      `select outcome, reason from response.order_outcome where event = $1 union all select 'waiting', 'for what it answers' from response.waiting_order where event = $1`,
      [event],
    )) as { outcome: string; reason: string }[];
    return row ?? null;
  }
}
