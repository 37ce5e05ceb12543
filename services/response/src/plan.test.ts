import { afterAll, describe, expect, it } from '@jest/globals';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loneService } from '@fengsui/service/testing';
import { RESPONSE_SCHEMA, ResponseModule, ResponsePlan, ResponseQuery } from './index.js';

const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'plans', 'qingyuan');
const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-plan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The shipped plan with one thing changed. */
function planWith(file: string, from: string, to: string): string {
  const copy = path.join(folder, 'plan');
  rmSync(copy, { recursive: true, force: true });
  cpSync(PLAN, copy, { recursive: true });
  const text = readFileSync(path.join(copy, file), 'utf8');
  if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
  writeFileSync(path.join(copy, file), text.replace(from, to));
  return copy;
}

it('loads what a row of attention alone asks for', () => {
  const shipped = readFileSync(path.join(PLAN, 'flood-response.yaml'), 'utf8');
  const storms = shipped.slice(shipped.indexOf('  - id: storm-near'), shipped.indexOf('  - id: areal-rain-day'));
  const without = planWith('flood-response.yaml', storms, '');
  expect(ResponsePlan.read(without).asksFor('storm')).toBe(false);
  const row =
    '  - { id: watch-storm, hazards: [wind], text: 台风接近, source: inference, verified: false,\n' +
    '      when: { measure: storm, withinKm: 800, withinHours: 24, grade: tropical-storm } }';
  const file = path.join(without, 'flood-response.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('\nattention:', `\nattention:\n${row}`));
  expect(ResponsePlan.read(without).asksFor('storm')).toBe(true);
});

describe('the shipped plan', () => {
  it('has no hole', () => expect(ResponsePlan.read(PLAN).flood.authority).toBe('441800'));

  it.each([
    ['a point without an organiser', 'risk-points.csv', '117,【演示】清城区第1转移责任人', '117,', /row 1\/organiser/],
    [
      'a point without a shelter',
      'risk-points.csv',
      '117,【演示】清城区第1转移责任人,【演示】清城区第1避护场所',
      '117,x,',
      /row 1\/destination/,
    ],
    ['a point without people', 'risk-points.csv', 'low-lying,117,', 'low-lying,0,', /row 1\/people/],
    ['a point of another city', 'risk-points.csv', '1号,441802,', '1号,440100,', /441802-001: 440100 不是本市/],
    [
      'a point on a reach that is none',
      'risk-points.csv',
      '第1避护场所,longli',
      '第1避护场所,longlv',
      /longlv 不是 gauges.csv 的测站/,
    ],
    ['a point that stands twice', 'risk-points.csv', '441802-002', '441802-001', /441802-001: 重复/],
    ['a gauge of another city', 'gauges.csv', '龙沥站,441802', '龙沥站,440100', /longli: 440100 不是本市/],
    ['a gauge that stands twice', 'gauges.csv', 'yuantan,源潭站', 'longli,源潭站', /longli leads to two gauges/],
    [
      'a gauge that flows nowhere',
      'gauges.csv',
      'feilaixia,feilaixia',
      'feilaixia,feilai',
      /feilai, below it, is no station/,
    ],
    [
      'a river in a circle',
      'gauges.csv',
      '11.00,hydrology bulletins,qingyuan,',
      '11.00,hydrology bulletins,qingyuan,yingde',
      /below 成环/,
    ],
    [
      'a colour without a rule',
      'flood-response.yaml',
      '  - { eventCode: 11B03, colour: yellow,',
      '  - { eventCode: 11B03, colour: white,',
      /暴雨黄色未作规定/,
    ],
    [
      'a level that takes longer',
      'flood-response.yaml',
      'moveWithinMinutes: { IV: 360',
      'moveWithinMinutes: { IV: 60',
      /时限长于/,
    ],
    ['a word that it does not know', 'flood-response.yaml', 'dwellMinutes: 360', 'dwelMinutes: 360', /dwelMinutes/],
  ])('with %s is refused', (_, file, from, to, said) => {
    expect(() => ResponsePlan.read(planWith(file, from, to))).toThrow(said);
  });
});

it('a row that slipped through puts no order aside: the level changes, and a person sees to the row', async () => {
  const plan = ResponsePlan.read(PLAN);
  const broken = plan.riskPoints.find(({ county, category }) => county === '441881' && category === 'cut-slope');
  Object.assign(broken as object, { organiser: '' });
  const response = await loneService('response', '2020-06-06', RESPONSE_SCHEMA, () => ResponseModule.of(plan));
  try {
    await response.at('20:30');
    await response.order({ kind: 'raise', authority: '441800', hazard: 'flood', level: 'IV', counties: ['441881'] });
    const query = response.get(ResponseQuery);
    expect((await query.levels()).map(({ level }) => level)).toEqual(['IV']);
    const tasks = await query.tasks();
    expect(tasks.length).toBeGreaterThan(10);
    expect(tasks.some(({ riskPoint }) => riskPoint === broken?.id)).toBe(false);
    expect(await query.items(true)).toMatchObject([{ kind: 'task-unusable', about: broken?.id }]);
  } finally {
    await response.end();
  }
});
