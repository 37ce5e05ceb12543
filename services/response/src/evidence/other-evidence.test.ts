import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loneService, type LoneService } from '@fengsui/service/testing';
import { RESPONSE_SCHEMA, ResponseModule, ResponsePlan, ResponseQuery } from '../index.js';

/** What few conditions ask for is weighed as it comes in, by the shipped plan. */
const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans', 'qingyuan');
let response: LoneService;
beforeEach(async () => {
  response = await loneService('response', '2020-06-06', RESPONSE_SCHEMA, () =>
    ResponseModule.of(ResponsePlan.read(PLAN)),
  );
  await response.at('10:00');
});
afterEach(() => response.end());

const proposed = async (): Promise<string[]> =>
  (await response.get(ResponseQuery).levels())
    .filter(({ state, authority }) => state === 'proposed' && authority === '441800')
    .map(({ name, level, reason }) => `${name}${level} ${reason}`);
const situation = (kind: string, grade: string, more: object = {}, n = 1): Promise<void> =>
  response.give({
    type: 'situation.v1',
    key: 'S1',
    id: `situation/S1/${n}`,
    occurredAt: response.instant('10:00'),
    data: {
      reportId: 'S1',
      kind,
      grade,
      counties: ['441881'],
      river: '北江',
      over: false,
      untilAt: null,
      reportedBy: '市水利局',
      text: '-',
      ...more,
    },
  });
const reading = (station: string, quantity: string, value: object): Promise<void> =>
  response.give({
    type: 'reading.v1',
    key: station,
    id: `reading/${station}/${quantity}`,
    occurredAt: response.instant('10:00'),
    data: { station, quantity, ...value },
  });

it('a dike in danger, as grave as it is said to be last; over, it calls for nothing', async () => {
  await situation('dike', 'larger');
  expect(await proposed()).toEqual([expect.stringMatching(/^防汛III .*英德市北江堤防险情（较大，市水利局）/)]);
  await response.at('10:05');
  await situation('dike', 'extra-major', {}, 2);
  expect(await proposed()).toEqual([expect.stringMatching(/^防汛I /)]);
  await situation('dike', 'extra-major', { over: true }, 3);
  const [open] = await response.get(ResponseQuery).levels();
  expect(open?.level).toBe('none');
  expect(
    (await response.get(ResponseQuery).levels()).find(
      ({ state, authority }) => state === 'proposed' && authority === '441800',
    ),
  ).toMatchObject({ groundsGone: true });
});

it('the judgement of a consultation, until the time that it names', async () => {
  await situation('consultation', 'general', { untilAt: response.instant('12:00') });
  expect(await proposed()).toEqual([expect.stringMatching(/^防汛IV /)]);
  await response.at('12:01');
  expect(
    (await response.get(ResponseQuery).levels()).find(
      ({ state, authority }) => state === 'proposed' && authority === '441800',
    ),
  ).toMatchObject({ groundsGone: true });
});

it('a measured discharge, and a reservoir above its flood limit', async () => {
  await reading('shijiao', 'flow', { flowM3s: 18_000 });
  expect(await proposed()).toEqual([expect.stringMatching(/^防汛II .*石角站流量18000立方米每秒/)]);
  await reading('longxudai', 'reservoir-level', { levelM: 268.4 });
  const [explained] = await response.get(ResponseQuery).explain(null);
  expect(explained?.reason).toContain('龙须带水库超汛限水位1.40米');
});

it('a typhoon that is forecast to come near', async () => {
  const position = (kind: string, at: string, latitude: number, longitude: number): Promise<void> =>
    response.give({
      type: 'storm-position.v1',
      key: '2007',
      id: `storm/${kind}/${at}`,
      occurredAt: response.instant(at),
      data: {
        stormId: '2007',
        name: '海高斯',
        issuer: 'cma',
        kind,
        issuedAt: kind === 'forecast' ? response.instant('09:00') : null,
        latitude,
        longitude,
        grade: 'typhoon',
        pressureHpa: null,
        windKt: null,
      },
    });
  await position('analysis', '09:00', 19, 117);
  expect(await proposed()).toEqual([]);
  await position('forecast', '+1 03:00', 22.8, 113);
  expect(await proposed()).toEqual([expect.stringMatching(/^防风III .*台风“海高斯”预计距本市\d+公里/)]);
});

it('rain of the days before, where the plan asks for it', async () => {
  await response.end();
  const plan = mkdtempSync(path.join(os.tmpdir(), 'fengsui-plan-'));
  cpSync(PLAN, plan, { recursive: true });
  const file = path.join(plan, 'flood-response.yaml');
  const condition = `  - { id: wet-ground, level: III, when: { measure: rain, hours: 72, mm: 400, stations: 1 }, text: 三日雨量400毫米, source: test, verified: false }`;
  const ceiling = `  - { of: rain, hours: 72, level: III, reason: test }`;
  const text = readFileSync(file, 'utf8')
    .replace('\nconditions:\n', `\nconditions:\n${condition}\n`)
    .replace('\nceilings:\n', `\nceilings:\n${ceiling}\n`);
  writeFileSync(file, text);
  response = await loneService('response', '2020-06-06', RESPONSE_SCHEMA, () =>
    ResponseModule.of(ResponsePlan.read(plan)),
  );
  await response.at('08:00');
  const day = (n: number, mm: number): Promise<void> =>
    response.give({
      type: 'reading.v1',
      key: 'fogang',
      id: `reading/fogang/rain/${n}`,
      occurredAt: response.instant(n === 0 ? '08:00' : `+${n} 08:00`),
      data: { station: 'fogang', quantity: 'rain', rainMm: mm, windowMinutes: 1_440 },
    });
  await day(0, 150);
  await response.at('+1 08:00');
  await day(1, 140);
  expect(await proposed()).toEqual([]);
  await response.at('+2 08:00');
  await day(2, 115);
  expect(await proposed()).toEqual([expect.stringMatching(/^防汛III .*佛冈站72小时雨量405毫米/)]);
  rmSync(plan, { recursive: true });
});
