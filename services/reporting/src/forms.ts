import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlanFaults, readOptionalPlanYaml, readPlanYaml } from '@fengsui/settings';
import { Type, type Static } from 'typebox';
import { isToldApart } from './figures/indicator.js';
import type { Catalogue } from './figures/catalogue.js';

const strict = { additionalProperties: false };
const Form = Type.Object(
  {
    id: Type.String({ pattern: '^[A-Za-z0-9-]+$' }),
    title: Type.String({ minLength: 1 }),
    /** Rows: `county`, or a dimension of every column. */ by: Type.String(),
    /** Indicators. */ columns: Type.Array(Type.String(), { minItems: 1, uniqueItems: true }),
    verified: Type.Boolean(),
  },
  strict,
);
const FormsFile = Type.Object({ forms: Type.Array(Form) }, strict);
/** A statutory form 统计报表: figures in rows by industry or by county. */
export type Form = Static<typeof Form>;

const SHIPPED = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const FILE = 'forms.yaml';

/**
 * The forms that come with the product, and those of the city beside or instead of them.
 * @throws PlanFaults naming the form and the column that is no indicator, or is not told apart by its rows
 */
export function readForms(folder: string, catalogue: Catalogue): readonly Form[] {
  const shipped = readPlanYaml(SHIPPED, FILE, FormsFile).value.forms;
  const own = readOptionalPlanYaml(folder, FILE, FormsFile)?.value.forms ?? [];
  const forms = [...new Map([...shipped, ...own].map((form) => [form.id, form])).values()];
  const faults = forms.flatMap(({ id, by, columns }) =>
    columns.flatMap((column) => {
      const indicator = catalogue.versionsOf(column).at(-1);
      const isApart = indicator !== undefined && 'kind' in indicator && isToldApart(indicator, by);
      const fault = `${column} 不能按 ${by} 分列 / is no indicator that is told apart by ${by}`;
      return isApart ? [] : [{ file: path.join(folder, FILE), place: id, fault, counterExample: '' }];
    }),
  );
  if (faults.length > 0) throw new PlanFaults(faults);
  return forms;
}
