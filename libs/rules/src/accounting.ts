/**
 * What is known of a person who must be moved. Moved and checked in 已转移 已入住, or known to be elsewhere 外出:
 * accounted for. Told, refused, not found 失联: not.
 */
export const PERSON_STATES = ['told', 'moved', 'checked-in', 'elsewhere', 'refused', 'not-found'] as const;
export type PersonState = (typeof PERSON_STATES)[number];
const MOVED: ReadonlySet<PersonState | null> = new Set(['moved', 'checked-in']);
/** Word of mouth does not undo what was proven. */
const UNPROVEN: ReadonlySet<PersonState> = new Set(['told', 'not-found']);

/** What we remember about one task. Named persons and persons who were only counted are kept apart. */
export type TransferTask = Readonly<{
  people: number;
  moved: number;
  /** Not there: those named, and those only counted. */ absent: number;
  /** Still refusing: those named, and those only counted. */ refusing: number;
  /** Of these, by name. */ named: NamedCounts;
  closed: boolean;
}>;
export type NamedCounts = Readonly<{ told: number; elsewhere: number; refused: number; notFound: number }>;

/** A report from the village: persons of the ledger, by pseudonym, and those who were only counted. */
export type Progress = Readonly<{
  moved: readonly string[];
  /** Who was moved and has come back. */ returned?: readonly string[] | undefined;
  told?: readonly string[] | undefined;
  checkedIn?: readonly string[] | undefined;
  elsewhere?: readonly string[] | undefined;
  refused?: readonly string[] | undefined;
  notFound?: readonly string[] | undefined;
  absent: number;
  refusing: number;
  evidence: 'head-count' | 'photo' | 'signature' | 'none';
  by?: 'scan' | 'contact' | 'list' | 'knock' | undefined;
}>;

/** A person of the ledger, and what a report may say for them. */
export type LedgerPerson = Readonly<{ person: string; knownAs: readonly string[] }>;

export type Progressed = Readonly<{
  task: TransferTask;
  /** What is known now of persons of whom something else was known, or nothing; null: nothing any more. */
  changes: ReadonlyMap<string, PersonState | null>;
  /** Persons whom this report moved, each for the first time or again. */ newlyMoved: readonly string[];
  /** Persons who were moved, and are back. */ returned: readonly string[];
  /** Names that the ledger does not have, or one too many for it. */ beyondLedger: readonly string[];
  /** Names that several persons of the ledger share. */ ambiguous: readonly string[];
  /** More were said not to be there than are left. */ absentBeyond: number;
  closes: boolean;
  /** It was closed, and somebody is back or refuses. */ reopens: boolean;
}>;

/** Persons that a report names, whatever it says of them. */
export const personsIn = (report: Progress): readonly string[] => [
  ...new Set(SAID.flatMap(([field]) => report[field] ?? []).concat(report.returned ?? [])),
];
/** In the order in which they prevail, where a report says two things of one person: the last does. */
const SAID = [
  ['told', 'told'],
  ['notFound', 'not-found'],
  ['moved', 'moved'],
  ['checkedIn', 'checked-in'],
  ['elsewhere', 'elsewhere'],
  ['refused', 'refused'],
] as const satisfies readonly (readonly [keyof Progress, PersonState])[];

/**
 * Applies a report of progress. What nobody can prove is not known to have happened: without evidence nobody is moved
 * and nobody is away. No more people are moved or away than there are: who is named beyond the ledger is for a person
 * to look at, and in no figure. The task closes when everyone on the ledger is moved or known to be away; whoever
 * refuses keeps it open, whoever comes back or refuses later opens it again.
 * @param known what was known before of the persons that the report names, by pseudonym of the ledger
 * @param ledger who is meant by what the report says; null: there is none, every name is a person, up to the number
 * that the risk point has
 */
export function progress(
  task: TransferTask,
  report: Progress,
  known: ReadonlyMap<string, PersonState>,
  ledger: readonly LedgerPerson[] | null = null,
): Progressed {
  const proven = report.evidence !== 'none' || report.by === 'scan';
  const { meant, strangers, ambiguous } = whoIsMeant(personsIn(report), ledger);
  const changes = new Map<string, PersonState | null>();
  const stateOf = (person: string): PersonState | null =>
    changes.get(person) ?? (changes.has(person) ? null : (known.get(person) ?? null));
  for (const said of report.returned ?? []) {
    const person = meant.get(said);
    if (person !== undefined && MOVED.has(stateOf(person))) changes.set(person, null);
  }
  const returned = [...changes.keys()];
  const beyond: string[] = [];
  let moved = task.moved - returned.length;
  for (const [field, state] of SAID)
    for (const said of report[field] ?? []) {
      const person = meant.get(said);
      const before = person === undefined ? null : stateOf(person);
      if (person === undefined || !says(state, before)) continue;
      const accounts = MOVED.has(state) || state === 'elsewhere';
      if (accounts && !proven) continue;
      if (MOVED.has(state) && !MOVED.has(before)) {
        if (moved >= task.people) {
          beyond.push(said);
          continue;
        }
        moved += 1;
      } else if (!MOVED.has(state) && MOVED.has(before)) moved -= 1;
      changes.set(person, state);
    }
  for (const [person, state] of changes) if ((known.get(person) ?? null) === state) changes.delete(person);
  const wasMoved = (person: string): boolean => MOVED.has(known.get(person) ?? null);
  const newlyMoved = [...changes].flatMap(([person, state]) => (MOVED.has(state) && !wasMoved(person) ? [person] : []));
  const named = countsAfter(task.named, changes, known);
  const counted = proven ? report.absent : task.absent - task.named.elsewhere;
  const absent = Math.min(named.elsewhere + counted, Math.max(0, task.people - moved));
  const after = { ...task, moved, absent, named, refusing: named.refused + report.refusing };
  const accounted = unaccounted(after) === 0 && after.refusing === 0;
  const reopens = task.closed && unaccounted(task) === 0 && !accounted;
  return {
    task: { ...after, closed: reopens ? false : task.closed || accounted },
    changes,
    newlyMoved,
    returned: [...changes].flatMap(([person, state]) => (!MOVED.has(state) && wasMoved(person) ? [person] : [])),
    beyondLedger: [...new Set([...(proven ? strangers : []), ...beyond])],
    ambiguous,
    absentBeyond: named.elsewhere + counted - absent,
    closes: accounted && !task.closed,
    reopens,
  };
}

/** Whether a state says something that is not known already, or better. */
const says = (state: PersonState, before: PersonState | null): boolean =>
  before !== state &&
  !(state === 'moved' && before === 'checked-in') &&
  !(UNPROVEN.has(state) && before !== null && !UNPROVEN.has(before));

/** Whom each name of a report stands for. */
function whoIsMeant(names: readonly string[], ledger: readonly LedgerPerson[] | null) {
  const meant = new Map<string, string>();
  if (ledger === null) {
    for (const name of names) meant.set(name, name);
    return { meant, strangers: [], ambiguous: [] };
  }
  const byName = new Map<string, Set<string>>();
  for (const { person, knownAs } of ledger)
    for (const name of [person, ...knownAs]) byName.set(name, (byName.get(name) ?? new Set()).add(person));
  const strangers: string[] = [];
  const ambiguous: string[] = [];
  for (const name of names) {
    const [first, ...others] = byName.get(name) ?? [];
    if (first === undefined) strangers.push(name);
    else if (others.length > 0) ambiguous.push(name);
    else meant.set(name, first);
  }
  return { meant, strangers, ambiguous };
}

const COUNTED: Readonly<Partial<Record<PersonState, keyof NamedCounts>>> = {
  told: 'told',
  elsewhere: 'elsewhere',
  refused: 'refused',
  'not-found': 'notFound',
};

function countsAfter(
  before: NamedCounts,
  changes: ReadonlyMap<string, PersonState | null>,
  known: ReadonlyMap<string, PersonState>,
): NamedCounts {
  const counts = { ...before };
  const add = (state: PersonState | null, by: 1 | -1): void => {
    const field = state === null ? undefined : COUNTED[state];
    if (field !== undefined) counts[field] += by;
  };
  for (const [person, state] of changes) {
    add(known.get(person) ?? null, -1);
    add(state, 1);
  }
  return counts;
}

/** People of the ledger of whom nothing is known, or who refuse. This must reach 0. */
export const unaccounted = ({ people, moved, absent }: Pick<TransferTask, 'people' | 'moved' | 'absent'>): number =>
  Math.max(0, people - moved - absent);
