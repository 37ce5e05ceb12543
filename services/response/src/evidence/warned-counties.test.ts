import { afterAll, expect, it, jest } from '@jest/globals';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { signalsOf, type WeatherWarningV1 } from '@fengsui/contracts';
import { Counties, EXACT_POINTS, TouchingThread } from '@fengsui/regions';
import { countiesOf, HERE_POINTS } from './warned-counties.js';

const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans', 'qingyuan');

/** A circle of some kilometres in the middle of Yingde, of as many points as asked for. */
const outline = (points: number): [number, number][] => {
  const ring = Array.from({ length: points - 1 }, (_, n): [number, number] => {
    const angle = (2 * Math.PI * n) / (points - 1);
    return [24.3 + 0.02 * Math.sin(angle), 113.69 + 0.02 * Math.cos(angle)];
  });
  return [...ring, ring[0] as [number, number]];
};
const INFO = { responseTypes: [], eventCodes: [], parameters: [] };
const warning = (...polygons: [number, number][][]): WeatherWarningV1['data'] =>
  ({ infos: [{ ...INFO, areas: [{ polygons, circles: [], geocodes: [] }] }] }) as unknown as WeatherWarningV1['data'];

const counties = Counties.ofPlan(PLAN);
const thread = new TouchingThread(counties);
const countiesIn = (data: WeatherWarningV1['data']): Promise<readonly string[]> =>
  countiesOf(signalsOf(data)[0] as never, data, counties, thread);
afterAll(() => thread.onApplicationShutdown());

it('holds outlines against the counties here, on another thread, or by their boxes alone, as they are long', async () => {
  const [here, there, boxes] = [
    jest.spyOn(counties, 'touchedByAny'),
    jest.spyOn(thread, 'touchedByAny'),
    jest.spyOn(counties, 'touchedByBoxesOf'),
  ];
  const calls = (): number[] => [here, there, boxes].map((one) => one.mock.calls.length);
  expect(await countiesIn(warning(outline(HERE_POINTS)))).toEqual(['441881']);
  expect(calls()).toEqual([1, 0, 0]);
  expect(await countiesIn(warning(outline(EXACT_POINTS)))).toEqual(['441881']);
  expect(calls()).toEqual([1, 1, 0]);
  const half = outline(EXACT_POINTS / 2);
  expect(await countiesIn(warning(half, half, outline(10)))).toContain('441881');
  expect(calls()).toEqual([1, 1, 1]);
});

it('counts the corners of circles, too', async () => {
  const boxes = jest.spyOn(counties, 'touchedByBoxesOf');
  const before = boxes.mock.calls.length;
  const circles = Array.from({ length: 400 }, () => ({ latitude: 24.3, longitude: 113.69, radiusKm: 3 }));
  const data = {
    infos: [{ ...INFO, areas: [{ polygons: [], circles, geocodes: [] }] }],
  } as unknown as WeatherWarningV1['data'];
  expect(await countiesIn(data)).toContain('441881');
  expect(boxes.mock.calls.length).toBe(before + 1);
});
