import type { OrderOf, UtcInstant } from '@fengsui/contracts';
import { insertRows, rows, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { kilometresBetween, type Sign } from '@fengsui/rules';
import { done, rejected, Takes, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { PermitRow } from '../tables/tables.js';

/** What may be burned, where and when 用火许可 (《广东省森林防火条例》第二十五条). */
@Injectable()
export class Permits {
  @Takes('wildfire', 'permit-burn', ({ data }) => data.permit)
  async take({ id, data }: OrderOf<'permit-burn'>, { tx }: UnitOfWork): Promise<OrderResult> {
    const { permit, purpose, place, latitude, longitude, radiusKm, fromAt, untilAt } = data;
    if (fromAt >= untilAt) return rejected(`许可止于起始之前 / ends before it begins: ${fromAt} ${untilAt}`);
    const row = { permit, purpose, place, latitude, longitude, radiusKm, fromAt, untilAt, event: id };
    // Entered again, the later one holds: hours are put off for wind.
    const set = ['purpose', 'place', 'latitude', 'longitude', 'radiusKm', 'fromAt', 'untilAt', 'event'] as const;
    await insertRows(tx, PermitRow, [row], { on: ['permit'], set });
    return done(`${permit}: ${place}`);
  }

  async of(tx: Tx, permit: string): Promise<PermitRow | null> {
    return tx.getRepository(PermitRow).findOneBy({ permit });
  }

  /** For each set of signs the permit within whose place and hours all of it lies. */
  async covering(tx: Tx, sets: readonly (readonly Sign[])[]): Promise<(PermitRow | null)[]> {
    const times = sets
      .flat()
      .map(({ at }) => at)
      .sort();
    const [first, last] = [times[0], times.at(-1)] as [UtcInstant | undefined, UtcInstant | undefined];
    if (first === undefined) return [];
    const known = await rows<PermitRow>(
      tx,
      `select permit, purpose, place, latitude, longitude, radius_km as "radiusKm", from_at as "fromAt", until_at as "untilAt", event
       from wildfire.permit where from_at <= $2 and until_at >= $1 order by permit`,
      [first, last],
    );
    const covers = (permit: PermitRow, sign: Sign): boolean =>
      permit.fromAt <= sign.at && sign.at <= permit.untilAt && kilometresBetween(permit, sign) <= permit.radiusKm;
    return sets.map((signs) => known.find((permit) => signs.every((sign) => covers(permit, sign))) ?? null);
  }
}
