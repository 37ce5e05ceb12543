import type { PersonView } from '@fengsui/response';
import { flagOf, wordOf, type CommandOf } from '../command.js';
import { mayReadNames, withSession, type Session } from '../session.js';
import { EXIT, Misuse, when, type Terminal } from '../terminal.js';
import { listing, state } from './listing.js';

export const TASKS_COMMAND = listing(
  { name: 'tasks', about: { zh: '人员转移任务', en: 'transfer tasks' } },
  ({ ports }, open) => ports.response.tasks(open),
  [
    [{ zh: '任务', en: 'task' }, ({ id }) => id],
    [{ zh: '状态', en: 'state' }, (task, terminal) => state(terminal, task.state)],
    [{ zh: '县区', en: 'county' }, ({ county }, _terminal, { plans }) => plans.response.counties.nameOf(county)],
    [{ zh: '应转', en: 'people' }, ({ people }) => people],
    [{ zh: '已转', en: 'moved' }, ({ moved }) => moved],
    [{ zh: '不在', en: 'absent' }, ({ absent }) => absent],
    [{ zh: '拒转', en: 'refusing' }, ({ refusing }) => refusing],
    [{ zh: '限时', en: 'due' }, ({ dueAt }) => when(dueAt)],
  ],
);

const STATES: Readonly<Record<string, string>> = {
  told: '已告知',
  moved: '已转移',
  'checked-in': '已入住',
  elsewhere: '外出',
  refused: '拒转',
  'not-found': '失联',
};
const GROUPS: Readonly<Record<string, string>> = {
  elderly: '老人',
  child: '儿童',
  disabled: '残疾',
  pregnant: '孕妇',
  ill: '病人',
  alone: '独居',
  other: '其他',
};

function people(task: string, names: boolean, terminal: Terminal): Promise<number> {
  return withSession('ports', async (session) => {
    const listed = await session.ports.response.people(task);
    if (listed === null) throw new Misuse(`没有这个任务 / there is no task ${task}`);
    const nameOf = names ? await namesOf(listed, session) : new Map<string, string>();
    const rows = listed.map((one) => ({ ...one, ...(names ? { name: nameOf.get(one.person) ?? null } : {}) }));
    terminal.result(rows, () =>
      terminal.table(
        [
          { zh: names ? '姓名' : '人员', en: names ? 'name' : 'person' },
          { zh: '户号', en: 'household' },
          { zh: '状态', en: 'state' },
          { zh: '特殊群体', en: 'needs help' },
          { zh: '电话', en: 'phone' },
          { zh: '避护场所', en: 'shelter' },
          { zh: '时间', en: 'since' },
        ],
        listed.map(({ person, household, state: known, groups, phone, shelter, at }) => [
          nameOf.get(person) ?? person,
          household ?? terminal.pick({ zh: '不在册', en: 'in no ledger' }),
          terminal.pick({ zh: STATES[known ?? ''] ?? '未知', en: known ?? 'unknown' }),
          groups.map((one) => terminal.pick({ zh: GROUPS[one] ?? one, en: one })).join(' '),
          terminal.pick(phone ? { zh: '有', en: 'yes' } : { zh: '无', en: 'no' }),
          shelter ?? '',
          at === null ? '' : when(at),
        ]),
      ),
    );
    return EXIT.done;
  });
}

async function namesOf(listed: readonly PersonView[], session: Session): Promise<Map<string, string>> {
  const found = await session.ports.intake.named(
    listed.map(({ person }) => person),
    await mayReadNames(session),
  );
  return new Map(found.map(({ person, name, phone }) => [person, phone === undefined ? name : `${name} ${phone}`]));
}

export const TASK_PEOPLE_COMMAND: CommandOf = {
  name: 'tasks people',
  about: { zh: '一个转移任务的人员名单', en: 'the people of a transfer task' },
  example: 'tasks people 441800-flood-2020-E01/441802-001',
  words: [{ name: '<task>' }],
  options: [
    { flags: '--names', about: { zh: '显示姓名、电话（记入审计）', en: 'with names and telephones; the audit knows' } },
  ],
  run: (typed, terminal) => people(wordOf(typed, 0), flagOf(typed, 'names'), terminal),
};
