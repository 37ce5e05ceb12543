import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import { lines, MARK, order, type Delivery } from './delivery.js';

/** A level that counties decide of their own, as the script has it. */
type CountyStep = Readonly<{
  at: UtcInstant;
  kind: 'confirm' | 'lower';
  level: 'IV' | 'III' | 'none';
  /** What was proposed, by its number, and when the officer of the county answered the call for it. */
  proposed?: readonly [proposal: string, answeredAt: UtcInstant];
}>;

/** The officer of a county answers so long after what it decided. */
const ANSWERS_AFTER_MINUTES = 6;

/**
 * What counties decide of their own: their officers answer, their leaders confirm what is proposed, lower it, and end
 * it.
 */
export function decidedByCounties(
  name: string,
  counties: readonly string[],
  steps: readonly CountyStep[],
  endsAt: UtcInstant | null,
): Delivery[] {
  const ofEach = (at: UtcInstant, id: string, eventOf: (county: string) => ReturnType<typeof order>): Delivery =>
    lines(at, `orders-counties-${id}`, counties.map(eventOf));
  const answered = (at: UtcInstant, id: string, callOf: (county: string) => string): Delivery =>
    ofEach(at, `${id}-answer`, (county) => {
      const [callId, person] = [callOf(county), `duty-${county}`];
      return order(at, `${id}-answer-${county}`, person, { kind: 'answer', callId, person, reason: '已收到' });
    });
  const decided = (
    at: UtcInstant,
    id: string,
    dataOf: (authority: string) => Parameters<typeof order>[3],
  ): Delivery[] => [
    ofEach(at, id, (county) => order(at, `${id}-${county}`, `lead-${county}`, dataOf(county))),
    answered(addMinutes(at, ANSWERS_AFTER_MINUTES), id, (county) => `response/order/demo-${id}-${county}`),
  ];
  const whose = (authority: string) => ({ authority, hazard: 'flood' as const });
  return [
    ...steps.flatMap(({ at, kind, level, proposed }, n) => {
      const id = `${name}-${n + 1}`;
      const call =
        proposed === undefined
          ? []
          : [answered(proposed[1], `${id}-proposal`, (county) => `proposal/${county}-flood-${proposed[0]}`)];
      const reason = `${MARK}县级会商研判，${kind === 'confirm' ? '签发' : '雨势减弱，调整'}`;
      return [
        ...call,
        ...decided(at, id, (authority) =>
          kind === 'lower' && level !== 'none'
            ? { kind, ...whose(authority), level, reason }
            : { kind: 'confirm', ...whose(authority), level, counties: [], reason },
        ),
      ];
    }),
    ...(endsAt === null
      ? []
      : decided(endsAt, `${name}-end`, (authority) => ({
          kind: 'end',
          ...whose(authority),
          reason: `${MARK}雨已停，结束`,
        }))),
  ];
}
