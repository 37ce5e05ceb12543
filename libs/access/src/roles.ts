import type { OrderKind } from '@fengsui/contracts';

/** What a person can be, each for an authority (a division by GB/T 2260) and what lies in it. */
export const ROLES = [
  'duty-officer',
  'leader',
  'approver',
  'feeder',
  'statistician',
  'auditor',
  'system-administrator',
  'security-administrator',
  'viewer',
] as const;
export type Role = (typeof ROLES)[number];

/** The bureau's own words for them. */
export const ROLE_IN_CHINESE: Readonly<Record<Role, string>> = {
  'duty-officer': '值班员',
  leader: '带班领导',
  approver: '响应签发人',
  feeder: '报送员',
  statistician: '统计员',
  auditor: '审计管理员',
  'system-administrator': '系统管理员',
  'security-administrator': '安全管理员',
  viewer: '查看人员',
};

/**
 * What may be done. `watch` sees levels, tasks, fires and sources; names, telephones and calls are personal data and
 * need `read-people`.
 */
export const RIGHTS = [
  'watch',
  'read-people',
  'read-figures',
  'read-inputs',
  'read-audit',
  'manage-people',
  'approve',
  'judge',
  'correct',
  'answer',
  'report',
  'record-late',
  'roster',
  'sign',
] as const;
export type Right = (typeof RIGHTS)[number];

const SEEING = ['watch', 'read-figures'] as const;
/** Reports what was done: answers a call, tells the progress of a transfer. */
const ON_DUTY = [...SEEING, 'read-people', 'read-inputs', 'answer', 'report', 'judge', 'record-late'] as const;

/**
 * What each role may do. Whoever gives rights gives no orders, whoever reads the audit changes nothing: the three
 * administrators are apart (GB/T 22239-2019 8.1.4.2).
 */
const RIGHTS_OF: Readonly<Record<Role, readonly Right[]>> = {
  'duty-officer': ON_DUTY,
  leader: [...ON_DUTY, 'approve', 'correct', 'roster', 'sign'],
  approver: [...ON_DUTY, 'approve', 'correct', 'roster', 'sign'],
  feeder: ['watch', 'report'],
  statistician: [...SEEING, 'read-inputs', 'answer', 'correct'],
  auditor: ['watch', 'read-audit'],
  'system-administrator': ['watch', 'read-inputs'],
  'security-administrator': ['watch', 'manage-people'],
  viewer: SEEING,
};

/** Rights that decide. Whoever administers has none of them, and no token of a program has. */
export const DECIDING: ReadonlySet<Right> = new Set(['approve', 'judge', 'correct', 'record-late', 'roster', 'sign']);

/** Administrators of one kind that one person cannot be together. */
export const APART: readonly Role[] = ['auditor', 'system-administrator', 'security-administrator'];

/** A role that a person has for an authority. */
export type Grant = Readonly<{ role: Role; authority: string }>;

export const rightsOf = (grants: readonly Grant[]): ReadonlySet<Right> =>
  new Set(grants.flatMap(({ role }) => RIGHTS_OF[role]));

/** Grants that give a right over a division. */
export const grantsFor = (grants: readonly Grant[], right: Right, division: string): readonly Grant[] =>
  grants.filter(({ role, authority }) => RIGHTS_OF[role].includes(right) && covers(authority, division));

/** Why the roles of one person do not go together, or null. */
export function rolesApart(roles: readonly Role[]): string | null {
  const administrators = APART.filter((role) => roles.includes(role));
  const names = (list: readonly Role[]): string => list.map((role) => ROLE_IN_CHINESE[role]).join('、');
  if (administrators.length > 1)
    return `${names(administrators)}不得由一人兼任 / ${administrators.join(', ')} stay apart`;
  const decides = roles.filter((role) => RIGHTS_OF[role].some((right) => DECIDING.has(right)));
  return administrators.length > 0 && decides.length > 0
    ? `${names(administrators)}不得兼任${names(decides)} / ${administrators.join(', ')} and ${decides.join(', ')} stay apart`
    : null;
}

/** A city covers its counties: `441800` what begins with `4418`, `440000` the province, `000000` everything. */
export const covers = (authority: string, division: string): boolean =>
  division.startsWith(authority.replace(/(00){1,3}$/, ''));

/** What an order of each kind needs. */
export const RIGHT_FOR: Readonly<Record<OrderKind, Right>> = {
  confirm: 'approve',
  refuse: 'approve',
  raise: 'approve',
  lower: 'approve',
  end: 'approve',
  convert: 'approve',
  countersign: 'approve',
  emergency: 'approve',
  verdict: 'judge',
  extinguish: 'judge',
  'join-fires': 'judge',
  'part-fire': 'judge',
  'permit-burn': 'judge',
  'learn-heat-mask': 'judge',
  'apply-heat-mask': 'judge',
  locate: 'judge',
  correct: 'correct',
  'join-incidents': 'correct',
  'part-incidents': 'correct',
  'draft-report': 'correct',
  'check-report': 'correct',
  'sign-report': 'sign',
  'drop-report': 'correct',
  'close-period': 'correct',
  answer: 'answer',
  progress: 'report',
  release: 'approve',
  fulfil: 'report',
  'stand-in': 'roster',
  leave: 'roster',
  'withdraw-roster': 'roster',
  'hand-over': 'judge',
  'take-over': 'judge',
  exercise: 'roster',
  'contact-test': 'judge',
};
