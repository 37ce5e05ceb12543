import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loneService, type Given, type LoneService } from '@fengsui/service/testing';
import { RESPONSE_SCHEMA, ResponseModule, ResponsePlan, ResponseQuery } from '../index.js';

const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans', 'qingyuan');
let response: LoneService;
beforeEach(async () => {
  response = await loneService('response', '2020-12-02', RESPONSE_SCHEMA, () =>
    ResponseModule.of(ResponsePlan.read(PLAN)),
  );
  await response.at('16:00');
});
afterEach(() => response.end());

let judgements = 0;
const judged = (verdict: string, fields: object = {}): Given => ({
  type: 'fire-judged.v1',
  key: 'f1',
  id: `fire-judged/${(judgements += 1)}`,
  data: {
    fireId: 'f1',
    county: '441881',
    verdict,
    deaths: 0,
    burnedAreaHa: 1,
    borderKm: 20,
    firstSeenAt: response.instant('14:05'),
    decidedBy: 'liang',
    reason: '现场',
    plan: 'p',
    ...fields,
  },
});
const phase = (to: string): Given => ({
  type: 'fire-phase.v1',
  key: 'f1',
  data: { fireId: 'f1', county: '441881', phase: to, reason: '现场', plan: 'p' },
});
const owed = async (): Promise<string[]> =>
  (await response.get(ResponseQuery).obligations()).map(({ matter, state, words }) => `${matter} ${state} ${words}`);

describe('a forest fire', () => {
  it('of which people died is reported to the province by its clock, and called for until it is done', async () => {
    await response.give(judged('forest-fire', { deaths: 2 }));
    expect(await owed()).toEqual([expect.stringMatching(/^fire-report\/province\/f1 open .*死亡2人.*第三十四条/)]);
    await response.at('16:31');
    expect(await response.said('obligation-overdue.v1')).toHaveLength(1);
    await response.order({ kind: 'fulfil', matter: 'fire-report/province/f1', owners: [] });
    expect(await owed()).toEqual([expect.stringContaining('province/f1 met')]);
    // More of it is known: the nation is told, too; the province was.
    await response.give(judged('forest-fire', { deaths: 3 }));
    expect((await owed()).map((one) => one.split(' ').slice(0, 2).join(' ')).sort()).toEqual([
      'fire-report/nation/f1 open',
      'fire-report/province/f1 met',
    ]);
  });

  it('whose open flame is not out after 24 hours is reported, and not before', async () => {
    await response.give(judged('forest-fire'));
    await response.at('+1 14:05');
    expect(await owed()).toEqual([]);
    await response.at('+1 14:07');
    expect(await owed()).toHaveLength(2);
    expect((await owed())[0]).toContain('超过24小时明火未扑灭');
  });

  it('whose open flame is out is not', async () => {
    await response.give(judged('forest-fire'));
    await response.give(phase('extinguished'));
    await response.at('+1 15:00');
    expect(await owed()).toEqual([]);
  });

  it('that turns out to be none owes nothing any more; other fires never did', async () => {
    await response.give(judged('grass-fire', { deaths: 2 }));
    expect(await owed()).toEqual([]);
    await response.give(judged('forest-fire', { threatens: ['houses'] }));
    expect(await owed()).toHaveLength(2);
    await response.give(judged('farm-burn'));
    expect((await owed()).every((one) => one.includes('dropped'))).toBe(true);
  });

  it('that was judged otherwise by mistake owes its report anew; one that ended in another owes it there', async () => {
    await response.give(
      judged('forest-fire', { deaths: 2 }),
      judged('farm-burn'),
      judged('forest-fire', { deaths: 2 }),
    );
    expect((await owed()).map((one) => one.split(' ').slice(0, 2).join(' ')).sort()).toEqual([
      'fire-report/province/f1 dropped',
      'fire-report/province/f1/2 open',
    ]);
    const data = { fireId: 'f2', mergedFireId: 'f1', reason: '同一火场', plan: 'p' };
    await response.give({ type: 'fire-merged.v1', key: 'f2', data });
    expect((await owed()).filter((one) => one.includes(' open '))).toEqual([
      expect.stringContaining('province/f2 open'),
    ]);
  });

  it('of which nobody says that its flame is out is reported, though no heat is seen; what is long past is not', async () => {
    await response.give(judged('forest-fire'), phase('ended'));
    await response.at('+1 14:07');
    expect(await owed()).toHaveLength(2);
    await response.give({
      ...judged('forest-fire', { fireId: 'f9', deaths: 9, firstSeenAt: response.instant('-9 14:05') }),
      key: 'f9',
    });
    expect(await owed()).toHaveLength(2);
  });
});
