import * as path from 'node:path';
import { PlanFaults, readOptionalPlanYaml } from '@fengsui/settings';
import { Type, type Static } from 'typebox';
import type { Catalogue } from './catalogue.js';

const FILE = 'bases.yaml';
const Base = Type.Object(
  {
    indicator: Type.String(),
    /** As periods are called: 2019, 2019H1, 2019-06. */ period: Type.String({ pattern: '^\\d{4}' }),
    /** GB/T 2260 code of the county; without it the whole city. */
    county: Type.Optional(Type.String({ pattern: '^\\d{6}$' })),
    /** In the unit of the indicator: persons, yuan, percent. */ value: Type.Number(),
    /** Where it was published. */ source: Type.String({ minLength: 1 }),
    verified: Type.Boolean(),
  },
  { additionalProperties: false },
);
const BasesFile = Type.Object({ bases: Type.Array(Base) }, { additionalProperties: false });

/** A figure of a period of which no facts are held, as it was published. */
export type ImportedBase = Static<typeof Base>;

/**
 * The optional `bases.yaml` of a plan.
 * @throws PlanFaults naming the entry that is of no indicator, or stands there twice
 */
export function readBases(
  folder: string,
  catalogue: Catalogue,
  counties: ReadonlyMap<string, string>,
): readonly ImportedBase[] {
  const bases = readOptionalPlanYaml(folder, FILE, BasesFile)?.value.bases ?? [];
  const keyOf = ({ indicator, period, county = '' }: ImportedBase): string => `${indicator} ${period} ${county}`;
  const faults = bases.flatMap((one, index) => {
    const place = `bases[${index}]`;
    const isTwice = bases.findIndex((other) => keyOf(other) === keyOf(one)) !== index;
    const isElsewhere = one.county !== undefined && !counties.has(one.county);
    if (catalogue.versionsOf(one.indicator).length > 0 && !isTwice && !isElsewhere) return [];
    const fault = isElsewhere
      ? `${one.county ?? ''} 不是本市的县（市、区）/ is no county of this city`
      : isTwice
        ? `${keyOf(one)} 写了两次 / stands there twice`
        : `没有指标 ${one.indicator} / no such indicator`;
    return [{ file: path.join(folder, FILE), place, fault, counterExample: '' }];
  });
  if (faults.length > 0) throw new PlanFaults(faults);
  return bases;
}
