import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DomainEvent } from '@fengsui/contracts';
import { loneService, type LoneService } from '@fengsui/service/testing';
import { RESPONSE_SCHEMA, ResponseModule, ResponsePlan, ResponseQuery } from '../index.js';

/** Who owes a receipt, a report or a step is asked for it until it is there. */
const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans', 'qingyuan');
const CITY = { authority: '441800', hazard: 'flood' } as const;
const EPISODE = '441800-flood-2020-E01';
const NOTICE = 'receipt/清防〔2020〕1号';

let response: LoneService;
beforeEach(async () => {
  response = await loneService('response', '2020-06-06', RESPONSE_SCHEMA, () =>
    ResponseModule.of(ResponsePlan.read(PLAN)),
  );
  await response.at('08:00');
});
afterEach(() => response.end());
const raise = (level: string): Promise<void> =>
  response.order({ kind: 'raise', ...CITY, level, counties: ['441881', '441802'] });
const fulfil = (matter: string, ...owners: string[]): Promise<void> =>
  response.order({ kind: 'fulfil', matter, owners });
const open = async (kind: string): Promise<string[]> =>
  (await response.get(ResponseQuery).obligations(true))
    .filter((one) => one.kind === kind)
    .map(({ matter, owner, dueAt }) => `${matter} ${owner} ${dueAt?.slice(11, 16) ?? '-'}`);
const data = (events: readonly DomainEvent[]): readonly Readonly<Record<string, unknown>>[] =>
  events.map((event) => event.data as Readonly<Record<string, unknown>>);

describe('a notice', () => {
  it('is signed for by everybody to whom it goes; who has not is asked again until they have', async () => {
    await raise('IV');
    expect((await open('receipt')).length).toBe(15);
    await fulfil(NOTICE, '441881', '441802', 'water');
    await response.at('09:30');
    const overdue = data(await response.said('obligation-overdue.v1')).filter(({ kind }) => kind === 'receipt');
    expect(overdue).toMatchObject([{ reminder: 1, matter: NOTICE }, { reminder: 2 }]);
    expect(overdue[0]?.['missing']).toHaveLength(12);
    await fulfil(NOTICE);
    const met = data(await response.said('obligation-met.v1'));
    expect(met.map(({ inTime }) => inTime).filter(Boolean)).toHaveLength(3);
    expect(met.at(-1)).toMatchObject({ left: 0, inTime: false });
    await response.at('12:00');
    expect(data(await response.said('obligation-overdue.v1')).filter(({ kind }) => kind === 'receipt')).toHaveLength(2);
  });

  it('that a later one replaces is signed for no more, and so is nothing twice or by a stranger', async () => {
    await raise('IV');
    await fulfil(NOTICE, '441881');
    await fulfil(NOTICE, '441881');
    await fulfil(NOTICE, '440100');
    const outcomes = await response.runtime.db.query(
      `select outcome from response.given_order where kind = 'fulfil' order by event`,
    );
    expect(outcomes.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['done', 'rejected', 'rejected']);
    await raise('III');
    expect(new Set((await open('receipt')).map((one) => one.split(' ')[0]))).toEqual(
      new Set(['receipt/清防〔2020〕2号']),
    );
    expect(data(await response.said('obligation-dropped.v1'))).toHaveLength(14);
  });
});

describe('the counties under a response', () => {
  it('report at the clock times of its level, not on what has just begun, until it ends', async () => {
    await response.at('09:30'); // 10:00 is too near
    await raise('IV');
    expect(await open('situation-report')).toEqual(
      ['441802', '441881'].map((county) => `report/${EPISODE}/2020-06-06T07:00:00.000Z ${county} 07:00`),
    );
    await fulfil(`report/${EPISODE}/2020-06-06T07:00:00.000Z`, '441802');
    await response.at('15:01');
    expect(
      data(await response.said('obligation-overdue.v1')).filter(({ kind }) => kind === 'situation-report'),
    ).toMatchObject([{ missing: [{ owner: '441881', name: '英德市' }] }]);
    expect((await open('situation-report')).map((one) => one.split(' ')[0])).toEqual([
      `report/${EPISODE}/2020-06-06T07:00:00.000Z`,
      ...['441802', '441881'].map(() => `report/${EPISODE}/2020-06-07T02:00:00.000Z`),
    ]);
    await response.order({ kind: 'end', ...CITY, counties: [] });
    await response.order({ kind: 'countersign', ...CITY, countersigns: 'o3', actor: 'zheng' });
    expect([await open('situation-report'), await open('step')]).toEqual([[], []]);
    // Of the end, too, everybody is to know.
    expect((await open('receipt')).length).toBe(15);
  });
});

it('takes the steps of the plan at its level and those below, each once, and ticks without a time call nobody', async () => {
  await raise('II');
  await response.order({ kind: 'countersign', ...CITY, countersigns: 'o1', actor: 'zheng' });
  expect((await open('step')).map((one) => one.replace(`step/${EPISODE}/`, ''))).toEqual([
    'duty office 01:00',
    'joint-duty office 01:00',
    'leader office 01:00',
    'consult office 02:00',
    'groups office -',
  ]);
});

describe('an accident', () => {
  const report = (no: number, stage: string, deaths: number, at = '08:30', county: string | null = '441881') =>
    response.give({
      type: 'incident.v1',
      key: 'I1',
      id: `incident/${county}/I1/${no}`,
      occurredAt: response.instant(at),
      data: {
        incidentId: 'I1',
        reportNo: no,
        stage,
        happenedAt: response.instant('08:10'),
        category: 'work-accident',
        productionRelated: true,
        industry: 'construction',
        county,
        place: '-',
        latitude: null,
        longitude: null,
        deaths,
        missing: 0,
        seriousInjuries: 0,
        injuries: 0,
        economicLossYuan: 0,
        propertyLossYuan: null,
        text: '-',
      },
    });
  const owed = async (): Promise<string[]> =>
    (await response.get(ResponseQuery).obligations(true)).map(
      ({ matter, dueAt }) => `${matter} ${dueAt?.slice(11, 16)}`,
    );

  it('of grade 较大 is reported up by word, in writing and again, from when it was known to be one', async () => {
    await response.at('08:40');
    await report(1, 'first', 2);
    expect(await owed()).toEqual([]);
    await response.at('09:00');
    await report(2, 'follow-up', 3, '08:55');
    expect(await owed()).toEqual([
      'incident-by-word/I1 01:30',
      'incident-in-writing/I1 02:00',
      'incident-follow-up/I1/1 01:00',
    ]);
    await fulfil('incident-by-word/I1');
    await response.at('10:05');
    expect(data(await response.said('obligation-overdue.v1'))).toMatchObject([{ kind: 'incident-in-writing' }]);
    await report(3, 'follow-up', 3, '10:00');
    await fulfil('incident-in-writing/I1');
    expect(await owed()).toEqual(['incident-follow-up/I1/2 02:05']);
    await report(4, 'final', 3, '10:04');
    expect(await owed()).toEqual([]);
  });

  it('of the same number in another county is another, and what follows without a county is of the first', async () => {
    await response.at('08:40');
    await report(1, 'first', 3);
    await report(1, 'first', 3, '08:30', '441882');
    expect(await owed()).toHaveLength(6);
    await response.at('08:50');
    await report(2, 'final', 3, '08:45', '441882');
    await report(2, 'final', 3, '08:45', null);
    expect((await owed()).filter((one) => one.includes('follow-up'))).toEqual([]);
  });

  it('that came to be known a day later is history', async () => {
    await response.at('+1 09:00');
    await report(1, 'first', 9);
    expect(await owed()).toEqual([]);
  });
});
