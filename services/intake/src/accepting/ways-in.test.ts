import { describe, expect, it } from '@jest/globals';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AccessPlan, ROLES, type Identity, type Role } from '@fengsui/access';
import { CONTRACTS, utc, type OrderKind, type OrderV1 } from '@fengsui/contracts';
import { AHEAD } from './ahead.js';
import { Stations } from './stations.js';
import { DOORS, givenBy, giverOf, type Door, type Way } from './ways-in.js';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');
const PLAN = AccessPlan.read(path.join(ROOT, 'plans', 'qingyuan'));
/** A city that asks for a second factor of whoever decides. */
const STRICT = AccessPlan.read(path.join(ROOT, 'plans', 'shaoguan'));
const NOW = utc('2020-06-07T00:00:00Z');
/** Every kind of order that the contract knows: a new one is in the table by itself. */
const KINDS = CONTRACTS['order.v1'].properties.data.anyOf.map(({ properties }) => properties.kind.const as OrderKind);
const DECIDES: readonly OrderKind[] = KINDS.filter(
  (kind) => kind !== 'answer' && kind !== 'progress' && kind !== 'fulfil',
);

const FIRE_ORDERS: readonly OrderKind[] = [
  'verdict',
  'extinguish',
  'join-fires',
  'part-fire',
  'permit-burn',
  'learn-heat-mask',
  'apply-heat-mask',
];

const order = (kind: OrderKind, more: object = {}): OrderV1 =>
  ({ type: 'order.v1', occurredAt: NOW, data: { kind, speaksFor: null, ...aboutOf(kind), ...more } }) as OrderV1;
const aboutOf = (kind: OrderKind): object => {
  if (kind === 'fulfil') return { matter: 'receipt/清防〔2020〕1号', owners: ['441881'] };
  if (kind === 'draft-report') return { period: '2020', template: 'annual-summary' };
  if (kind === 'close-period') return { authority: '441800', period: '2020' };
  if (kind.endsWith('-report')) return { report: '2020/annual-summary/1' };
  if (kind === 'progress' || kind === 'release') return { taskId: '441800-flood-2020-E01/441881-001' };
  const level = ['confirm', 'raise', 'lower'].includes(kind) ? { level: 'IV' } : {};
  return [
    'answer',
    ...FIRE_ORDERS,
    'join-incidents',
    'part-incidents',
    'check-report',
    'sign-report',
    'drop-report',
    'correct',
    'withdraw-roster',
    'exercise',
    'contact-test',
  ].includes(kind)
    ? {}
    : { authority: '441800', ...level };
};
const person = (roles: readonly Role[], more: Partial<Identity> = {}): Identity => ({
  person: 'liang',
  name: '梁',
  grants: roles.map((role) => ({ role, authority: '441800' })),
  delegations: [],
  scope: null,
  acts: true,
  secondFactor: false,
  session: 's',
  csrf: null,
  origin: 'test',
  ...more,
});
const way = (door: Door, identity: Identity | null, marked = false, plan = PLAN): Way => ({
  door,
  actor: `by ${door}`,
  giver: identity === null ? null : giverOf(identity, plan),
  marked,
  senders: [],
  divisions: [],
  stations: new Stations([]),
  told: new Set(),
  ahead: AHEAD,
});
const given = (kind: OrderKind, by: Way, more: object = {}): string => {
  const found = givenBy(order(kind, more), 'the mayor', by, NOW);
  return 'reason' in found ? 'refused' : `${found.actor} ${found.right}`;
};

/** Who may give what, as the bureau would say it: the other way round from the code. */
const MAY: Readonly<Record<Role, readonly OrderKind[]>> = {
  'duty-officer': ['answer', 'progress', 'fulfil', ...FIRE_ORDERS, 'locate', 'hand-over', 'take-over', 'contact-test'],
  leader: KINDS,
  approver: KINDS,
  feeder: ['progress', 'fulfil'],
  statistician: [
    'answer',
    'correct',
    'join-incidents',
    'part-incidents',
    'draft-report',
    'check-report',
    'drop-report',
    'close-period',
  ],
  auditor: [],
  'system-administrator': [],
  'security-administrator': [],
  viewer: [],
};

describe('where the city asks for a second factor of whoever decides', () => {
  it.each(KINDS)('the order %s', (kind) => {
    const by = (secondFactor: boolean): string =>
      given(kind, way('login', person(['approver'], { secondFactor }), false, STRICT));
    expect(by(true)).toMatch(/^liang /);
    if (DECIDES.includes(kind)) expect(by(false)).toBe('refused');
    else expect(by(false)).toMatch(/^liang /);
  });
});

describe('every way in, every order, every role', () => {
  const all = DOORS.flatMap((door) =>
    KINDS.flatMap((kind) => [null, ...ROLES].map((role) => [door, kind, role] as const)),
  );
  it.each(all)('by %s the order %s of %s', (door, kind, role) => {
    const said = given(kind, way(door, role === null ? null : person([role])));
    const ofPeople = door === 'login' || door === 'cli';
    if (door === 'demonstration') expect(said).toBe('the mayor demonstration');
    else if (ofPeople && role !== null && MAY[role].includes(kind)) expect(said).toMatch(/^liang /);
    else if (door === 'http' && !DECIDES.includes(kind)) expect(said).toMatch(/^by http /);
    // A key speaks for nobody, whatever the message says.
    else if (door === 'http') expect(given(kind, way(door, null), { speaksFor: 'chen' })).toBe('refused');
    else expect(said).toBe('refused');
  });

  it('lets a file decide in a database that is marked as a demonstration, and there alone', () => {
    for (const kind of KINDS) {
      expect(given(kind, way('file', null, true))).toBe('the mayor demonstration');
      for (const door of ['http', 'folder', 'poll', 'kafka'] as const)
        if (DECIDES.includes(kind)) expect(given(kind, way(door, null, true))).toBe('refused');
    }
  });
});

describe('somebody who is logged in', () => {
  const by = (roles: readonly Role[], more: Partial<Identity> = {}): Way => way('login', person(roles, more));

  it('approves as far as the plan lets their role, and the right says how far', () => {
    expect(given('raise', by(['leader']), { level: 'III' })).toBe('liang approve-III');
    expect(given('raise', by(['leader']), { level: 'II' })).toBe('refused');
    expect(given('raise', by(['approver']), { level: 'I' })).toBe('liang approve-I');
    expect(given('end', by(['leader']))).toBe('liang approve-III');
  });

  it('decides for their own authority and what lies in it', () => {
    const county = by([], { grants: [{ role: 'leader', authority: '441881' }] });
    expect(given('raise', county)).toBe('refused');
    expect(given('raise', county, { authority: '441881' })).toBe('liang approve-III');
    for (const kind of ['draft-report', 'check-report', 'sign-report', 'drop-report', 'correct'] as const)
      expect([kind, given(kind, county)]).toEqual([kind, 'refused']);
    expect(given('close-period', county)).toBe('refused'); // that of the city
    expect(given('close-period', county, { authority: '441881' })).toBe('liang correct');
    expect(given('progress', county)).toBe('liang report');
    expect(given('progress', county, { taskId: 'E01/441882-001' })).toBe('refused');
    expect(given('fulfil', county)).toBe('liang report');
    for (const owners of [['441882'], ['441881', '441882'], ['water'], []])
      expect([owners, given('fulfil', county, { owners })]).toEqual([owners, 'refused']);
    expect(given('fulfil', by(['duty-officer']), { owners: [] })).toBe('liang report');
  });

  it('speaks for another by a delegation that holds, with what the other may do, and is the one who decided', () => {
    const delegations = [{ principal: 'zheng', grants: [{ role: 'approver' as const, authority: '441800' }] }];
    const speaking = { speaksFor: 'zheng', level: 'I' };
    expect(given('raise', by(['viewer'], { delegations }), speaking)).toBe('liang approve-I');
    expect(given('raise', by(['approver']), speaking)).toBe('refused');
    expect(given('raise', by(['viewer'], { delegations }), { level: 'I' })).toBe('refused');
  });

  it('gives no order from a session that only watches, nor beyond what its token is for', () => {
    expect(given('raise', by(['approver'], { acts: false }))).toBe('refused');
    expect(given('answer', by(['approver'], { acts: false }))).toBe('refused');
    expect(given('raise', by(['approver'], { scope: new Set(['answer']) }))).toBe('refused');
    expect(given('answer', by(['approver'], { scope: new Set(['answer']) }))).toBe('liang answer');
  });

  it('enters what was decided elsewhere as a late record, and dates back nothing else', () => {
    const late = { decidedBy: '市长', where: '清防〔2020〕1号' };
    const before = { ...order('raise'), occurredAt: utc('2020-06-06T00:00:00Z') } as OrderV1;
    const dated = (one: OrderV1, roles: readonly Role[]): unknown => givenBy(one, null, by(roles), NOW);
    expect(dated(before, ['leader'])).toMatchObject({ place: 'occurredAt' });
    expect(dated({ ...before, data: { ...before.data, late } } as OrderV1, ['leader'])).toMatchObject({
      actor: 'liang',
    });
    expect(given('progress', way('http', null), { late })).toBe('refused');
    expect(given('verdict', by(['leader']), { late })).toBe('refused');
    const ahead = { ...order('answer'), occurredAt: utc('2020-06-07T01:00:00Z') } as OrderV1;
    expect(givenBy(ahead, null, way('http', null), NOW)).toMatchObject({ place: 'occurredAt' });
  });
});
