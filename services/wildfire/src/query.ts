import type { UtcInstant } from '@fengsui/contracts';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';

export type WildfireView = Readonly<{
  id: string;
  state: string;
  dueAt: UtcInstant;
  reason: string;
  events: readonly string[];
  county: string;
  latitude: number | null;
  longitude: number | null;
  firstSeenBy: string;
  firstSeenAt: UtcInstant;
  lastSeenAt: UtcInstant;
  signs: number;
  verdict: string | null;
  decidedBy: string | null;
}>;

/** What wildfire knows, for the command and the console. */
@Controller('v1')
export class WildfireQuery {
  constructor(@Inject(DataSource) private readonly db: DataSource) {}

  @Get('wildfires')
  wildfires(@Query('open') open?: string): Promise<readonly WildfireView[]> {
    return this.db.query(
      `select f.id, f.state, f.due_at as "dueAt", f.reason, f.events || coalesce(s.events, '{}') as events, f.county, f.latitude, f.longitude, f.first_seen_by as "firstSeenBy",
         f.first_seen_at as "firstSeenAt", f.last_seen_at as "lastSeenAt", coalesce(s.n, 0) as signs, f.verdict, f.decided_by as "decidedBy"
       from wildfire.fire f left join (select fire, count(*) as n, array_agg(event order by at, event) as events from wildfire.sign group by fire) s on s.fire = f.id
       where $1::boolean is not true or f.state in ('to-verify', 'overdue') order by f.first_seen_at, f.id`,
      [open === undefined ? null : open !== 'false'],
    );
  }

  async outcomeOf(event: string): Promise<Readonly<{ outcome: string; reason: string }> | null> {
    const [row] = (await this.db.query(
      `select outcome, reason from wildfire.order_outcome where event = $1 union all select 'waiting', 'for ' || fire from wildfire.waiting_verdict where event = $1`,
      [event],
    )) as { outcome: string; reason: string }[];
    return row ?? null;
  }
}
