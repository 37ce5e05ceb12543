import { one, rows } from '@fengsui/database';
import { OrdersDesk, type OrderOutcome } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { WildfireView } from './views.js';

/** What wildfire knows, for the command and the console. */
@Injectable()
export class WildfireQuery {
  constructor(
    private readonly db: DataSource,
    private readonly desk: OrdersDesk,
  ) {}

  wildfires(open = false): Promise<readonly WildfireView[]> {
    return rows(
      this.db,
      `select f.id, f.state, f.due_at as "dueAt", f.reason, f.events || coalesce(s.events, '{}') as events, f.county,
         f.latitude, f.longitude, f.first_seen_by as "firstSeenBy",
         f.first_seen_at as "firstSeenAt", f.last_seen_at as "lastSeenAt",
         coalesce(s.n, 0)::int as signs, f.asked, f.phase, f.merged_into as "mergedInto", f.judged_at as "judgedAt", f.verdict, f.decided_by as "decidedBy"
       from wildfire.fire f left join (
         select fire, count(*) as n, array_agg(event order by at, event) as events from wildfire.sign
         where withdrawn_by is null group by fire
       ) s on s.fire = f.id
       where not $1::boolean or f.state in ('to-verify', 'overdue') order by f.first_seen_at, f.id`,
      [open],
    );
  }

  async hasFire(id: string): Promise<boolean> {
    return (await one(this.db, 'select 1 from wildfire.fire where id = $1', [id])) !== null;
  }

  /** What became of an order. */
  outcomeOf(event: string): Promise<OrderOutcome | null> {
    return this.desk.outcomeOf(this.db, event);
  }
}
