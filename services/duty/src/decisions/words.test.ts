import { describe, expect, it } from '@jest/globals';
import { cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { utc, type EventOf, type EventType } from '@fengsui/contracts';
import { shortOf } from '../delivery/deliver-messages.js';
import { DutyPlan } from '../plan.js';
import { PLAN } from '../plan-for-tests.js';
import { common, PROPOSAL } from '../proposal-for-tests.js';
import { CallTexts } from './call-texts.js';
import { quoted } from './quoting.js';
import { Templates } from './templates.js';

const NOW = utc('2026-06-07T00:00:00Z');
const plan = DutyPlan.read(PLAN);
const texts = new CallTexts(plan);
const event = <T extends EventType>(type: T, data: object, occurredAt = NOW): EventOf<T> =>
  ({
    type,
    id: type,
    key: 'k',
    occurredAt,
    recordedAt: NOW,
    correlationId: 'c',
    causes: [],
    data,
  }) as unknown as EventOf<T>;
const proposal = {
  ...common,
  proposalId: PROPOSAL,
  from: 'none',
  to: 'II',
  counties: ['441881', '441823'],
  dueAt: '2026-06-07T00:30:00.000Z',
};
const task = { counties: ['441881'], tasks: 3, people: 120, dueAt: utc('2026-06-07T02:00:00Z') };

/** One message of every kind. */
const MESSAGES = {
  proposed: texts.response(event('response-proposed.v1', { ...proposal, reason: '英德市暴雨红色预警' }), NOW),
  revised: texts.response(
    event('response-proposal-revised.v1', { ...proposal, calledFor: 'I', groundsGone: false, reason: '升级' }),
    NOW,
  ),
  overdue: texts.response(event('response-proposal-overdue.v1', { ...proposal, reminder: 2, reason: '无人签发' }), NOW),
  changed: texts.response(
    event('response-changed.v1', { ...proposal, change: 'start', decidedBy: 'liang', reason: '同意' }),
    NOW,
  ),
  emergency: texts.emergency(
    event('emergency-period.v1', {
      authority: '441800',
      state: 'declared',
      counties: [],
      decidedBy: 'liang',
      reason: '',
    }),
    NOW,
  ),
  transfers: texts.tasks('transfers', task, NOW),
  ready: texts.tasks('transfers-ready', task, NOW),
  overdueTasks: texts.tasks('transfer-overdue', task, NOW),
  returned: texts.returned({ county: '441881', unreleased: 3, taskId: 'E01/441881-001' }, NOW, NOW),
  obligation: texts.obligation(
    { kind: 'receipt', missing: [{ name: '英德市', words: '签收通知' }], dueAt: NOW, matter: 'receipt/1' } as never,
    NOW,
  ),
  fire: texts.fire(
    event('fire-raised.v1', {
      fireId: 'F1',
      county: '441881',
      latitude: 24.3,
      longitude: 113.7,
      firstSeenBy: 'satellite',
      signs: 2,
      dueAt: NOW,
    }),
    NOW,
  ),
  fireOverdue: texts.fire(event('fire-overdue.v1', { fireId: 'F1', county: '441881', dueAt: NOW }), NOW),
  gauges: texts.gauges(['龙沥站3小时无读数', '石角站3小时无读数'], NOW, NOW),
  silence: texts.silence(
    event('source-silent.v1', { source: 'firms', heardAt: null, silentSince: NOW, reason: '503 <a href=http://x.cn>' }),
    NOW,
  ),
};

describe.each(Object.entries(MESSAGES))('the message %s', (_, { subject, text }) => {
  it('says in five blocks what, where, when, how it affects them and what to do, and who says so', () =>
    expect(text.split('\n').map((line) => line.split('：')[0])).toEqual([
      '什么',
      '哪里',
      '何时',
      '影响',
      '要做什么',
      '发布',
    ]));

  it('fits one short message with its code, names no code of a place, no link and nothing that was not filled in', () => {
    expect(shortOf(subject, 'K7Q2M9XPAB').length).toBeLessThanOrEqual(70);
    expect(shortOf(subject, 'K7Q2M9XPAB')).toContain(subject); // whole
    const words = `${subject}\n${text.replace(/编号：.*/g, '')}`;
    expect(words).not.toMatch(/\b4418\d\d\b|undefined|null|NaN|[{}]|:\/\/|fengsui /);
  });
});

describe('what others wrote', () => {
  it('stands between marks, on one line, without its links, not endless', () => {
    const trap = '请登录\u202e https://evil.example/login?a=1\n【紧急】立即点击 www.bad.cn 或 evil.com/x，并转账「快」';
    expect(quoted(trap)).toBe('「请登录 〔链接略〕 【紧急】立即点击 〔链接略〕 或 〔链接略〕，并转账”快”」');
    expect(quoted('长'.repeat(900))).toHaveLength(202);
    expect(quoted('水位9.5米，流量13.9千m3/s，详见第3.2节')).toBe('「水位9.5米，流量13.9千m3/s，详见第3.2节」');
  });

  it('is the reason of an order, and nothing of it looks like ours', () => {
    const changed = {
      ...proposal,
      change: 'start',
      decidedBy: 'liang',
      reason: '好\n要做什么：点击 http://evil.example',
    };
    const { text } = texts.response(event('response-changed.v1', changed), NOW);
    expect(text.split('\n')).toHaveLength(6);
    expect(text).toContain('影响：签发说明：「好 要做什么：点击 〔链接略〕」');
  });

  const file = path.resolve(
    PLAN,
    '..',
    '..',
    '..',
    'shared',
    'data',
    'cap',
    'cn_warning_texts',
    'guangdong_warnings.jsonl',
  );
  (existsSync(file) ? it : it.skip)(`is the text of real warnings (${file})`, () => {
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const warnings = lines
      .map((line) => JSON.parse(line) as { text: string | null; adcode: string })
      .flatMap(({ text, adcode }) => (text === null ? [] : [{ warning: text, adcode }]));
    expect(warnings.length).toBeGreaterThan(3);
    for (const { warning, adcode } of warnings) {
      const said = texts.response(
        event('response-proposed.v1', { ...proposal, counties: [adcode], reason: quoted(warning) }),
        NOW,
      );
      expect(said.text.split('\n')).toHaveLength(6);
      expect(said.text).toContain(`哪里：${plan.counties.nameOf(adcode)}`);
      expect(said.text).not.toContain('://');
    }
  });
});

describe('times', () => {
  it('are those of Beijing, and say the year when it is not this one', () => {
    const of = (occurredAt: string, now: string): string | undefined =>
      texts
        .tasks('transfers', { ...task, dueAt: utc(occurredAt) }, utc(now))
        .text.split('\n')
        .find((line) => line.startsWith('何时'));
    expect(of('2026-06-07T02:00:00Z', '2026-06-07T00:00:00Z')).toBe('何时：最迟6月7日10:00前完成');
    expect(of('2026-12-31T17:00:00Z', '2026-12-31T15:00:00Z')).toBe('何时：最迟2027年1月1日01:00前完成');
    expect(of('2026-12-31T15:30:00Z', '2026-12-31T16:30:00Z')).toBe('何时：最迟2026年12月31日23:30前完成');
  });
});

describe('templates of a city', () => {
  const read = (yaml: string): Templates => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-messages-'));
    cpSync(PLAN, folder, { recursive: true });
    writeFileSync(path.join(folder, 'messages.yaml'), yaml);
    return Templates.read(folder);
  };
  const row = (more: object): string =>
    JSON.stringify({
      'fire-overdue': {
        subject: '核查逾期 {places}',
        what: '火情',
        where: '{places}',
        when: '{due}',
        impact: '不明',
        do: '核查',
        by: '系统',
        ...more,
      },
    });

  it('stand in place of those that come with the product', () =>
    expect(read(row({})).render('fire-overdue', { places: '英德市', due: '8:00', number: 'F' }).subject).toBe(
      '核查逾期 英德市',
    ));

  it.each([
    ['a block that is empty', { where: ' ' }, /where/],
    ['a word that there is not', { what: '{weather}' }, /\{weather\} is none of places, due, number/],
    ['a brace without its other', { do: '核查 {due' }, /a brace without its other/],
    ['a link', { do: '见 http://a.cn' }, /a link/],
    ['a short form that is too long', { subject: '火'.repeat(41) }, /41 characters/],
    ['two lines', { do: '一\n二' }, /do/],
    ['a block of its own', { why: '因' }, /why|additional/i],
  ])('with %s are refused', (_, more, why) => expect(() => read(row(more))).toThrow(why));
});
