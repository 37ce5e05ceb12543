import { afterEach, expect, it } from '@jest/globals';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loneService, type LoneService } from '@fengsui/service/testing';
import { RESPONSE_SCHEMA, ResponseModule, ResponsePlan, ResponseQuery } from '../index.js';
import { warning } from '../warning-for-tests.js';

const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans', 'qingyuan');
const [CITY, YINGDE] = ['441800', '441881'];

let response: LoneService;
afterEach(() => response.end());

it('puts each change on paper, numbered by authority and year without gaps, in the transaction of the order', async () => {
  response = await loneService('response', '2020-12-31', RESPONSE_SCHEMA, () =>
    ResponseModule.of(ResponsePlan.read(PLAN)),
  );
  const order = (authority: string, kind: string, more: object = {}): Promise<void> =>
    response.order({ kind, authority, hazard: 'flood', ...more });
  await response.at('20:30');
  await response.give(warning('w', response.instant('20:30'), 'orange', [`${YINGDE}000000`]));
  await order(CITY, 'confirm', { level: 'IV', counties: [], reason: '会商同意' });
  await order(CITY, 'raise', { level: 'IV', counties: [] }); // nothing new: rejected, and no number
  await order(YINGDE, 'confirm', { level: 'IV', counties: [] });
  await order(CITY, 'raise', { level: 'III', counties: [] });
  await order(CITY, 'lower', { level: 'IV', reason: '' }); // without a reason: rejected
  await response.at('+1 01:00');
  await order(CITY, 'convert', { issuedAs: ['flood', 'wind'] });

  const notices = await response.get(ResponseQuery).notices();
  expect(notices.map(({ number, title }) => `${number} ${title}`)).toEqual([
    '清防〔2020〕1号 关于启动防汛Ⅳ级应急响应的通知',
    '清防〔2020〕2号 关于将防汛Ⅳ级应急响应提升为防汛Ⅲ级应急响应的通知',
    '英德防〔2020〕1号 关于启动防汛Ⅳ级应急响应的通知',
    '清防〔2021〕1号 关于将防汛Ⅲ级应急响应转换为防汛防风Ⅲ级应急响应的通知',
  ]);
  expect(notices[0]?.paragraphs[0]).toMatch(
    /^暴雨橙色以上预警信号：英德市暴雨橙色预警。会商同意。根据《.*自12月31日20时30分起，启动/,
  );
  const changes = await response.said('response-changed.v1');
  expect(changes.map(({ data }) => (data as { notice?: string }).notice)).toEqual(
    expect.arrayContaining(notices.map(({ number }) => number)),
  );
  expect((await response.get(ResponseQuery).outcomeOf('order/o5'))?.reason).toContain('须写明理由');
});
