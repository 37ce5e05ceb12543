import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import {
  areasAt,
  mergedAreas,
  transfersBetween,
  type FloodPlan,
  type RiskPoint,
  type Roster,
  type TransferPlan,
} from '@fengsui/rules';
import { answer, clockTime, lines, MARK, OFFICER, order, wall, type Delivery } from './delivery.js';
import type { DutiesOfCity } from './obligations-kept.js';
import type { Random } from './random.js';

/** The plan's part of the script: which tasks an order raises. */
export type FloodCity = Readonly<{
  flood: FloodPlan;
  riskPoints: readonly RiskPoint[];
  roster: Roster;
  obligations: DutiesOfCity;
}>;

/** The number that the product gives to a proposal or an episode of the city. */
export const named = ({ flood }: FloodCity, number: string): string => `${flood.authority}-flood-${number}`;

/** What is owed in a response is owed by its number. */
export const responseOf = (city: FloodCity, year: number, number: string) => ({
  authority: city.flood.authority,
  episode: named(city, number),
  year,
});

export const YINGDE = '441881';
export const FOGANG = '441821';
export const QINGCHENG = '441802';

/** What a village reports in one message. */
type Said = Readonly<{
  moved: readonly string[];
  absent: number;
  refusing: number;
  evidence: 'head-count' | 'photo' | 'signature' | 'none';
}>;
type Task = TransferPlan & Readonly<{ id: string }>;

/** A change of level as the script has it: what it adds is what its orders will raise. */
type ScriptedChange = Readonly<{
  episode: string;
  from: 'none' | 'IV';
  to: 'IV' | 'III';
  before: readonly string[];
  counties: readonly string[];
}>;

export const tasksOf = (
  { flood, riskPoints }: FloodCity,
  { episode, from, to, before, counties }: ScriptedChange,
  at: UtcInstant,
): Task[] => {
  const covered = from === 'none' ? {} : areasAt(before, from);
  const after = mergedAreas(covered, areasAt(counties, to));
  return transfersBetween(flood, riskPoints, { before: covered, after }, at).map((transfer) => ({
    ...transfer,
    id: `${episode}/${transfer.riskPoint.id}`,
  }));
};

/**
 * Reports of progress, an hourly file from all villages. Over all tasks exactly `people` are moved with evidence; the
 * others of the ledgers are away. Some reports name people a second time, and some come first without evidence:
 * neither counts twice or at all.
 */
export function progressOf(
  tasks: readonly Task[],
  from: UtcInstant,
  people: number,
  name: string,
  random: Random,
): Delivery[] {
  const ledger = tasks.reduce((sum, { riskPoint }) => sum + riskPoint.people, 0);
  if (people > ledger || ledger - people > ledger * 0.2)
    throw new Error(`${name}: ${people} people cannot be moved from ledgers of ${ledger}`);
  const absents = awayFrom(tasks, ledger - people, random);
  const hours = new Map<number, ReturnType<typeof order>[]>();
  const report = (hour: number, { id, riskPoint }: Task, said: Said): void => {
    const list = hours.get(hour) ?? [];
    const at = addMinutes(from, hour * 60);
    const { moved, absent, refusing, evidence } = said;
    const reason = `${MARK}转移进展`;
    const fields = { kind: 'progress' as const, taskId: id, moved: [...moved], absent, refusing, evidence, reason };
    list.push(order(at, `progress-${name}-${id.replaceAll('/', '-')}-${hour}`, riskPoint.organiser, fields));
    hours.set(hour, list);
  };
  tasks.forEach((task, index) => {
    const absent = absents[index] ?? 0;
    const persons = Array.from(
      { length: task.riskPoint.people - absent },
      (_, n) => `${task.riskPoint.id}-p${String(n + 1).padStart(3, '0')}`,
    );
    const half = Math.ceil(persons.length * 0.6);
    const refuses = index % 23 === 7 ? 2 : 0; // two of them refuse at first, and are persuaded after the deadline
    if (index % 11 === 4) report(0, task, { moved: persons.slice(0, half), absent: 0, refusing: 0, evidence: 'none' });
    report(1, task, { moved: persons.slice(0, half), absent: 0, refusing: refuses, evidence: 'head-count' });
    // The second list of some villages names people of the first once more.
    const again = index % 5 === 2 ? Math.max(0, half - 6) : half;
    if (refuses === 0)
      report(2 + (index % 2), task, {
        moved: persons.slice(again),
        absent: absent,
        refusing: 0,
        evidence: random.pick(['head-count', 'photo', 'signature'] as const),
      });
    else {
      report(2, task, {
        moved: persons.slice(again, persons.length - refuses),
        absent: absent,
        refusing: refuses,
        evidence: 'photo',
      });
      report(7, task, { moved: persons.slice(-refuses), absent: absent, refusing: 0, evidence: 'signature' });
    }
  });
  return [...hours]
    .sort(([a], [b]) => a - b)
    .map(([hour, list]) => lines(addMinutes(from, hour * 60), `orders-progress-${name}-${hour}`, list));
}

function awayFrom(tasks: readonly Task[], total: number, random: Random): number[] {
  const most = tasks.map(({ riskPoint }) => Math.floor(riskPoint.people * 0.3));
  const absents = tasks.map(() => 0);
  for (let left = total; left > 0;) {
    const index = random.whole(0, tasks.length - 1);
    if ((absents[index] ?? 0) >= (most[index] ?? 0)) continue;
    absents[index] = (absents[index] ?? 0) + 1;
    left -= 1;
  }
  return absents;
}

/** A leader confirms what the machine proposed. */
export function confirm(
  { flood }: FloodCity,
  at: UtcInstant,
  id: string,
  { level, counties, reason }: Readonly<{ level: 'IV' | 'III'; counties: readonly string[]; reason: string }>,
): Delivery {
  const { authority } = flood;
  const what = { kind: 'confirm' as const, authority, hazard: 'flood' as const, level, counties: [...counties] };
  return lines(at, 'orders-confirm', [order(at, id, 'liang', { ...what, reason: `${MARK}${reason}` })]);
}

/** The response is lowered by a person, and whoever must know answers. */
export function lowered(city: FloodCity, date: string, time: string, id: string): Delivery[] {
  const at = wall(date, time);
  return [
    lines(at, 'orders-lower', [
      order(at, id, 'liang', {
        kind: 'lower',
        authority: city.flood.authority,
        hazard: 'flood',
        level: 'IV',
        reason: `${MARK}雨势减弱，调整为防汛Ⅳ级`,
      }),
    ]),
    answer(city, `${date}T${plus(time, 6)}`, `response/order/demo-${id}`, OFFICER),
  ];
}

/** The response is ended: by an order, or by confirming the machine's own proposal. */
export function ended(city: FloodCity, date: string, time: string, id: string, how: 'end' | 'confirm'): Delivery[] {
  const at = wall(date, time);
  const reason = `${MARK}降雨过程结束，各站水位回落至警戒以下`;
  const ordered =
    how === 'end'
      ? order(at, id, 'liang', { kind: 'end', authority: city.flood.authority, hazard: 'flood', reason })
      : order(at, id, 'liang', {
          kind: 'confirm',
          authority: city.flood.authority,
          hazard: 'flood',
          level: 'none',
          counties: [],
          reason,
        });
  return [
    lines(at, `orders-${how}`, [ordered]),
    answer(city, `${date}T${plus(time, 9)}`, `response/order/demo-${id}`, OFFICER),
  ];
}

const plus = (time: string, minutes: number): string =>
  clockTime(Number(time.slice(0, 2)) * 60 + Number(time.slice(3)) + minutes);
