import { measuresOf, type FloodPlan, type SingleMeasure } from './flood-plan.js';

type Plans = readonly Pick<FloodPlan, 'conditions' | 'criticalRain' | 'attention'>[];

const partsOf = (plans: Plans): readonly SingleMeasure[] =>
  plans.flatMap(({ conditions, attention = [] }) =>
    [...conditions, ...attention].flatMap(({ when }) => measuresOf(when)),
  );

/** Stages that any condition of any of the plans asks for, metres above the warning stage, each once. */
export const stageThresholds = (plans: Plans): readonly number[] => [
  ...new Set(partsOf(plans).flatMap((part) => (part.measure === 'stage' ? [part.aboveWarningM] : []))),
];

/** Rain at a gauge that any condition of any of the plans asks for, hours and millimetres, each once. */
export function rainThresholds(plans: Plans, station: string): readonly Readonly<{ hours: number; mm: number }>[] {
  const [table = {}] = plans.map(({ criticalRain }) => criticalRain[station] ?? criticalRain['*']);
  const all = partsOf(plans).flatMap((part) => {
    if (part.measure === 'rain') return [{ hours: part.hours, mm: part.mm }];
    if (part.measure !== 'critical-rain') return [];
    return Object.entries(table[part.grade] ?? {}).map(([hours, mm]) => ({ hours: Number(hours), mm: mm ?? 0 }));
  });
  return [...new Map(all.map((one) => [`${one.hours} ${one.mm}`, one])).values()];
}
