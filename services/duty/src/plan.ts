import * as path from 'node:path';
import {
  addMinutes,
  fromShanghai,
  shanghaiMinute,
  type CallCause,
  type Level,
  type UtcInstant,
} from '@fengsui/contracts';
import { Counties } from '@fengsui/regions';
import { turnOf, type Callee, type Chain, type Roster, type Step } from '@fengsui/rules';
import { readPlanYaml, SettingsError } from '@fengsui/settings';
import type { Channel } from './delivery/channels/channel.js';
import { addressesOf, faultsOf } from './plan-faults.js';
import { minuteOfDay, PlanFile, type CauseRow, type DutyFile, type Person, type StepRow } from './plan-file.js';

/** How a call climbs, as the plan was when it started: a later plan changes no call that rings. */
export type Policy = Readonly<{ name: string; chain: Chain; promiseMinutes: number | null }>;

/** A way to a person: a channel, and which of their contacts by it. */
export type WayTo = Readonly<{ channel: string; contact: number }>;

/** Somebody whom a step calls, or why it calls the desk in their place. */
export type Called = Readonly<{ person: string; role: string; gap: string | null }>;

/** Without a word in the plan an unanswered call rings so often. */
const RING_AGAIN_MINUTES = 10;

/** Who is on duty, how they are reached, and how a call climbs. */
export class DutyPlan {
  private constructor(
    readonly roster: Roster,
    readonly people: ReadonlyMap<string, Person>,
    readonly counties: Counties,
    private readonly file: DutyFile,
  ) {}

  /** @throws SettingsError with everything by which a call would reach nobody */
  static read(folder: string): DutyPlan {
    const { value, version } = readPlanYaml(folder, 'duty.yaml', PlanFile);
    const counties = Counties.ofPlan(folder);
    const faults = faultsOf(value, new Set(counties.all().map(({ code }) => code)));
    if (faults.length > 0) throw new SettingsError(`${path.join(folder, 'duty.yaml')} does not fit`, faults);
    const spanOf = <T extends Readonly<{ from: string; until: string }>>(row: T) => ({
      ...row,
      from: fromShanghai(row.from),
      until: fromShanghai(row.until),
    });
    const roster: Roster = {
      version,
      desk: value.desk,
      rotations: value.rotations.map(({ shiftsAt, ...row }) => ({
        ...row,
        from: fromShanghai(row.from),
        ...(shiftsAt === undefined ? {} : { shiftsAt: shiftsAt.map(minuteOfDay).sort((a, b) => a - b) }),
      })),
      overrides: value.overrides.map(spanOf),
      leave: (value.leave ?? []).map(spanOf),
    };
    return new DutyPlan(roster, new Map(value.people.map((person) => [person.id, person])), counties, value);
  }

  /** Minutes that an answer waits for its call. */
  get answerWaitsMinutes(): number {
    return this.file.answerWaitsMinutes;
  }

  /** The policy of a cause at a time, at a level. */
  policyFor(cause: CallCause, at: UtcInstant, level: Level | null = null): Policy {
    const row = this.file.causes[cause];
    const name = row.instead?.find((one) => fits(one, at, level))?.chain ?? row.chain;
    return { name, chain: this.chain(name), promiseMinutes: row.promiseMinutes ?? null };
  }

  urgent(cause: CallCause): boolean {
    return this.file.causes[cause].urgent;
  }

  ruleFor(cause: CallCause): string {
    return this.file.causes[cause].rule;
  }

  /**
   * Whom a step calls at a time: each person once, by the first role or list that names them.
   * @param authority whose people are called first
   */
  called(to: readonly Callee[], at: UtcInstant, authority: string | null): readonly Called[] {
    const found = new Map<string, Called>();
    for (const one of to.flatMap((callee) => this.meant(callee, at, authority)))
      if (!found.has(one.person)) found.set(one.person, one);
    return [...found.values()];
  }

  private meant(callee: Callee, at: UtcInstant, authority: string | null): readonly Called[] {
    if ('person' in callee) return [{ person: callee.person, role: callee.person, gap: null }];
    if ('role' in callee) return [{ role: callee.role, ...turnOf(this.roster, callee.role, at, authority) }];
    return (this.file.lists?.[callee.list] ?? []).map((person) => ({ person, role: callee.list, gap: null }));
  }

  /** Where a channel reaches a person, the first first; empty: it leads to one place for all, or not to them. */
  contactsOf(person: string, channel: string): readonly string[] {
    const known = this.people.get(person);
    return known === undefined ? [] : (addressesOf(known, channel) ?? []);
  }

  /** Every way to a person by channels that there are, first those that reach them alone. */
  waysTo(person: string, channels: readonly Pick<Channel, 'name' | 'personal'>[]): readonly WayTo[] {
    return [...channels]
      .sort((a, b) => Number(b.personal) - Number(a.personal))
      .flatMap(({ name, personal }) =>
        (personal ? this.contactsOf(person, name) : [name]).map((_, contact) => ({ channel: name, contact })),
      );
  }

  /** People to whom none of these channels leads. */
  unreachedBy(channels: readonly Pick<Channel, 'name' | 'personal'>[]): readonly string[] {
    return [...this.people.keys()].filter((person) => this.waysTo(person, channels).length === 0);
  }

  /** Every channel that some chain names. */
  channelsNamed(): readonly string[] {
    const steps = Object.values(this.file.chains).flatMap((chain) => chain.steps);
    return [
      ...new Set([...steps.flatMap(({ channels }) => channels), ...(this.file.unanswered?.channels ?? [])]),
    ].sort();
  }

  /** Every role that some chain calls. */
  rolesCalled(): readonly string[] {
    const steps = Object.values(this.file.chains).flatMap((chain) => chain.steps);
    return [...new Set([...steps.flatMap(({ role }) => role ?? []), ...(this.file.unanswered?.roles ?? [])])].sort();
  }

  /** People whose contacts were not tried within the days that the plan gives; none: it gives none. */
  untested(at: UtcInstant): readonly string[] {
    const { contactsTestedDays: days } = this.file;
    if (days === undefined) return [];
    const since = shanghaiMinute(addMinutes(at, -days * 1_440)).slice(0, 10);
    return [...this.people.values()].flatMap(({ id, testedOn = '' }) => (testedOn < since ? [id] : []));
  }

  nameOf(person: string): string {
    return this.people.get(person)?.name ?? person;
  }

  private chain(name: string): Chain {
    const { steps, rounds } = this.file.chains[name] as DutyFile['chains'][string];
    const last = steps.at(-1) as StepRow;
    const { unanswered } = this.file;
    const top = unanswered?.roles.map((role) => ({ role })) ?? [calleeOf(last)];
    return {
      steps: steps.map(stepOf),
      rounds,
      unanswered: {
        everyMinutes: unanswered?.everyMinutes ?? RING_AGAIN_MINUTES,
        to: [{ person: this.file.desk }, ...top],
        authorities: unanswered?.authorities ?? [],
        channels: unanswered?.channels ?? last.channels,
      },
    };
  }
}

const calleeOf = ({ role, person, list }: StepRow): Callee =>
  role !== undefined ? { role } : person !== undefined ? { person } : { list: list ?? '' };

const stepOf = (row: StepRow): Step => ({
  to: [calleeOf(row)],
  needed: row.needed ?? 'any',
  answerWithinMinutes: row.answerWithinMinutes,
  channels: row.channels,
  inTurn: row.inTurn ?? false,
});

function fits(
  { levels, hours }: NonNullable<CauseRow['instead']>[number],
  at: UtcInstant,
  level: Level | null,
): boolean {
  if (levels !== undefined && !levels.some((one) => one === level)) return false;
  if (hours === undefined) return true;
  const [from = 0, until = 0] = hours.split('-').map(minuteOfDay);
  const minute = minuteOfDay(shanghaiMinute(at).slice(11));
  return from <= until ? from <= minute && minute < until : minute >= from || minute < until;
}
