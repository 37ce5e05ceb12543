import { afterAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromShanghai } from '@fengsui/contracts';
import { warning } from './day.js';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-replayed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Replayed = Readonly<{
  instants: readonly Readonly<{
    at: string;
    authority: string;
    response: string;
    then: string | null;
    now: string;
    by: string | null;
  }>[];
  missed: number;
  false: number;
  leadMinutes: number | null;
}>;
function replayed(...words: readonly string[]): Replayed {
  const command = path.join(ROOT, 'services/fengsui/bin/fengsui.mjs');
  const { stdout, stderr } = spawnSync(process.execPath, [command, 'replay', ...words, '--json'], { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Replayed;
}
const at = (time: string): ReturnType<typeof fromShanghai> => fromShanghai(`2024-05-19T${time}`);
const order = (time: string, kind: string, more: object): object => ({
  type: 'order.v1',
  occurredAt: at(time),
  data: {
    orderId: `o-${time}`,
    actor: 'liang',
    speaksFor: null,
    reason: '会商',
    kind,
    authority: '441800',
    hazard: 'flood',
    ...more,
  },
});
const ofCity = ({ instants }: Replayed): readonly string[] =>
  instants.filter(({ authority }) => authority === '441800').map((one) => `${one.at} ${one.now} ${one.by ?? '-'}`);

describe('a season once more', () => {
  const data = path.join(folder, 'data');
  cpSync(path.join(ROOT, 'examples'), data, { recursive: true, filter: (name) => name.endsWith('examples') });
  writeFileSync(path.join(data, '1.xml'), warning('w1', at('20:05'), '橙色', ['441881000000']));
  writeFileSync(
    path.join(data, '2.csv'),
    `station,time,quantity,value,unit,window_minutes\nshijiao,2024-05-19T20:20:00+08:00,stage,9.1,m,\n`,
  );
  writeFileSync(
    path.join(data, '3.json'),
    JSON.stringify([
      order('20:25', 'confirm', { level: 'IV', counties: [] }),
      order('23:00', 'raise', { level: 'III', counties: [] }),
    ]),
  );

  it('says what is called for, who decided, what was missed, and how long before', () => {
    const found = replayed(data);
    expect(ofCity(found)).toEqual([`${at('20:05')} IV -`, `${at('20:25')} IV liang`, `${at('23:00')} III liang`]);
    // Ⅳ was proposed twenty minutes before it was ordered; for Ⅲ nothing called; the county's own was not followed.
    expect(found).toMatchObject({ missed: 1, false: 1, leadMinutes: 20 });
  });

  it('under another plan says something else', () => {
    const draft = path.join(folder, 'draft');
    cpSync(path.join(ROOT, 'plans/qingyuan'), draft, { recursive: true });
    const file = path.join(draft, 'flood-response.yaml');
    const text = readFileSync(file, 'utf8');
    // Two metres below the warning stage are enough: 9.10 m at 石角 call for IV on its reach.
    writeFileSync(file, text.replaceAll('aboveWarningM: 0, stations: 1', 'aboveWarningM: -2, stations: 1'));
    const found = replayed(data, '--plan', draft);
    expect(found.instants.filter(({ authority }) => authority === '441802')).toMatchObject([
      { at: at('20:20'), now: 'IV', reason: expect.stringContaining('石角站低于警戒水位1.90米') },
    ]);
  });

  it('is refused without data, and with an instant that has no zone', () => {
    expect(() => replayed()).toThrow('replay FILE');
    expect(() => replayed(data, '--from', '2024-05-19')).toThrow('--from 2024-05-19');
  });
});
