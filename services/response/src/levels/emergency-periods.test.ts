import { afterEach, beforeEach, expect, it } from '@jest/globals';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loneService, type LoneService } from '@fengsui/service/testing';
import { RESPONSE_SCHEMA, ResponseModule, ResponsePlan, ResponseQuery } from '../index.js';
import { warning } from '../warning-for-tests.js';

/** Below the levels, and beyond them: what is only watched, and what the law allows in the emergency flood period. */
const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans', 'qingyuan');
const CITY = { authority: '441800', hazard: 'flood' } as const;
let response: LoneService;
beforeEach(async () => {
  response = await loneService('response', '2020-06-06', RESPONSE_SCHEMA, () =>
    ResponseModule.of(ResponsePlan.read(PLAN)),
  );
  await response.at('10:00');
});
afterEach(() => response.end());

const watched = async (): Promise<string[]> =>
  (await response.get(ResponseQuery).items(true)).filter(({ kind }) => kind === 'attention').map(({ words }) => words);
const outcome = async (order: string): Promise<string> =>
  (await response.runtime.db.query(`select outcome from response.given_order where event = 'order/${order}'`))[0]
    ?.outcome;
const emergency = (state: string, more: object = {}): Promise<void> =>
  response.order({ kind: 'emergency', ...CITY, state, ...more });

it('is watched while nothing is in force or proposed against it, and calls for nothing', async () => {
  await response.give(warning('w1', response.instant('10:00'), 'yellow', ['441881000000'], { eventCode: '11B03' }));
  expect(await watched()).toEqual(['关注：暴雨黄色预警信号，镇街加强值守（英德市暴雨黄色预警）']);
  expect((await response.get(ResponseQuery).levels()).some(({ state }) => state === 'proposed')).toBe(false);
  await response.order({ kind: 'raise', ...CITY, level: 'IV', counties: ['441881'] });
  expect(await watched()).toEqual([]);
});

it('is declared once and lifted once, by whoever may approve level Ⅰ, with a reason', async () => {
  await emergency('declare', { right: 'approve-II' });
  await emergency('lift');
  await emergency('declare', { reason: ' ' });
  await emergency('declare', { counties: ['440100'] });
  await emergency('declare', { counties: ['441881'], reason: '英德站接近保证水位' });
  await emergency('declare');
  expect(await Promise.all(['o1', 'o2', 'o3', 'o4', 'o5', 'o6'].map(outcome))).toEqual([
    'rejected',
    'rejected',
    'rejected',
    'rejected',
    'done',
    'rejected',
  ]);
  expect(await response.get(ResponseQuery).emergencies()).toMatchObject([
    { authority: '441800', counties: ['441881'], declaredBy: 'liang', endedAt: null },
  ]);
  await response.at('18:00');
  await emergency('lift', { reason: '水位已退' });
  expect(await response.get(ResponseQuery).emergencies()).toMatchObject([{ endedAt: response.instant('18:00') }]);
  const said = await response.said('emergency-period.v1');
  expect(said.map(({ data }) => (data as { state: string }).state)).toEqual(['declared', 'lifted']);
});
