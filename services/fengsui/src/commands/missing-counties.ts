import { missingFor } from '@fengsui/demonstration';
import type { ResponsePlan } from '@fengsui/response';
import type { Said } from '../terminal.js';

/** Why the demonstration cannot be played for a plan: counties that it tells of and the city does not have. */
export function missingCounties(plan: ResponsePlan): Said | null {
  const missing = missingFor(plan);
  return missing.length === 0
    ? null
    : {
        zh: `预案所在城市没有演示所需的县区（${missing.join('、')}）`,
        en: `the plan's city lacks counties that the demonstration tells of (${missing.join(', ')})`,
      };
}
