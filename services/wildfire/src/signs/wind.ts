import { addMinutes, type UtcInstant, type WindV1 } from '@fengsui/contracts';
import { insertRows, rows, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { Consumes } from '@fengsui/service';
import { Controller, Injectable } from '@nestjs/common';
import { WildfirePlan } from '../plan.js';
import { WindRow } from '../tables/tables.js';

/** The last wind of each station of the plan. A city without such stations knows none. */
@Injectable()
export class Wind {
  constructor(private readonly plan: WildfirePlan) {}

  async take(measured: readonly WindV1[], tx: Tx): Promise<void> {
    const own = measured.filter(({ data }) => this.plan.wind?.stations[data.station] !== undefined);
    const written = own.map(({ occurredAt: at, data }) => ({ station: data.station, at, speedMs: data.speedMs }));
    await insertRows(tx, WindRow, written, 'nothing');
  }

  /** The strongest wind in a county around an instant, metres a second; null: none was measured. */
  async around(tx: Tx, at: UtcInstant): Promise<(county: string) => number | null> {
    const plan = this.plan.wind;
    if (plan === undefined) return () => null;
    const found = await rows<Pick<WindRow, 'station' | 'speedMs'>>(
      tx,
      'select station, max(speed_ms) as "speedMs" from wildfire.wind where at > $1 and at <= $2 group by station',
      [addMinutes(at, -plan.withinMinutes), at],
    );
    return (county) =>
      found
        .filter(({ station }) => plan.stations[station] === county)
        .reduce<number | null>((most, { speedMs }) => Math.max(most ?? 0, speedMs), null);
  }
}

@Controller()
export class WindConsumer {
  constructor(private readonly wind: Wind) {}

  @Consumes('wildfire', 'wind.v1')
  winds(measured: readonly WindV1[], { tx }: UnitOfWork): Promise<void> {
    return this.wind.take(measured, tx);
  }
}
