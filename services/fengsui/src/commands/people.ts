import {
  AccessFault,
  addPerson,
  changeRole,
  delegate,
  delegations,
  disable,
  identityHere,
  makeFirst,
  may,
  nobodyYet,
  osUserHere,
  passwordLink,
  people,
  resetLogin,
  RIGHTS,
  ROLE_IN_CHINESE,
  ROLES,
  Sessions,
  withdraw,
  type Doer,
  type Right,
  type Role,
} from '@fengsui/access';
import { utc, type UtcInstant } from '@fengsui/contracts';
import type { Tx } from '@fengsui/database';
import { flagOf, textOf, textsOf, wordOf, type CommandOf, type OptionOf, type Typed } from '../command.js';
import { withSession, type Session } from '../session.js';
import { EXIT, Misuse, type Terminal } from '../terminal.js';

const REASON: OptionOf = { flags: '--reason <text>', about: { zh: '事由', en: 'reason' }, required: true };
const DAYS = 365;

/**
 * Who keeps the people on this machine. Whoever first starts an installation on a machine of their own may make
 * themselves the first security administrator: they own its data anyway.
 */
async function keeper({ ports, settings }: Session, reason: string): Promise<Doer> {
  const identity = await identityHere(ports.db, ports.clock, settings.FENGSUI_TOKEN);
  if (identity !== null && may(identity, 'manage-people'))
    return { actor: identity.person, right: 'manage-people', origin: identity.origin, reason };
  const user = osUserHere();
  throw new Misuse(
    (await nobodyYet(ports.db))
      ? `尚无安全管理员：fengsui people first ID --name 姓名 / there is no security administrator yet: fengsui people first ID --name NAME`
      : `本机用户 ${user} 不是安全管理员 / the user ${user} of this machine is no security administrator`,
  );
}

/** What does not fit is said to whoever typed it. */
function asMisuse(error: unknown): never {
  throw error instanceof AccessFault ? new Misuse(error.message) : error;
}

/** Changes something about people, as whoever keeps them, and says what came of it. */
const changing = (
  typed: Typed,
  terminal: Terminal,
  work: (tx: Tx, doer: Doer, now: UtcInstant, session: Session) => Promise<object>,
): Promise<number> =>
  withSession('ports', async (session) => {
    const { db, clock } = session.ports;
    const doer = await keeper(session, textOf(typed, 'reason') ?? '');
    const output = await db.transaction(async (tx) => work(tx, doer, await clock.now(tx), session)).catch(asMisuse);
    terminal.result(output, () =>
      Object.entries(output)
        .map(([name, value]) => `${name}: ${String(value)}`)
        .join('\n'),
    );
    return EXIT.done;
  });

function roleOf(typed: Typed): Role {
  const role = textOf(typed, 'role') as Role;
  if (!ROLES.includes(role)) throw new Misuse(`--role: ${ROLES.join(', ')}`);
  return role;
}

const list = (terminal: Terminal): Promise<number> =>
  withSession('ports', async ({ ports }) => {
    const all = await people(ports.db, await ports.clock.now());
    terminal.result(all, () =>
      terminal.table(
        [
          { zh: '编号', en: 'id' },
          { zh: '姓名', en: 'name' },
          { zh: '角色', en: 'roles' },
          { zh: '系统用户', en: 'user of the system' },
          { zh: '状态', en: 'state' },
        ],
        all.map(({ id, name, roles, osUser, disabled, locked }) => [
          id,
          name,
          roles
            .map(({ role, authority }) => `${terminal.pick({ zh: ROLE_IN_CHINESE[role], en: role })} ${authority}`)
            .join(' '),
          osUser ?? '',
          terminal.pick(
            disabled
              ? { zh: '停用', en: 'disabled' }
              : locked
                ? { zh: '锁定', en: 'locked' }
                : { zh: '正常', en: 'active' },
          ),
        ]),
      ),
    );
    return EXIT.done;
  });

/** The first security administrator, on the machine itself: once. */
const first = (typed: Typed, terminal: Terminal): Promise<number> =>
  withSession('ports', async ({ ports: { db, clock } }) => {
    const [id, name] = [wordOf(typed, 0), textOf(typed, 'name') ?? wordOf(typed, 0)];
    const osUser = osUserHere();
    const output = await db
      .transaction(async (tx) => {
        const now = await clock.now(tx);
        await makeFirst(tx, { id, name, osUser }, `command ${osUser}`, now);
        return { id, link: await passwordLink(tx, id, now) };
      })
      .catch(asMisuse);
    terminal.result(output, () =>
      terminal.pick({
        zh: `${id} 为安全管理员。设置密码（24小时内用一次）：/account#password=${output.link}`,
        en: `${id} is security administrator. To set a password, once, within 24 hours: /account#password=${output.link}`,
      }),
    );
    return EXIT.done;
  });

const add = (typed: Typed, terminal: Terminal): Promise<number> =>
  changing(typed, terminal, async (tx, doer, now, { settings }) => {
    const id = wordOf(typed, 0);
    const osUser = textOf(typed, 'osUser') ?? null;
    const service = flagOf(typed, 'service');
    const subject = textOf(typed, 'oidcSubject');
    const issuer = settings.OIDC_ISSUER;
    if (subject !== undefined && issuer === undefined) throw new Misuse('OIDC_ISSUER');
    const oidc = subject === undefined || issuer === undefined ? null : { issuer, subject };
    await addPerson(tx, { id, name: textOf(typed, 'name') ?? id, osUser, service, oidc }, doer, now);
    if (service) return { id };
    return { id, link: await passwordLink(tx, id, now) };
  });

const changeRoleOf = (given: boolean) => (typed: Typed, terminal: Terminal) =>
  changing(typed, terminal, async (tx, doer, now, { plans }) => {
    const [person, role] = [wordOf(typed, 0), roleOf(typed)];
    const authority = textOf(typed, 'authority') ?? plans.response.flood.authority;
    await changeRole(tx, { person, role, authority, given }, doer, now);
    return { person, role, authority, given };
  });

const token = (typed: Typed, terminal: Terminal): Promise<number> =>
  changing(typed, terminal, async (tx, doer, _now, { ports }) => {
    const scope = textsOf(typed, 'scope') as readonly Right[];
    const strange = scope.filter((one) => !RIGHTS.includes(one));
    if (scope.length === 0 || strange.length > 0) throw new Misuse(`--scope: ${RIGHTS.join(' ')}`);
    const given = { person: wordOf(typed, 0), kind: 'service' as const, scope, days: DAYS };
    return { token: await new Sessions(ports.db, ports.clock).newToken(tx, given, doer) };
  });

const delegateTo = (typed: Typed, terminal: Terminal): Promise<number> =>
  changing(typed, terminal, async (tx, doer, now) => {
    const [from, until] = [textOf(typed, 'from'), textOf(typed, 'until')];
    const given = {
      principal: wordOf(typed, 0),
      agent: wordOf(typed, 1),
      beginsAt: from === undefined ? now : utc(from),
      endsAt: utc(until ?? ''),
      reason: textOf(typed, 'reason') ?? '',
    };
    return { id: await delegate(tx, given, doer, now) };
  });

const PERSON = [{ name: '<person>' }];
const ROLE_OPTIONS: readonly OptionOf[] = [
  { flags: '--role <role>', about: { zh: ROLES.join(' '), en: ROLES.join(' ') }, required: true },
  { flags: '--authority <code>', about: { zh: '机构区划代码；不写为本市', en: 'authority; the city without it' } },
  REASON,
];
const NAME: OptionOf = { flags: '--name <name>', about: { zh: '姓名', en: 'name' }, required: true };

/** People, their roles, tokens and delegations. */
export const PEOPLE_COMMANDS: readonly CommandOf[] = [
  {
    name: 'people list',
    about: { zh: '人员与角色', en: 'people and their roles' },
    example: 'people list',
    run: (_, terminal) => list(terminal),
  },
  {
    name: 'people first',
    about: { zh: '设立首位安全管理员（仅一次）', en: 'the first security administrator, once' },
    example: 'people first wang --name 王安全',
    words: PERSON,
    options: [NAME],
    run: first,
  },
  {
    name: 'people add',
    about: { zh: '新增人员', en: 'enter a person' },
    example: 'people add liang --name 梁分管 --os-user root --reason …',
    words: PERSON,
    options: [
      NAME,
      { flags: '--os-user <user>', about: { zh: '本机系统用户', en: 'user of this machine' } },
      { flags: '--oidc-subject <id>', about: { zh: '统一身份编号', en: 'subject at the identity provider' } },
      { flags: '--service', about: { zh: '对接服务，仅用令牌', en: 'a service of an integrator, with tokens alone' } },
      REASON,
    ],
    run: add,
  },
  {
    name: 'people link',
    about: { zh: '重置登录：新的设置密码链接', en: 'reset a login: a new link to set a password' },
    example: 'people link liang --reason …',
    words: PERSON,
    options: [REASON],
    run: (typed, terminal) =>
      changing(typed, terminal, async (tx, doer, now) => ({ link: await resetLogin(tx, wordOf(typed, 0), doer, now) })),
  },
  {
    name: 'people give',
    about: { zh: '授予角色', en: 'give a role' },
    example: 'people give liang --role approver --reason …',
    words: PERSON,
    options: ROLE_OPTIONS,
    run: changeRoleOf(true),
  },
  {
    name: 'people take',
    about: { zh: '收回角色', en: 'take a role' },
    example: 'people take liang --role approver --reason …',
    words: PERSON,
    options: ROLE_OPTIONS,
    run: changeRoleOf(false),
  },
  {
    name: 'people disable',
    about: { zh: '停用人员，立即结束其全部会话', en: 'take a person away, with every session' },
    example: 'people disable liang --reason …',
    words: PERSON,
    options: [REASON],
    run: (typed, terminal) =>
      changing(typed, terminal, async (tx, doer, now) => {
        await disable(tx, wordOf(typed, 0), doer, now);
        return { person: wordOf(typed, 0) };
      }),
  },
  {
    name: 'tokens new',
    about: { zh: '为人员或对接服务生成令牌', en: 'make a token for a person or a service' },
    example: 'tokens new dashboard --scope watch --reason …',
    words: PERSON,
    options: [
      { flags: '--scope <rights...>', about: { zh: RIGHTS.join(' '), en: RIGHTS.join(' ') }, required: true },
      REASON,
    ],
    run: token,
  },
  {
    name: 'delegations list',
    about: { zh: '委托', en: 'who speaks for whom' },
    example: 'delegations list',
    run: (_, terminal) =>
      withSession('ports', async ({ ports }) => {
        const all = await delegations(ports.db);
        terminal.result(all, () =>
          terminal.table(
            [
              { zh: '编号', en: 'id' },
              { zh: '委托人', en: 'principal' },
              { zh: '受托人', en: 'agent' },
              { zh: '止', en: 'until' },
              { zh: '撤回', en: 'withdrawn' },
            ],
            all.map(({ id, principal, agent, endsAt, withdrawnAt }) => [
              id,
              principal,
              agent,
              endsAt,
              withdrawnAt ?? '',
            ]),
          ),
        );
        return EXIT.done;
      }),
  },
  {
    name: 'delegations give',
    about: { zh: '委托他人代为下达', en: 'let somebody speak for another' },
    example: 'delegations give liang wu --until 2020-06-08T08:30:00+08:00 --reason …',
    words: [{ name: '<principal>' }, { name: '<agent>' }],
    options: [
      { flags: '--from <instant>', about: { zh: '起', en: 'from' } },
      { flags: '--until <instant>', about: { zh: '止', en: 'until' }, required: true },
      REASON,
    ],
    run: delegateTo,
  },
  {
    name: 'delegations withdraw',
    about: { zh: '撤回委托', en: 'take a delegation back' },
    example: 'delegations withdraw ID --reason …',
    words: [{ name: '<id>' }],
    options: [REASON],
    run: (typed, terminal) =>
      changing(typed, terminal, async (tx, doer, now) => {
        await withdraw(tx, wordOf(typed, 0), doer, now);
        return { id: wordOf(typed, 0) };
      }),
  },
];
