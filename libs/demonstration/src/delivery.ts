import { fromShanghai, type ObservedEvent, type OrderV1, type UtcInstant } from '@fengsui/contracts';
import { onDuty, type Roster } from '@fengsui/rules';

/** A file that reaches a door at a time: what a feed, a duty officer or a clerk would have sent. */
export type Delivery = Readonly<{ at: UtcInstant; name: string; text: string }>;

/** Everything invented carries this mark. */
export const MARK = '【演示数据】';

type Fed = Readonly<{ type: ObservedEvent['type']; occurredAt: UtcInstant; data: object }>;

/** Roles of the roster whose turn the script speaks of: who has it is told by the roster. */
export const OFFICER = 'duty-officer';
export const LEADER = 'duty-leader';

/** Contract JSON, one event a line. */
export const lines = (at: UtcInstant, name: string, events: readonly Fed[]): Delivery => ({
  at,
  name: `${name}.ndjson`,
  text: `${events.map((event) => JSON.stringify(event)).join('\n')}\n`,
});

type OrderData = OrderV1['data'] extends infer D
  ? D extends unknown
    ? Omit<D, 'actor' | 'orderId' | 'speaksFor'>
    : never
  : never;

/** What a person of the demonstration ordered. The id tells who can read it what it was. */
export const order = (occurredAt: UtcInstant, orderId: string, actor: string, data: OrderData): Fed => ({
  type: 'order.v1',
  occurredAt,
  data: { orderId: `demo-${orderId}`, actor, speaksFor: null, ...data },
});

/** Asia/Shanghai wall time to instant: `wall('2020-06-07', '02:14')`. */
export const wall = (date: string, time: string): UtcInstant => fromShanghai(`${date}T${time}`);

/** Whoever has the role at that hour was called, and answers. */
export function answer(
  { roster }: Readonly<{ roster: Roster }>,
  wallTime: string,
  callId: string,
  role: string,
): Delivery {
  const at = wall(wallTime.slice(0, 10), wallTime.slice(11));
  const person = onDuty(roster, role, at);
  return lines(at, 'orders-answer', [
    order(at, `answer-${callId.replaceAll('/', '-')}`, person, { kind: 'answer', callId, person, reason: '已收到' }),
  ]);
}

/** Every date of a year. */
export const datesOf = (year: number): string[] => {
  const dates: string[] = [];
  for (let day = Date.UTC(year, 0, 1); day < Date.UTC(year + 1, 0, 1); day += 86_400_000)
    dates.push(new Date(day).toISOString().slice(0, 10));
  return dates;
};

export const plusDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

export const clockTime = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
