import * as path from 'node:path';
import { LEVELS_ORDERED, type LevelOrdered } from '@fengsui/contracts';
import { readPlanYaml, SettingsError } from '@fengsui/settings';
import { Type, type Static } from 'typebox';
import { ROLES, type Role } from './roles.js';

const strict = { additionalProperties: false };
const role = Type.Unsafe<Role>(Type.String({ enum: [...ROLES] }));
const level = Type.Unsafe<LevelOrdered>(Type.String({ enum: [...LEVELS_ORDERED] }));

const people = Type.Integer({ minimum: 1 });

const AccessFile = Type.Object(
  {
    /** Which roles may approve each level. */
    mayApprove: Type.Object(
      { IV: Type.Array(role), III: Type.Array(role), II: Type.Array(role), I: Type.Array(role) },
      strict,
    ),
    /** What two different people must give. */
    twoPersons: Type.Object(
      {
        levels: Type.Array(level),
        endWithPeopleUnaccounted: Type.Boolean(),
        movingPeopleFrom: Type.Object({ IV: people, III: people, II: people, I: people }, strict),
      },
      strict,
    ),
    /** Whether who decides must have shown a second factor. */
    secondFactorForDecisions: Type.Boolean(),
    retention: Type.Object(
      { auditDays: Type.Integer({ minimum: 180 }), levelOrdersYears: Type.Integer({ minimum: 3 }) },
      strict,
    ),
    source: Type.String(),
    verified: Type.Boolean(),
  },
  strict,
);

type AccessFile = Static<typeof AccessFile>;

/** Who may decide what in this city, and what takes two people. */
export class AccessPlan {
  private constructor(
    readonly mayApprove: Readonly<Record<LevelOrdered, readonly Role[]>>,
    readonly twoPersons: Readonly<AccessFile['twoPersons']>,
    readonly secondFactorForDecisions: boolean,
    readonly retention: Readonly<AccessFile['retention']>,
    readonly version: string,
  ) {}

  /** @throws SettingsError when a level has nobody to approve it, or somebody above may not do what one below may */
  static read(folder: string): AccessPlan {
    const { value, version } = readPlanYaml(folder, 'access.yaml', AccessFile);
    const faults = LEVELS_ORDERED.filter((one) => value.mayApprove[one].length === 0).map(
      (one) => `mayApprove/${one}: nobody may approve level ${one}`,
    );
    for (const [lower, higher] of PAIRS)
      faults.push(
        ...value.mayApprove[higher]
          .filter((one) => !value.mayApprove[lower].includes(one))
          .map((one) => `mayApprove: ${one} may approve ${higher}, and not the lower ${lower}`),
      );
    if (faults.length > 0) throw new SettingsError(`${path.join(folder, 'access.yaml')} does not fit`, faults);
    return new AccessPlan(value.mayApprove, value.twoPersons, value.secondFactorForDecisions, value.retention, version);
  }

  /** The highest level that these roles may approve, or null. */
  highestOf(roles: readonly Role[]): LevelOrdered | null {
    return [...LEVELS_ORDERED].reverse().find((one) => this.mayApprove[one].some((may) => roles.includes(may))) ?? null;
  }
}

const PAIRS = [
  ['IV', 'III'],
  ['III', 'II'],
  ['II', 'I'],
] as const;
