import { HAZARD_IN_CHINESE, HAZARDS, LEVEL_IN_CHINESE } from '@fengsui/contracts';
import { entered, sum, text, type Indicator } from './indicator.js';

/** Entered at each level against each hazard; two of them are older than the others, and stand where they stood. */
export const RESPONSES: readonly Indicator[] = HAZARDS.flatMap((hazard) =>
  (['IV', 'III', 'II', 'I'] as const).flatMap((level, index) => {
    const number = 4 - index;
    if (hazard === 'flood' && number > 2) return [];
    return [
      sum(
        text(
          `response.${hazard}.level${number}.started`,
          `${HAZARD_IN_CHINESE[hazard]}${LEVEL_IN_CHINESE[level]}应急响应启动次数`,
          `${hazard} responses entered at level ${level}`,
          'count',
          `orders of the city against ${hazard}, alone or combined, that enter level ${level} from none or from a lower one; lowering is no start`,
        ),
        'response-change',
        entered(level, hazard),
      ),
    ];
  }),
);
