import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import { COMMANDS } from './commands/index.js';

const BIN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', 'bin', 'fengsui.mjs');

/** The command as a person types it, on a database in which nothing has happened. */
describe('the command', () => {
  let database: TestDatabase;
  let folder: string;
  const settings = (): NodeJS.ProcessEnv => ({ ...process.env, DATABASE_URL: database.url, FENGSUI_HTTP_PORT: '0' });
  const typed = (words: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
    spawnSync(process.execPath, [BIN, ...words], { encoding: 'utf8', env: { ...settings(), ...environment } });
  beforeAll(async () => {
    database = await testDatabase([]);
    folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-command-'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await database.drop();
  });

  it('has an example for each of its commands that begins with its name', () => {
    expect(COMMANDS.filter(({ name, example }) => !example.startsWith(name)).map(({ name }) => name)).toEqual([]);
  });

  it('speaks Chinese, and English for who asks: by --lang or by the language of the system', () => {
    expect(typed(['--help'], { LANG: 'zh_CN.UTF-8', LC_ALL: '' }).stdout).toContain('城市应急管理');
    expect(typed(['--help', '--lang', 'en']).stdout).toContain('early warning');
    expect(typed(['--help'], { LANG: 'en_US.UTF-8', LC_ALL: '' }).stdout).toContain('early warning');
  });

  it('says its version, and what a shell needs to complete it', () => {
    expect(typed(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    for (const shell of ['bash', 'zsh', 'fish']) expect(typed(['completion', shell]).stdout).toContain('wildfires');
  });

  it('knows a command by the name that it had before', () => {
    for (const name of ['new-key', 'cap', 'reposition'])
      expect([name, typed([name, '--help']).status]).toEqual([name, 0]);
  });

  it('ends with 2 on wrong use, and names what is wrong', () => {
    const wrong = typed(['figurs']);
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('figurs')]);
    expect(typed(['tasks'], { FENGSUI_PLAN: '/nowhere' })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('FENGSUI_PLAN'),
    });
  });

  it('is not troubled by a reader that has had enough, and sends no colours through a pipe', () => {
    const { status, stderr, stdout } = spawnSync(
      'sh',
      ['-c', `"${process.execPath}" "${BIN}" formats --json | head -1`],
      {
        encoding: 'utf8',
        env: settings(),
      },
    );
    expect([status, stderr, stdout.trim()]).toEqual([0, '', '[']);
    // eslint-disable-next-line no-control-regex
    expect(typed(['formats']).stdout).not.toMatch(/\u001b/);
  });

  it.each([
    ['nothing in it', ''],
    ['bytes that are no text', Buffer.from([0, 1, 2, 255, 254, 0, 7])],
    ['words that no reader knows', 'hello\n'],
  ])('says of a file with %s that nothing reads it, and ends with 1', (name, content) => {
    const file = path.join(folder, `${name.length}.dat`);
    writeFileSync(file, content);
    const { status, stdout } = typed(['feed', file, '--json']);
    expect([status, JSON.parse(stdout)]).toMatchObject([1, { accepted: 0, skipped: [{ file }] }]);
  });

  it('lists what came in, shows one with its bytes, reads it again, and names what the plan does not know', () => {
    const file = path.join(folder, 'stages.csv');
    const csv =
      'station,time,quantity,value,unit,window_minutes\n飞来峡,2026-11-03T08:00:00+08:00,stage,17.2,m,\nlongli,2026-11-03,stage,9,m,\n';
    writeFileSync(file, csv);
    expect(typed(['feed', file]).status).toBe(3);
    const json = (...words: string[]): unknown => JSON.parse(typed([...words, '--json']).stdout);
    const [input] = json('inputs', 'list', '--refused') as { id: string }[];
    expect(input).toMatchObject({ name: file, format: 'readings-csv', refused: 1, notes: 1 });
    const id = input?.id.slice(0, 12) ?? '';
    const copy = path.join(folder, 'copy.csv');
    expect(json('inputs', 'show', id, '--bytes', copy)).toMatchObject({
      text: csv,
      refusals: [{ place: 'line 3, time' }],
      notes: [{ note: expect.stringContaining('feilaixia') }],
    });
    expect(readFileSync(copy, 'utf8')).toBe(csv);
    expect(typed(['inputs', 'show', id]).stdout).toContain('第3行 time："2026-11-03" 不是时间');
    expect(json('inputs', 'retry', id)).toMatchObject({ duplicates: 1, refused: 1 });
    expect(typed(['inputs', 'show', 'ffffffff'])).toMatchObject({ status: 2 });
    const rehearsed = typed(['feed', '--dry-run', file, '--json']);
    expect(JSON.parse(rehearsed.stdout)).toMatchObject({
      accepted: 0,
      duplicates: 1,
      files: [
        {
          would: [
            {
              place: 'line 2',
              contract: 'reading.v1',
              area: '飞来峡',
              duplicateOf: expect.stringContaining('reading/飞来峡'),
            },
          ],
        },
      ],
    });
    expect(json('unknown')).toMatchObject([{ kind: 'station', name: '飞来峡', records: 1, near: ['feilaixia'] }]);
    const gauges = json('gauges') as { station: string; state: string }[];
    expect(gauges.find(({ station }) => station === 'longli')).toMatchObject({ state: 'silent', warningStageM: 13 });
    expect(gauges.at(-1)).toMatchObject({ station: '飞来峡', state: 'unknown', near: ['feilaixia'] });
    expect(typed(['gauges']).stdout).toMatch(/龙沥站.*清城区/);
  });

  it('says of a file that is none of the format named after --as', () => {
    const file = path.join(folder, 'readings.csv');
    writeFileSync(file, 'station,time,quantity,value,unit,window_minutes\n');
    expect(typed(['feed', file, '--as', 'cap']).status).not.toBe(0);
    expect(typed(['feed', file, '--as', 'no-such-format']).status).toBe(2);
  });

  it.each([
    ['orders answer nocall --person wu', 'nocall'],
    ['orders progress notask', 'notask'],
    ['orders verdict nofire farm-burn --by wu', 'nofire'],
    ['orders correct nothing --reason x', 'nothing'],
    ['orders confirm --by liang', 'no open proposal'],
  ])('says to `%s` that there is no such thing', (line, named) => {
    expect(typed(line.split(' '))).toMatchObject({ status: 2, stderr: expect.stringContaining(named) });
  });

  it('tells what is wrong when the database cannot be reached, and goes on with what it can', () => {
    const { status, stdout } = typed(['doctor', '--json'], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: { name: string; ok: boolean }[] };
    expect([status, ok]).toEqual([1, false]);
    expect(checks.find(({ name }) => name === 'database')).toMatchObject({ ok: false });
    expect(checks.find(({ name }) => name === 'plan')).toMatchObject({ ok: true });
  });
});
