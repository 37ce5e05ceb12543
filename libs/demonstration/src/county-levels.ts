import type { UtcInstant } from '@fengsui/contracts';
import { lines, MARK, order, type Delivery } from './delivery.js';

/** A level that a county decides itself, as the script has it. */
type CountyStep = Readonly<{ at: UtcInstant; kind: 'confirm' | 'lower'; level: 'IV' | 'III' }>;

/** What counties decide of their own: they confirm what is proposed to them, lower it, and end it. */
export function decidedByCounties(
  name: string,
  counties: readonly string[],
  steps: readonly CountyStep[],
  endsAt: UtcInstant,
): Delivery[] {
  const give = (at: UtcInstant, id: string, fieldsOf: (authority: string) => Parameters<typeof order>[3]): Delivery =>
    lines(
      at,
      `orders-counties-${id}`,
      counties.map((county) => order(at, `${id}-${county}`, `lead-${county}`, fieldsOf(county))),
    );
  const whose = (authority: string) => ({ authority, hazard: 'flood' as const });
  return [
    ...steps.map(({ at, kind, level }, n) =>
      give(at, `${name}-${n + 1}`, (authority) =>
        kind === 'confirm'
          ? { kind, ...whose(authority), level, counties: [], reason: `${MARK}县级会商研判，签发` }
          : { kind, ...whose(authority), level, reason: `${MARK}雨势减弱，调整` },
      ),
    ),
    give(endsAt, `${name}-end`, (authority) => ({ kind: 'end', ...whose(authority), reason: `${MARK}雨已停，结束` })),
  ];
}
