import { LEVEL_IN_CHINESE, shanghaiMinute, utc, type UtcInstant } from '@fengsui/contracts';
import { withSession } from '../session.js';
import type { ClockOutput } from '../shapes.js';
import { EXIT, Misuse, type Terminal } from '../terminal.js';

const when = (at: UtcInstant | null): string => (at === null ? '—' : shanghaiMinute(at).replace('T', ' '));
const STATES: Readonly<Record<string, string>> = {
  ordered: '已签发',
  proposed: '待签发',
  raised: '已下达',
  moving: '转移中',
  overdue: '逾期',
  closed: '已完成',
  'to-verify': '待核查',
  judged: '已反馈',
  merged: '已归并',
  ringing: '呼叫中',
  answered: '已应答',
  exhausted: '无人应答',
};
const state = (terminal: Terminal, name: string): string => terminal.pick({ zh: STATES[name] ?? name, en: name });
const LAST_SHOWN = 30;

export function levels(at: string | undefined, terminal: Terminal): Promise<number> {
  if (at !== undefined && Number.isNaN(Date.parse(at))) throw new Misuse(`--at ${at}: 2020-06-07T03:00:00+08:00`);
  return withSession('ports', async ({ ports, plans }) => {
    const rows = await ports.response.levels(at === undefined ? undefined : utc(at));
    terminal.result(rows, () =>
      terminal.table(
        [
          { zh: '机构', en: 'authority' },
          { zh: '灾种', en: 'hazard' },
          { zh: '等级', en: 'level' },
          { zh: '状态', en: 'state' },
          { zh: '自', en: 'since' },
          { zh: '签发', en: 'decided by' },
          { zh: '理由', en: 'reason' },
        ],
        rows.map((row) => [
          row.authority,
          terminal.pick({ zh: '防汛', en: row.hazard }),
          terminal.pick({ zh: LEVEL_IN_CHINESE[row.level], en: row.level }),
          state(terminal, row.state),
          when(row.since),
          row.decidedBy === null ? null : plans.duty.nameOf(row.decidedBy),
          row.reason,
        ]),
      ),
    );
    return EXIT.done;
  });
}

export function tasks(open: boolean, terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports, plans }) => {
    const rows = await ports.response.tasks(open ? 'true' : undefined);
    terminal.result(
      rows,
      () =>
        terminal.table(
          [
            { zh: '任务', en: 'task' },
            { zh: '状态', en: 'state' },
            { zh: '县区', en: 'county' },
            { zh: '应转', en: 'people' },
            { zh: '已转', en: 'moved' },
            { zh: '不在', en: 'absent' },
            { zh: '拒转', en: 'refusing' },
            { zh: '限时', en: 'due' },
          ],
          rows
            .slice(-LAST_SHOWN)
            .map((row) => [
              row.id,
              state(terminal, row.state),
              plans.response.counties.nameOf(row.county),
              row.people,
              row.moved,
              row.absent,
              row.refusing,
              when(row.dueAt),
            ]),
        ) + cut(rows.length, terminal),
    );
    return EXIT.done;
  });
}

export function wildfires(open: boolean, terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports, plans }) => {
    const rows = await ports.wildfire.wildfires(open ? 'true' : undefined);
    terminal.result(
      rows,
      () =>
        terminal.table(
          [
            { zh: '编号', en: 'fire' },
            { zh: '状态', en: 'state' },
            { zh: '县区', en: 'county' },
            { zh: '首见', en: 'first seen' },
            { zh: '迹象', en: 'signs' },
            { zh: '核查限时', en: 'due' },
            { zh: '结论', en: 'verdict' },
          ],
          rows
            .slice(-LAST_SHOWN)
            .map((row) => [
              row.id,
              state(terminal, row.state),
              plans.wildfire.counties.nameOf(row.county),
              when(row.firstSeenAt),
              row.signs,
              when(row.dueAt),
              row.verdict,
            ]),
        ) + cut(rows.length, terminal),
    );
    return EXIT.done;
  });
}

export function calls(open: boolean, terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports, plans }) => {
    const rows = await ports.duty.calls(open ? 'true' : undefined);
    terminal.result(
      rows,
      () =>
        terminal.table(
          [
            { zh: '呼叫', en: 'call' },
            { zh: '状态', en: 'state' },
            { zh: '内容', en: 'subject' },
            { zh: '开始', en: 'started' },
            { zh: '步', en: 'steps' },
            { zh: '应答', en: 'answered by' },
          ],
          rows
            .slice(-LAST_SHOWN)
            .map((row) => [
              row.id,
              state(terminal, row.state),
              row.subject,
              when(row.startedAt),
              row.steps,
              row.answeredBy === null ? null : plans.duty.nameOf(row.answeredBy),
            ]),
        ) + cut(rows.length, terminal),
    );
    return EXIT.done;
  });
}

export function clock(terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports }) => {
    const output: ClockOutput = { now: await ports.clock.now(), virtual: await ports.clock.isVirtual(), idle: await ports.log.idle() };
    terminal.result(
      output,
      () =>
        `${when(output.now)} ${terminal.pick(output.virtual ? { zh: '虚拟时间', en: 'virtual time' } : { zh: '北京时间', en: 'wall time, Asia/Shanghai' })}`,
    );
    return EXIT.done;
  });
}

const cut = (count: number, terminal: Terminal): string =>
  count <= LAST_SHOWN
    ? ''
    : `\n${terminal.pick({ zh: `(共${count}项，显示最近${LAST_SHOWN}项；加 --json 全部列出)`, en: `(the last ${LAST_SHOWN} of ${count}; all with --json)` })}`;
