import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { typing, type Typing } from './command-for-tests.js';

const HERE = path.dirname(fileURLToPath(import.meta.url));
/** Six rows as an office keeps them: four good ones, one of somebody whom nobody knows, one of 30 February. */
const DECEMBER = path.join(HERE, 'fixtures', 'roster-december.xlsx');

let here: Typing;
const typed = (...words: string[]) => here.typed(...words);
const json = (...words: string[]): never => here.json<never>(...words);
type ShiftRow = Readonly<{ role: string; authority: string | null; name: string; from: string; until: string }>;

beforeAll(async () => {
  here = await typing();
});
afterAll(() => here.end());

it('takes a roster from a workbook, says of each row that does not fit why, and keeps the history', () => {
  const { status, stdout } = typed('roster', 'import', DECEMBER, '--reason', '12月值班安排', '--json');
  expect([status, JSON.parse(stdout)]).toMatchObject([
    3,
    {
      rows: 6,
      taken: 4,
      refusals: [
        { place: expect.stringContaining('row 6, 人员'), reason: expect.stringContaining('不是值班人员') },
        { place: expect.stringContaining('row 7, 开始'), reason: expect.stringContaining('不是时间') },
      ],
      rejected: [],
    },
  ]);
  const month = json('roster', 'month', '2026-12') as ShiftRow[];
  const day = month.filter(
    ({ role, authority, from }) =>
      role === 'duty-officer' && authority === null && from >= '2026-12-05T00:30' && from < '2026-12-05T12:01',
  );
  expect(day.map(({ name, from, until }) => `${name} ${from.slice(11, 16)} ${until.slice(11, 16)}`)).toEqual([
    '李值班 00:30 06:00',
    '周值班 06:00 12:00',
    expect.stringMatching(/ 12:00 00:30$/),
  ]);
  expect(
    (json('roster', 'history') as { by: string; reason: string }[]).map(({ by, reason }) => `${by} ${reason}`).sort(),
  ).toEqual(['wu 12月值班安排', 'wu 12月值班安排', 'wu 与陈值班换班', 'wu 周末带班']);
});

it('writes a month as a table that can be imported again, and as a calendar', () => {
  const [csv, ics] = [path.join(here.folder, 'month.csv'), path.join(here.folder, 'month.ics')];
  const shifts = json('roster', 'month', '2026-12', '--csv', csv, '--ics', ics) as ShiftRow[];
  const lines = readFileSync(csv, 'utf8').trim().split('\r\n');
  expect(lines).toHaveLength(1 + shifts.length);
  expect(lines).toContain('值班员,,李值班,2026-12-05 08:30,2026-12-05 14:00,');
  const calendar = readFileSync(ics, 'utf8');
  expect(calendar.match(/BEGIN:VEVENT/g)).toHaveLength(shifts.length);
  expect(calendar).toContain('DTSTART:20261205T003000Z');
  expect(typed('roster', 'import', csv, '--reason', '再次导入', '--json')).toMatchObject({ status: 0 });
  expect(json('roster', 'month', '2026-12')).toEqual(shifts);
});

it('names the rows that duty does not take, and why', () => {
  const past = path.join(here.folder, 'past.csv');
  writeFileSync(past, '岗位,人员,开始,结束\n值班员,李值班,2026-01-05 08:30,2026-01-06 08:30\n');
  const { status, stdout } = typed('roster', 'import', past, '--reason', '补录', '--json');
  expect([status, JSON.parse(stdout)]).toMatchObject([
    3,
    { rows: 1, taken: 0, refusals: [], rejected: [{ reason: expect.stringContaining('该时段已过') }] },
  ]);
});

it('shows who is on duty now, and refuses a month that is none', () => {
  expect(typed('roster').stdout).toContain('值班员');
  expect(typed('roster', 'month', '2026-13').status).toBe(2);
  expect(typed('handovers').status).toBe(0);
});
