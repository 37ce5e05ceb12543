import { afterEach, describe, expect, it } from '@jest/globals';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loneService, type LoneService } from '@fengsui/service/testing';
import { RESPONSE_SCHEMA, ResponseModule, ResponsePlan, ResponseQuery } from '../index.js';
import { warning } from '../warning-for-tests.js';

/** City and counties decide, each by its own; against floods, and against what else there is. */
const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans', 'qingyuan');
const [CITY, YINGDE, QINGCHENG, FOGANG, LIANSHAN] = ['441800', '441881', '441802', '441821', '441825'];

let response: LoneService;
afterEach(() => response.end());
const begin = async (time: string, plan = PLAN): Promise<void> => {
  response = await loneService('response', '2020-06-06', RESPONSE_SCHEMA, () =>
    ResponseModule.of(ResponsePlan.read(plan)),
  );
  await response.at(time);
};
const query = (): ResponseQuery => response.get(ResponseQuery);
/** `441881 flood proposed IV`, with what it is issued against where that is more. */
const levels = async (): Promise<string[]> =>
  (await query().levels())
    .filter(({ level, state }) => state === 'proposed' || level !== 'none')
    .map(({ authority, hazard, issuedAs, level, state }) =>
      [authority, hazard, state, level, ...(issuedAs.length > 1 ? [issuedAs.join('+')] : [])].join(' '),
    );
const warned = (time: string, colour: string, counties: readonly string[], eventCode = '11B03'): Promise<void> =>
  response.give(
    warning(
      `w${time}${eventCode}`,
      response.instant(time),
      colour,
      counties.map((county) => `${county}000000`),
      { eventCode },
    ),
  );
const order = (authority: string, kind: string, more: object = {}): Promise<void> =>
  response.order({ kind, authority, hazard: 'flood', ...more });
const tasks = async (): Promise<string[]> =>
  (await query().tasks(true))
    .map(({ id, state }) => `${id.split('/')[0]}${state === 'unverified' ? ' to be verified' : ''}`)
    .filter((one, n, all) => all.indexOf(one) === n);
const received = (authority: string, name: string, level: string, kind = 'county'): Promise<void> =>
  response.give({
    type: 'authority-level.v1',
    key: authority,
    id: `authority-level/${authority}/${level}`,
    data: { authority, authorityName: name, kind, hazards: ['flood'], level, counties: [], notice: null, text: '' },
  });

describe('a county', () => {
  it('is proposed its own level, by its own conditions, under its own number', async () => {
    await begin('20:30');
    await warned('20:30', 'red', [YINGDE]);
    // One county under red: Ⅳ for the city, Ⅲ for the county itself.
    expect(await levels()).toEqual([`${CITY} flood proposed IV`, `${YINGDE} flood proposed III`]);
    await order(YINGDE, 'confirm', { level: 'III', counties: [] });
    expect(await levels()).toEqual([`${CITY} flood proposed IV`, `${YINGDE} flood ordered III`]);
    expect((await response.said('response-changed.v1')).map(({ data }) => data)).toMatchObject([
      { authority: YINGDE, hazard: 'flood', episodeId: `${YINGDE}-flood-2020-E01`, to: 'III', counties: [YINGDE] },
    ]);
  });

  it('has its people moved once, whoever decides first, and until neither demands it', async () => {
    await begin('20:30');
    await warned('20:30', 'orange', [YINGDE]);
    await order(YINGDE, 'confirm', { level: 'IV', counties: [] });
    expect(await tasks()).toEqual([`${YINGDE}-flood-2020-E01`]);
    const raised = (await query().tasks(true)).length;
    await order(CITY, 'confirm', { level: 'IV', counties: [] });
    expect((await query().tasks(true)).length).toBe(raised);
    await order(YINGDE, 'end');
    expect((await query().tasks(true)).length).toBe(raised);
    // Whoever ends the last of the two ends with people unaccounted for: that takes a second person.
    await order(CITY, 'end');
    expect((await query().tasks(true)).length).toBe(raised);
    await order(CITY, 'countersign', { countersigns: 'o4', actor: 'wu' });
    expect(await tasks()).toEqual(['441881-flood-2020-E01 to be verified']);
  });

  it('is reminded of what it has not decided, beside the city', async () => {
    await begin('20:30');
    await warned('20:30', 'orange', [YINGDE]);
    await response.at('21:31');
    const overdue = await response.said('response-proposal-overdue.v1');
    expect(overdue.map(({ data }) => (data as { authority: string }).authority).sort()).toEqual(
      [CITY, CITY, YINGDE, YINGDE].sort(),
    );
  });

  it('is weighed when the water crosses a threshold that it alone has', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-county-'));
    try {
      cpSync(PLAN, folder, { recursive: true });
      const file = path.join(folder, 'flood-response.yaml');
      const own = /(id: county-stage-at-warning, .*aboveWarningM: )0/;
      writeFileSync(file, readFileSync(file, 'utf8').replace(own, '$1-1'));
      await begin('20:30', folder);
      const stage = { station: 'yingde', quantity: 'stage', stageM: 25.3 }; // warning stage 26.00
      await response.give({
        type: 'reading.v1',
        key: 'yingde',
        id: 'r',
        occurredAt: response.instant('20:30'),
        data: stage,
      });
      expect(await levels()).toEqual([`${YINGDE} flood proposed IV`]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('takes no order for another county, and no authority that does not decide here takes one', async () => {
    await begin('20:30');
    await order(YINGDE, 'raise', { level: 'IV', counties: [FOGANG] });
    await order('440000', 'raise', { level: 'IV', counties: [] });
    expect(await levels()).toEqual([]);
    expect((await query().outcomeOf('order/o1'))?.reason).toContain(`${FOGANG} 不在 ${YINGDE} 的辖区内`);
    expect((await query().outcomeOf('order/o2'))?.reason).toContain('440000 的响应不在本系统签发');
  });

  it('is a ground to the city when three have started', async () => {
    await begin('20:30');
    for (const county of [YINGDE, FOGANG]) await order(county, 'raise', { level: 'IV', counties: [] });
    expect((await levels()).filter((one) => one.startsWith(CITY))).toEqual([]);
    await order(LIANSHAN, 'raise', { level: 'IV', counties: [] });
    expect((await levels()).filter((one) => one.startsWith(CITY))).toEqual([`${CITY} flood proposed IV`]);
    const [explained] = await query().explain(null);
    expect(explained?.reason).toContain('英德市已启动防汛Ⅳ级应急响应');
  });
});

describe('what others declare', () => {
  it('is evidence by the last word of each, and not from whoever decides here', async () => {
    await begin('20:30');
    await received('430000', '邻省', 'IV', 'neighbour');
    await received(YINGDE, '英德市', 'IV');
    await received(FOGANG, '佛冈县', 'IV');
    await received(LIANSHAN, '连山县', 'IV');
    expect(await levels()).toEqual([]);
  });
});

describe('another response', () => {
  it('against frost goes its own way, and moves nobody', async () => {
    await begin('20:30');
    await warned('20:30', 'orange', [LIANSHAN, YINGDE], '11B34');
    expect(await levels()).toEqual([
      `${CITY} frost proposed IV`,
      `${LIANSHAN} frost proposed IV`,
      `${YINGDE} frost proposed IV`,
    ]);
    await response.order({ kind: 'confirm', authority: CITY, hazard: 'frost', level: 'IV', counties: [] });
    expect(await levels()).toContain(`${CITY} frost ordered IV`);
    expect(await tasks()).toEqual([]);
  });

  it('against a typhoon is one combined response, becomes one against floods, and ends', async () => {
    await begin('20:30');
    await warned('20:30', 'blue', [QINGCHENG], '11B01');
    expect(await levels()).toEqual([
      `${CITY} flood proposed IV flood+wind`,
      `${QINGCHENG} flood proposed IV flood+wind`,
    ]);
    await order(CITY, 'confirm', { level: 'IV', counties: [] });
    expect(await tasks()).toEqual([`${CITY}-flood-2020-E01`]);
    await order(CITY, 'convert', { issuedAs: ['flood'] });
    expect((await query().outcomeOf('order/o2'))?.reason).toContain('防汛防风 → 防汛');
    expect(await levels()).toContain(`${CITY} flood ordered IV`);
    // A person left the wind out: it is not asked for again.
    await response.at('22:30');
    expect((await levels()).filter((one) => one.startsWith(`${CITY} flood proposed`))).toEqual([]);
    expect((await response.said('response-changed.v1')).map(({ data }) => data)).toMatchObject([
      { change: 'start', issuedAs: ['flood', 'wind'] },
      { change: 'convert', from: 'IV', to: 'IV', issuedAs: ['flood'] },
    ]);
    await order(CITY, 'convert', { issuedAs: ['frost'] });
    expect(await tasks()).toEqual(['441800-flood-2020-E01 to be verified']);
  });
});
