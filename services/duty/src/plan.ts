import * as path from 'node:path';
import {
  addMinutes,
  CALL_CAUSES,
  fromShanghai,
  shanghaiMinute,
  type CallCause,
  type Level,
  type UtcInstant,
} from '@fengsui/contracts';
import { Counties } from '@fengsui/regions';
import { turnOf, type Callee, type Chain, type Roster, type Step } from '@fengsui/rules';
import { readPlanYaml, SettingsError } from '@fengsui/settings';
import { Templates } from './decisions/templates.js';
import type { Channel } from './delivery/channels/channel.js';
import { addressesOf, faultsOf } from './plan-faults.js';
import { minuteOfDay, PlanFile, type CauseRow, type DutyFile, type Person, type StepRow } from './plan-file.js';

/** How a call climbs, as the plan was when it started: a later plan changes no call that rings. */
export type Policy = Readonly<{ name: string; chain: Chain; promiseMinutes: number | null }>;

/** A way to a person: a channel, and which of their contacts by it. */
export type WayTo = Readonly<{ channel: string; contact: number }>;

/** Somebody whom a step calls, or why it calls the desk in their place. */
export type Called = Readonly<{ person: string; role: string; gap: string | null }>;

/** The roster names the city by no authority. @returns the county, or null for the city */
export const countyOrCity = (authority: string): string | null => (authority.endsWith('00') ? null : authority);

/** Without a word in the plan an unanswered call rings so often. */
const RING_AGAIN_MINUTES = 10;

/** Who is on duty, how they are reached, and how a call climbs. */
export class DutyPlan {
  private constructor(
    readonly roster: Roster,
    readonly people: ReadonlyMap<string, Person>,
    readonly counties: Counties,
    private readonly file: DutyFile,
    /** How messages are worded. */ readonly templates: Templates,
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
      calendar: {
        holidays: value.calendar?.holidays ?? [],
        workdays: value.calendar?.workdays ?? [],
        floodSeason: value.calendar?.floodSeason ?? null,
      },
    };
    return new DutyPlan(
      roster,
      new Map(value.people.map((person) => [person.id, person])),
      counties,
      value,
      Templates.read(folder),
    );
  }

  /** Code of the city that the plan is for. */
  get city(): string {
    return `${(this.counties.all()[0]?.code ?? '').slice(0, 4)}00`;
  }

  /** Minutes that an answer waits for its call. */
  get answerWaitsMinutes(): number {
    return this.file.answerWaitsMinutes;
  }

  /** The policy of a cause at a time, at a level. */
  policyFor(cause: CallCause, at: UtcInstant, level: Level | null = null): Policy {
    const row = this.rowOf(cause);
    const name = row.instead?.find((one) => fits(one, at, level))?.chain ?? row.chain;
    const isUnknown = this.file.causes[cause] === undefined;
    const chain = this.chain(name, isUnknown && PAPERS.has(cause) ? DAY_MINUTES : undefined);
    return { name, chain, promiseMinutes: row.promiseMinutes ?? null };
  }

  /**
   * A plan need not know of what duty itself calls for: that goes as the silence of a source does, and papers by day,
   * once a day.
   */
  private rowOf(cause: CallCause): CauseRow {
    const own = this.file.causes[cause];
    if (own !== undefined) return own;
    const row = { ...this.file.causes['source-silent'], rule: OWN_RULES[cause] ?? cause };
    return PAPERS.has(cause) ? { ...row, atNight: false, promiseMinutes: 3 * DAY_MINUTES } : row;
  }

  /** How what is not urgent is told. */
  get ordinary(): Ordinary {
    return this.file.ordinary ?? ORDINARY;
  }

  /** Until when a call of this cause waits, because it is night and it can wait; null: it rings now. */
  quietUntil(cause: CallCause, at: UtcInstant): UtcInstant | null {
    const { urgent, atNight = false } = this.rowOf(cause);
    const { quietHours } = this.ordinary;
    if (urgent || atNight || quietHours === undefined || !within(quietHours, at)) return null;
    const until = minuteOfDay(quietHours.split('-')[1] ?? '');
    const minute = minuteOfDay(shanghaiMinute(at).slice(11));
    return fromShanghai(shanghaiMinute(addMinutes(at, (until - minute + 1_440) % 1_440)));
  }

  /** By what an exercise reaches people. */
  get exerciseChannels(): readonly string[] {
    return this.file.exercise?.channels ?? [];
  }

  get canary(): DutyFile['canary'] {
    return this.file.canary;
  }

  get handover(): DutyFile['handover'] {
    return this.file.handover;
  }

  /** Channels that an installation may be without, though chains name them. */
  get mayBeMissing(): readonly string[] {
    return this.file.mayBeMissing ?? [];
  }

  urgent(cause: CallCause): boolean {
    return this.rowOf(cause).urgent;
  }

  ruleFor(cause: CallCause): string {
    return this.rowOf(cause).rule;
  }

  /**
   * Whom a step calls at a time: each person once, by the first role or list that names them.
   * @param authority whose people are called first
   * @param roster as it stands, with what was changed while it runs
   */
  called(to: readonly Callee[], at: UtcInstant, authority: string | null, roster: Roster): readonly Called[] {
    const found = new Map<string, Called>();
    for (const one of to.flatMap((callee) => this.meant(callee, at, authority, roster)))
      if (!found.has(one.person)) found.set(one.person, one);
    return [...found.values()];
  }

  private meant(callee: Callee, at: UtcInstant, authority: string | null, roster: Roster): readonly Called[] {
    if ('person' in callee) return [{ person: callee.person, role: callee.person, gap: null }];
    if ('role' in callee) return [{ role: callee.role, ...turnOf(roster, callee.role, at, authority) }];
    return (this.file.lists?.[callee.list] ?? []).map((person) => ({ person, role: callee.list, gap: null }));
  }

  /** Where a channel reaches a person, the first first; empty: it leads to one place for all, or not to them. */
  contactsOf(person: string, channel: string): readonly string[] {
    const known = this.people.get(person);
    return known === undefined ? [] : (addressesOf(known, channel) ?? []);
  }

  /** By what somebody is reached first. */
  prefersOf(person: string, urgent: boolean): readonly string[] {
    return this.people.get(person)?.prefers?.[urgent ? 'urgent' : 'ordinary'] ?? [];
  }

  /**
   * Every way to a person by channels that there are: first what they prefer, then those that reach them alone.
   * @param urgent which of their preferences
   */
  waysTo(person: string, channels: readonly Pick<Channel, 'name' | 'personal'>[], urgent = true): readonly WayTo[] {
    const prefers = this.prefersOf(person, urgent);
    const rank = (name: string): number => {
      const place = prefers.findIndex((one) => one === name);
      return place === -1 ? prefers.length : place;
    };
    return [...channels]
      .sort((a, b) => rank(a.name) - rank(b.name) || Number(b.personal) - Number(a.personal))
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

  /** From so many people at once a call names their number before it begins. */
  get massFrom(): number {
    return this.file.massFrom ?? MASS_FROM;
  }

  /** Every role that some chain calls; whoever only checks and signs papers may be away. */
  rolesCalled(): readonly string[] {
    const { chains, causes } = this.file;
    const forPapers = (name: string): boolean => {
      const own = CALL_CAUSES.filter((cause) => causes[cause]?.chain === name);
      return own.length > 0 && own.every((cause) => PAPERS.has(cause));
    };
    const steps = Object.entries(chains).flatMap(([name, chain]) => (forPapers(name) ? [] : chain.steps));
    return [...new Set([...steps.flatMap(({ role }) => role ?? []), ...(this.file.unanswered?.roles ?? [])])].sort();
  }

  /** The roles of each chain that calls more than one: when one person has them all, nobody is behind them. */
  rolesTogether(): readonly (readonly string[])[] {
    return Object.values(this.file.chains)
      .map(({ steps }) => [...new Set(steps.flatMap(({ role }) => role ?? []))])
      .filter((roles) => roles.length > 1);
  }

  /**
   * People whose contacts were not tried within the days that the plan gives; none: it gives none.
   * @param answered when each last answered a test of them
   */
  untested(at: UtcInstant, answered: ReadonlyMap<string, UtcInstant>): readonly string[] {
    const { contactsTestedDays: days } = this.file;
    if (days === undefined) return [];
    const since = shanghaiMinute(addMinutes(at, -days * 1_440)).slice(0, 10);
    const lastOf = ({ id, testedOn = '' }: Person): string => {
      const tried = answered.get(id);
      const day = tried === undefined ? '' : shanghaiMinute(tried).slice(0, 10);
      return day > testedOn ? day : testedOn;
    };
    return [...this.people.values()].filter((person) => lastOf(person) < since).map(({ id }) => id);
  }

  /** `值班员`; a role without a name of its own is called by its id. */
  roleName(role: string): string {
    return this.file.roles?.[role] ?? role;
  }

  /** The roles of the roster. */
  get roles(): readonly string[] {
    return [...new Set(this.roster.rotations.map(({ role }) => role))];
  }

  nameOf(person: string): string {
    return this.people.get(person)?.name ?? person;
  }

  /** @param again minutes until it rings again, where the chain itself does not say */
  private chain(name: string, again?: number): Chain {
    const { steps, rounds, againMinutes = again } = this.file.chains[name] as DutyFile['chains'][string];
    const last = steps.at(-1) as StepRow;
    // What has a pace of its own is for its own people: the desk can do nothing about it.
    if (againMinutes !== undefined) {
      const to = steps.map(calleeOf);
      const everyone = { everyMinutes: againMinutes, to, authorities: [], channels: last.channels };
      return { steps: steps.map(stepOf), rounds, unanswered: everyone };
    }
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

type Ordinary = NonNullable<DutyFile['ordinary']>;
/** The first at once, the rest after two minutes; more than ten in ten minutes are one for each ten. */
const ORDINARY: Ordinary = { gatherMinutes: 2, digestOver: 10, digestMinutes: 10 };

/** More than a shift and its leaders. */
const MASS_FROM = 20;

/** What waits for a person at a desk. */
const PAPERS: ReadonlySet<CallCause> = new Set(['report-check', 'report-sign']);
const DAY_MINUTES = 1_440;

const OWN_RULES: Readonly<Partial<Record<CallCause, string>>> = {
  'self-check': '值班系统自检不合格须处理',
  handover: '交接班须双方签字',
  'report-check': '文稿待核稿',
  'report-sign': '文稿待签发',
  exercise: '叫应演练',
  'contact-test': '联系方式核验',
  probe: '通道自检',
};

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
  return hours === undefined || within(hours, at);
}

/** Whether it is between two clock times in Beijing, over midnight too. */
function within(hours: string, at: UtcInstant): boolean {
  const [from = 0, until = 0] = hours.split('-').map(minuteOfDay);
  const minute = minuteOfDay(shanghaiMinute(at).slice(11));
  return from <= until ? from <= minute && minute < until : minute >= from || minute < until;
}
