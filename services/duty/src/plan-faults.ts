import { CALL_CAUSES, OWN_CAUSES } from '@fengsui/contracts';
import { classOf } from './delivery/standing.js';
import { instantOf, type ChannelName, type DutyFile, type Person, type StepRow } from './plan-file.js';

/** Channels that reach a person by an address of their own; the others lead to one place for all. */
const ADDRESSES: Readonly<Partial<Record<ChannelName, (person: Person) => readonly string[]>>> = {
  mail: ({ mail }) => (mail === undefined ? [] : [mail]),
  sms: ({ phones = [] }) => phones,
  voice: ({ phones = [] }) => phones,
};

/** Where a channel reaches a person, the first first; null: it leads to one place for all. */
export const addressesOf = (person: Person, channel: string): readonly string[] | null =>
  ADDRESSES[channel as ChannelName]?.(person) ?? null;

/**
 * Why a plan of duty would leave somebody uncalled, in words, all at once: a call that reaches nobody is found out
 * here and not in the night. What only the calendar can show (a role in which nobody takes turns at some hour) is found
 * by `gapsAhead`.
 * @param authorities that there are: the city and its counties
 */
export function faultsOf(plan: DutyFile, authorities: ReadonlySet<string>): string[] {
  return [
    ...ofPeople(plan),
    ...ofRotations(plan, authorities),
    ...ofTimes(plan),
    ...Object.entries(plan.chains).flatMap(([name, { steps }]) => ofChain(name, steps, plan)),
    ...ofCauses(plan),
    ...ofUnanswered(plan, authorities),
    ...ofTrying(plan),
    ...ofLists(plan),
    ...ofCalendar(plan),
    ...Object.keys(plan.roles ?? {})
      .filter((role) => !plan.rotations.some((row) => row.role === role))
      .map((role) => `roles: nobody takes turns in ${role}`),
  ];
}

function ofPeople({ desk, people, lists = {}, rotations, overrides, leave = [] }: DutyFile): string[] {
  const known = new Set(people.map(({ id }) => id));
  const named: (readonly [string, string])[] = [
    [desk, 'is the desk'],
    ...rotations.flatMap((row) => row.people.map((id) => [id, 'is on the roster'] as const)),
    ...overrides.map(({ person }) => [person, 'stands in'] as const),
    ...leave.map(({ person }) => [person, 'is on leave'] as const),
    ...Object.entries(lists).flatMap(([list, ids]) => ids.map((id) => [id, `is on the list ${list}`] as const)),
  ];
  const unreached = people.filter(({ mail, phones }) => mail === undefined && phones === undefined);
  return [
    ...twice(people.map(({ id }) => id)).map((id) => `${id}: two people have this id`),
    ...named.filter(([id]) => !known.has(id)).map(([id, as]) => `${id} ${as} and not among the people`),
    ...unreached.map(({ id }) => `${id} has neither mail nor telephone: nobody can be called who cannot be reached`),
    ...people
      .filter(({ testedOn }) => testedOn !== undefined && instantOf(`${testedOn}T00:00`) === null)
      .map(({ id, testedOn }) => `${id}: testedOn ${testedOn} is no day`),
  ];
}

function ofRotations({ rotations, overrides }: DutyFile, authorities: ReadonlySet<string>): string[] {
  const foreign = [...rotations, ...overrides].filter(
    ({ authority }) => authority !== undefined && !authorities.has(authority),
  );
  const begins = rotations.map(({ role, authority = 'the city', from }) => `${role} of ${authority} from ${from}`);
  return [
    ...foreign.map(({ role, authority }) => `${role}: ${authority} is no authority of this city`),
    ...twice(begins).map((one) => `${one}: two rotations begin at once, and nobody knows which counts`),
    ...rotations.flatMap(({ role, people, shiftHours, shiftsAt }) => [
      ...twice(people).map((id) => `${role}: ${id} stands twice in one rotation`),
      ...((shiftHours === undefined) === (shiftsAt === undefined)
        ? [`${role}: give either shiftHours or shiftsAt`]
        : []),
    ]),
    ...overrides
      .filter(({ role }) => !rotations.some((row) => row.role === role))
      .map(({ role, person }) => `${person} stands in for the role ${role}, in which nobody takes turns`),
  ];
}

function ofTimes({ rotations, overrides, leave = [] }: DutyFile): string[] {
  const spans = [
    ...overrides.map((row) => ({ ...row, what: row.role })),
    ...leave.map((row) => ({ ...row, what: 'leave' })),
  ];
  const times = [
    ...rotations.map(({ role, from }) => [role, from] as const),
    ...spans.flatMap(({ what, from, until }) => [[what, from] as const, [what, until] as const]),
  ];
  return [
    ...times
      .filter(([, at]) => instantOf(at) === null)
      .map(([what, at]) => `${what}: ${at} is no time of the calendar`),
    ...spans
      .filter(({ from, until }) => from >= until)
      .map(({ what, person, from, until }) => `${what} of ${person} ends at ${until}, before it begins at ${from}`),
  ];
}

/** Everybody whom a step may call, whoever has the turn. */
function calledBy({ role, person, list }: StepRow, { rotations, overrides, lists = {} }: DutyFile): readonly string[] {
  if (person !== undefined) return [person];
  if (list !== undefined) return lists[list] ?? [];
  const turns = rotations.flatMap((row) => (row.role === role ? row.people : []));
  return [...turns, ...overrides.flatMap((row) => (row.role === role ? [row.person] : []))];
}

function ofChain(name: string, steps: readonly StepRow[], plan: DutyFile): string[] {
  const known = new Map(plan.people.map((person) => [person.id, person]));
  const ofCity = new Set(plan.rotations.flatMap(({ role, authority }) => (authority === undefined ? [role] : [])));
  const faults = steps.flatMap((step, index) => {
    const { role, person, list, needed, channels } = step;
    const at = `chain ${name}, step ${index + 1}`;
    if ([role, person, list].filter((one) => one !== undefined).length !== 1)
      return [`${at}: give one of role, person and list`];
    if (role !== undefined && !ofCity.has(role)) return [`${at} calls the role ${role}, which nobody takes turns in`];
    if (list !== undefined && plan.lists?.[list] === undefined)
      return [`${at} calls the list ${list}, which there is not`];
    const called = calledBy(step, plan);
    const lacking = channels.flatMap((channel) =>
      [...new Set(called)].flatMap((id) => {
        const own = known.get(id);
        return own !== undefined && addressesOf(own, channel)?.length === 0
          ? [`${at}: ${id} cannot be reached by ${channel}`]
          : [];
      }),
    );
    const many = typeof needed === 'number' && needed > called.length && list !== undefined;
    return [
      ...called.filter((id) => !known.has(id)).map((id) => `${at} calls ${id}, who is not among the people`),
      ...lacking,
      ...(many ? [`${at}: ${needed} must answer, and ${called.length} are called`] : []),
    ];
  });
  const everybody = new Set(steps.flatMap((step) => calledBy(step, plan)));
  return everybody.size === 1 && steps.length > 1
    ? [
        ...faults,
        `chain ${name} calls ${[...everybody].join('')} in every step: when that one sleeps, nobody is called`,
      ]
    : faults;
}

function ofCauses({ causes, chains }: DutyFile): string[] {
  return CALL_CAUSES.flatMap((cause) => {
    const row = causes[cause];
    if (row === undefined) return [];
    const { chain, instead = [] } = row;
    return [chain, ...instead.map((one) => one.chain)]
      .filter((one) => chains[one] === undefined)
      .map((one) => `${cause} names the chain ${one}, which there is not`);
  });
}

function ofUnanswered({ unanswered, rotations }: DutyFile, known: ReadonlySet<string>): string[] {
  if (unanswered === undefined) return [];
  const { roles, authorities = [] } = unanswered;
  return [
    ...roles
      .filter((role) => !rotations.some((row) => row.role === role && row.authority === undefined))
      .map((role) => `unanswered calls the role ${role}, which nobody takes turns in`),
    ...authorities.filter((one) => !known.has(one)).map((one) => `unanswered: ${one} is no authority of this city`),
  ];
}

/** What only tries the ways to people must not be what rings them for something real. */
function ofTrying({ people, canary, handover, rotations, causes }: DutyFile): string[] {
  const known = new Set(people.map(({ id }) => id));
  return [
    ...(canary === undefined || known.has(canary.person) ? [] : [`canary: ${canary.person} is not among the people`]),
    ...(handover?.roles ?? [])
      .filter((role) => !rotations.some((row) => row.role === role))
      .map((role) => `handover: nobody takes turns in the role ${role}`),
    ...OWN_CAUSES.filter((cause) => causes[cause]?.urgent === true && classOf(cause) !== 'live').map(
      (cause) => `${cause} only tries something, and is never urgent`,
    ),
  ];
}

/** A list that was pasted into another calls everybody: it is refused before it does. */
function ofLists({ lists = {}, expected = {}, massFactor = MASS_FACTOR }: DutyFile): string[] {
  return Object.entries(expected).flatMap(([name, most]) => {
    const called = lists[name]?.length;
    if (called === undefined) return [`expected: there is no list ${name}`];
    return called > most * massFactor
      ? [`the list ${name} would call ${called} people, and ${most} are expected (at most ${massFactor} times as many)`]
      : [];
  });
}
const MASS_FACTOR = 1.5;

function ofCalendar({ calendar, rotations }: DutyFile): string[] {
  const { holidays = [], workdays = [], floodSeason } = calendar ?? {};
  const dates = [...holidays.flatMap(({ from, until }) => [from, until]), ...workdays];
  const seasonal = rotations.find(({ during }) => during === 'flood-season' || during === 'dry-season');
  return [
    ...dates.filter((day) => instantOf(`${day}T00:00`) === null).map((day) => `calendar: ${day} is no day`),
    ...holidays
      .filter(({ from, until }) => from > until)
      .map(({ from, until }) => `calendar: a holiday ends on ${until}, before it begins on ${from}`),
    ...(seasonal !== undefined && floodSeason === undefined
      ? [`${seasonal.role}: a rotation of the ${seasonal.during ?? ''} needs calendar.floodSeason`]
      : []),
  ];
}

const twice = (words: readonly string[]): string[] => [
  ...new Set(words.filter((word, index) => words.indexOf(word) !== index)),
];
