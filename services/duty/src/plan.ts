import * as path from 'node:path';
import { CALL_CAUSES, fromShanghai, type CallCause } from '@fengsui/contracts';
import { Counties } from '@fengsui/regions';
import type { Chain, Roster } from '@fengsui/rules';
import { readPlanYaml, SettingsError } from '@fengsui/settings';
import { Type, type Static } from 'typebox';

/** A person who can be called. */
type Person = Static<typeof PersonRow>;

/** Which chain a cause climbs, whether it rings at night, and by which rule. */
type CallRules = Readonly<{
  chains: Readonly<Record<string, Chain>>;
  causes: Readonly<Record<CallCause, { chain: string; urgent: boolean; rule: string }>>;
}>;

/** Who is on duty, how they are reached, and how a call climbs. */
export class DutyPlan {
  private constructor(
    readonly roster: Roster,
    readonly people: ReadonlyMap<string, Person>,
    readonly counties: Counties,
    private readonly rules: CallRules,
    /** Minutes that an answer waits for its call. */
    readonly answerWaitsMinutes: number,
  ) {}

  static read(folder: string): DutyPlan {
    const { value, version } = readPlanYaml(folder, 'duty.yaml', PlanFile);
    const people = new Map(value.people.map((person) => [person.id, person]));
    const named = [
      value.desk,
      ...value.rotations.flatMap((row) => row.people),
      ...value.overrides.map(({ person }) => person),
    ];
    const roles = new Set(value.rotations.flatMap(({ role, authority }) => (authority === undefined ? [role] : [])));
    const faults = [
      ...named.filter((id) => !people.has(id)).map((id) => `${id} is on the roster and not among the people`),
      ...Object.entries(value.chains).flatMap(([name, { steps }]) =>
        steps
          .filter(({ role }) => !roles.has(role))
          .map(({ role }) => `chain ${name} calls the role ${role}, which nobody takes turns in`),
      ),
      ...CALL_CAUSES.filter((cause) => value.chains[value.causes[cause].chain] === undefined).map(
        (cause) => `${cause} names the chain ${value.causes[cause].chain}, which there is not`,
      ),
    ];
    if (faults.length > 0) throw new SettingsError(`${path.join(folder, 'duty.yaml')} does not fit`, faults);
    const roster: Roster = {
      version,
      desk: value.desk,
      rotations: value.rotations.map((row) => ({ ...row, from: fromShanghai(row.from) })),
      overrides: value.overrides.map((row) => ({
        ...row,
        from: fromShanghai(row.from),
        until: fromShanghai(row.until),
      })),
    };
    return new DutyPlan(
      roster,
      people,
      Counties.ofPlan(folder),
      { chains: value.chains, causes: value.causes },
      value.answerWaitsMinutes,
    );
  }

  chainFor(cause: CallCause): Chain {
    return this.rules.chains[this.rules.causes[cause].chain] as Chain;
  }

  urgent(cause: CallCause): boolean {
    return this.rules.causes[cause].urgent;
  }

  ruleFor(cause: CallCause): string {
    return this.rules.causes[cause].rule;
  }

  /** People of the roster who cannot be reached by mail. */
  withoutAddress(): readonly string[] {
    return [...this.people.values()].filter(({ mail }) => mail === undefined).map(({ id }) => id);
  }

  nameOf(person: string): string {
    return this.people.get(person)?.name ?? person;
  }
}

const strict = { additionalProperties: false };
const PersonRow = Type.Object(
  { id: Type.String({ minLength: 1 }), name: Type.String(), post: Type.String(), mail: Type.Optional(Type.String()) },
  strict,
);
const wall = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}$' });
const cause = Type.Object({ chain: Type.String(), urgent: Type.Boolean(), rule: Type.String() }, strict);

const PlanFile = Type.Object(
  {
    desk: Type.String(),
    people: Type.Array(PersonRow, { minItems: 1 }),
    rotations: Type.Array(
      Type.Object(
        {
          role: Type.String(),
          authority: Type.Optional(Type.String({ pattern: '^\\d{6}$' })),
          people: Type.Array(Type.String(), { minItems: 1 }),
          from: wall,
          shiftHours: Type.Number({ exclusiveMinimum: 0 }),
        },
        strict,
      ),
      { minItems: 1 },
    ),
    overrides: Type.Array(Type.Object({ role: Type.String(), person: Type.String(), from: wall, until: wall }, strict)),
    chains: Type.Record(
      Type.String(),
      Type.Object(
        {
          rounds: Type.Integer({ minimum: 1, maximum: 10 }),
          steps: Type.Array(
            Type.Object(
              {
                role: Type.String(),
                answerWithinMinutes: Type.Number({ exclusiveMinimum: 0 }),
                channels: Type.Array(Type.Union([Type.Literal('mail'), Type.Literal('webhook')]), { minItems: 1 }),
              },
              strict,
            ),
            { minItems: 1 },
          ),
        },
        strict,
      ),
    ),
    causes: Type.Object(
      {
        proposal: cause,
        'proposal-overdue': cause,
        'proposal-lower': cause,
        response: cause,
        transfers: cause,
        'transfer-overdue': cause,
        'transfer-returned': cause,
        'obligation-overdue': cause,
        fire: cause,
        'fire-overdue': cause,
        'source-silent': cause,
      },
      strict,
    ),
    answerWaitsMinutes: Type.Integer({ minimum: 1 }),
  },
  strict,
);
