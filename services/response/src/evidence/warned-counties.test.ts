import { expect, it, jest } from '@jest/globals';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WeatherWarningV1 } from '@fengsui/contracts';
import { Counties } from '@fengsui/regions';
import { countiesOf, EXACT_POINTS } from './warned-counties.js';

const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans', 'qingyuan');

/** A circle of some kilometres in the middle of Yingde, of as many points as asked for. */
const outline = (points: number): [number, number][] => {
  const ring = Array.from({ length: points - 1 }, (_, n): [number, number] => {
    const angle = (2 * Math.PI * n) / (points - 1);
    return [24.3 + 0.02 * Math.sin(angle), 113.69 + 0.02 * Math.cos(angle)];
  });
  return [...ring, ring[0] as [number, number]];
};
const warning = (...polygons: [number, number][][]): WeatherWarningV1['data'] =>
  ({ infos: [{ areas: [{ polygons, circles: [], geocodes: [] }] }] }) as unknown as WeatherWarningV1['data'];

it('holds long outlines against the counties by their boxes alone, however many there are', () => {
  const counties = Counties.ofPlan(PLAN);
  const exact = jest.spyOn(counties, 'touchedBy');
  expect(countiesOf(warning(outline(EXACT_POINTS)), counties)).toEqual(['441881']);
  expect(exact).toHaveBeenCalledTimes(1);
  const half = outline(EXACT_POINTS / 2);
  expect(countiesOf(warning(half, half, outline(10)), counties)).toContain('441881');
  expect(exact).toHaveBeenCalledTimes(1);
});
