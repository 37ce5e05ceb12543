import { readFileSync, writeFileSync } from 'node:fs';
import ical from 'ical-generator';
import { addMinutes, fromShanghai, shanghaiMinute, type UtcInstant } from '@fengsui/contracts';
import { shiftsOf, type Shift } from '@fengsui/duty';
import { rosterCsv } from '@fengsui/intake';
import { textOf, wordOf, type CommandOf } from '../command.js';
import { csvLine } from '../csv-line.js';
import type { Plans } from '../one-process.js';
import { withSession, workedThrough } from '../session.js';
import { EXIT, Misuse, when } from '../terminal.js';
import { giverHere, outcomeOf } from './give-order.js';
import { listing, tableOf } from './listing.js';

/** `2026-12-01 08:30`, as a roster is read again. */
const clock = (at: UtcInstant): string => shanghaiMinute(at).replace('T', ' ');
const authorityName = (authority: string | null, plans: Plans): string =>
  authority === null ? '市本级' : plans.duty.counties.nameOf(authority);

/** From the first to the last moment of a month in Beijing. @throws Misuse */
function monthOf(written: string): readonly [UtcInstant, UtcInstant] {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(written)) throw new Misuse(`${written}: 2026-12`);
  const [year = 0, month = 0] = written.split('-').map(Number);
  const next = month === 12 ? `${year + 1}-01` : `${year}-${String(month + 1).padStart(2, '0')}`;
  return [fromShanghai(`${written}-01T00:00`), fromShanghai(`${next}-01T00:00`)];
}

const HEADER = ['岗位', '机构', '人员', '开始', '结束', '备注'];
const csvOf = (shifts: readonly Shift[], plans: Plans): string =>
  [
    HEADER,
    ...shifts.map(({ role, authority, person, from, until, gap }) => [
      plans.duty.roleName(role),
      authority === null ? '' : plans.duty.counties.nameOf(authority),
      gap === null ? plans.duty.nameOf(person) : '',
      clock(from),
      clock(until),
      gap === null ? '' : '空缺',
    ]),
  ]
    .map(csvLine)
    .join('\r\n');

function icalOf(shifts: readonly Shift[], plans: Plans, name: string): string {
  const calendar = ical({ name, prodId: { company: 'fengsui', product: 'roster', language: 'ZH' } });
  for (const { role, authority, person, from, until, gap } of shifts)
    calendar.createEvent({
      id: `${authority ?? 'city'}-${role}-${from}@fengsui`,
      start: new Date(from),
      end: new Date(until),
      stamp: new Date(from),
      summary: `${authorityName(authority, plans)}${plans.duty.roleName(role)}：${gap === null ? plans.duty.nameOf(person) : '空缺'}`,
    });
  return calendar.toString();
}

export const ROSTER_COMMANDS: readonly CommandOf[] = [
  tableOf(
    { name: 'roster', about: { zh: '此刻谁在值班，到何时', en: 'who is on duty now, and until when' } },
    async ({ ports, plans }) => {
      const now = await ports.clock.now();
      const shifts = shiftsOf(await ports.duty.roster(), now, addMinutes(now, 31 * 1_440));
      return shifts
        .filter(({ from }) => from === now)
        .map((shift) => ({ ...shift, name: plans.duty.nameOf(shift.person) }));
    },
    [
      [{ zh: '机构', en: 'authority' }, ({ authority }, _terminal, { plans }) => authorityName(authority, plans)],
      [{ zh: '岗位', en: 'role' }, ({ role }, _terminal, { plans }) => plans.duty.roleName(role)],
      [{ zh: '人员', en: 'person' }, ({ name }) => name],
      [{ zh: '至', en: 'until' }, ({ until }) => when(until)],
      [{ zh: '空缺', en: 'gap' }, ({ gap }) => gap],
    ],
  ),
  {
    name: 'roster month',
    about: { zh: '一个月的值班表，或写成 CSV、iCal', en: 'the roster of a month, or written as CSV or iCal' },
    example: 'roster month 2026-12 --csv roster.csv --ics roster.ics',
    words: [{ name: '<month>', about: { zh: '如 2026-12', en: 'such as 2026-12' } }],
    options: [
      { flags: '--csv <file>', about: { zh: '写成 CSV，可再导入', en: 'write CSV, which can be imported again' } },
      { flags: '--ics <file>', about: { zh: '写成 iCal', en: 'write iCal' } },
    ],
    run: (typed, terminal) =>
      withSession('ports', async ({ ports, plans }) => {
        const month = wordOf(typed, 0);
        const [from, until] = monthOf(month);
        const shifts = shiftsOf(await ports.duty.roster(), from, until);
        const [csv, ics] = [textOf(typed, 'csv'), textOf(typed, 'ics')];
        // Spreadsheets take a file without the mark for one in another encoding.
        if (csv !== undefined) writeFileSync(csv, `\ufeff${csvOf(shifts, plans)}\r\n`);
        if (ics !== undefined) writeFileSync(ics, icalOf(shifts, plans, `值班表 ${month}`));
        const gaps = shifts.filter(({ gap }) => gap !== null).length;
        terminal.result(
          shifts.map((shift) => ({ ...shift, name: plans.duty.nameOf(shift.person) })),
          () =>
            [
              terminal.table(
                HEADER.map((zh, n) => ({ zh, en: ['role', 'authority', 'person', 'from', 'until', 'note'][n] ?? zh })),
                shifts.map(({ role, authority, person, from: begins, until: ends, gap }) => [
                  plans.duty.roleName(role),
                  authorityName(authority, plans),
                  plans.duty.nameOf(person),
                  clock(begins),
                  clock(ends),
                  gap === null ? '' : terminal.pick({ zh: '空缺', en: gap }),
                ]),
              ),
              terminal.pick({ zh: `空缺${gaps}处`, en: `${gaps} gaps` }),
            ].join('\n'),
        );
        return EXIT.done;
      }),
  },
  {
    name: 'roster import',
    about: { zh: '导入值班表（CSV 或 .xlsx）', en: 'import a roster (CSV or .xlsx)' },
    example: 'roster import 2026-12.xlsx --reason 12月值班安排',
    words: [{ name: '<file>' }],
    options: [
      { flags: '--reason <text>', about: { zh: '理由', en: 'reason' }, required: true },
      { flags: '--by <person>', about: { zh: '代表谁', en: 'on whose behalf' } },
    ],
    run: (typed, terminal) =>
      withSession('services', async (session) => {
        const { ports, plans } = session;
        const [file, by] = [wordOf(typed, 0), textOf(typed, 'by')];
        const giver = await giverHere(session);
        const now = await ports.clock.now();
        const orders = `roster-${now.replace(/\D/g, '')}-`;
        const words = {
          roleOf: (written: string) =>
            plans.duty.roles.find((role) => role === written || plans.duty.roleName(role) === written) ?? null,
          authorityOf: (written: string) => authorityOf(written, plans),
          personOf: (written: string) => personOf(written, plans),
          by: {
            actor: giver.person,
            speaksFor: by === undefined || by === giver.person ? null : by,
            now,
            reason: textOf(typed, 'reason') ?? '',
            orders,
          },
        };
        const receipt = await ports.receiving.receiveBytes(bytesOf(file), {
          door: 'cli',
          name: file,
          actor: giver.person,
          giver,
          readers: [rosterCsv(words)],
        });
        if ('skipped' in receipt) throw new Misuse(receipt.skipped);
        await workedThrough(ports);
        const rejected: { order: string; reason: string }[] = [];
        for (const order of await ports.duty.ordersOf(`order/${orders}`)) {
          const { outcome, reason } = await outcomeOf(ports, order);
          if (outcome !== 'done') rejected.push({ order, reason });
        }
        const output = {
          file,
          rows: receipt.records,
          taken: receipt.accepted - rejected.length,
          refusals: [...receipt.refusals],
          rejected,
        };
        terminal.result(output, () =>
          [
            terminal.pick({
              zh: `${output.rows}行，已采用${output.taken}行`,
              en: `${output.rows} rows, ${output.taken} taken`,
            }),
            ...output.refusals.map(({ place, reason, expected }) => `${place}: ${reason} — ${expected}`),
            ...rejected.map(({ order, reason }) => `${order}: ${reason}`),
          ].join('\n'),
        );
        return output.refusals.length + rejected.length > 0 ? EXIT.partlyRefused : EXIT.done;
      }),
  },
  tableOf(
    { name: 'roster history', about: { zh: '值班调整的历史', en: 'every change of the roster' } },
    ({ ports }) => ports.duty.rosterHistory(),
    [
      [{ zh: '编号', en: 'change' }, ({ id }) => id],
      [
        { zh: '岗位', en: 'role' },
        ({ role }, terminal, { plans }) =>
          role === null ? terminal.pick({ zh: '请假', en: 'leave' }) : plans.duty.roleName(role),
      ],
      [{ zh: '人员', en: 'person' }, ({ person }, _terminal, { plans }) => plans.duty.nameOf(person)],
      [{ zh: '开始', en: 'from' }, ({ from }) => clock(from)],
      [{ zh: '结束', en: 'until' }, ({ until }) => clock(until)],
      [{ zh: '批准', en: 'by' }, ({ by }, _terminal, { plans }) => plans.duty.nameOf(by)],
      [{ zh: '理由', en: 'reason' }, ({ reason }) => reason],
      [
        { zh: '撤回', en: 'withdrawn' },
        ({ withdrawnAt, withdrawnReason }) =>
          withdrawnAt === null ? null : `${clock(withdrawnAt)} ${withdrawnReason ?? ''}`,
      ],
    ],
  ),
  listing(
    { name: 'handovers', about: { zh: '交接班', en: 'handovers of shifts' } },
    async ({ ports }, open) => [...(await ports.duty.handovers(open))].reverse(),
    [
      [{ zh: '编号', en: 'handover' }, ({ id }) => id],
      [{ zh: '交班', en: 'goes' }, ({ from }, _terminal, { plans }) => plans.duty.nameOf(from)],
      [{ zh: '接班', en: 'comes' }, ({ to }, _terminal, { plans }) => plans.duty.nameOf(to)],
      [{ zh: '未办结', en: 'open' }, ({ items }) => items.length],
      [{ zh: '已接收', en: 'accepted' }, ({ accepted }) => accepted.length],
      [{ zh: '交班签字', en: 'gave' }, ({ gaveAt }) => (gaveAt === null ? null : when(gaveAt))],
      [{ zh: '接班签字', en: 'took' }, ({ tookAt }) => (tookAt === null ? null : when(tookAt))],
    ],
  ),
];

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Misuse(`${file}: ${(error as Error).message}`);
  }
}

function authorityOf(written: string, { duty }: Plans): string | null {
  if (written === '' || written === '市本级' || written === duty.city) return duty.city;
  return duty.counties.all().find(({ code, name }) => code === written || name === written)?.code ?? null;
}

function personOf(written: string, { duty }: Plans): string | null {
  if (duty.people.has(written)) return written;
  const named = [...duty.people.values()].filter(({ name }) => name === written);
  return named.length === 1 ? (named[0]?.id ?? null) : null;
}
