import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Type } from 'typebox';
import { environmentExample, readPlanCsv, readPlanYaml, readSettings } from './index.js';

describe('settings', () => {
  it('have safe defaults and no default for addresses of other systems', () => {
    const settings = readSettings({});
    expect(settings).toMatchObject({ FENGSUI_HTTP_HOST: '127.0.0.1', FENGSUI_HTTP_PORT: 7310, LOG_LEVEL: 'info' });
    expect([settings.DATABASE_URL, settings.MAIL_SMTP_URL, settings.WEBHOOK_URL]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('are refused all at once, each with its name and value', () => {
    const bad = {
      FENGSUI_HTTP_PORT: '99999',
      DATABASE_URL: 'mysql://x',
      LOG_LEVEL: 'loud',
      MAIL_SMTP_URL: 'smtp://x',
      FENGSUI_HTP_PORT: '1',
    };
    let message = '';
    try {
      readSettings(bad);
    } catch (error) {
      message = (error as Error).message;
    }
    for (const name of ['FENGSUI_HTTP_PORT', 'DATABASE_URL', 'LOG_LEVEL', 'MAIL_FROM', 'FENGSUI_HTP_PORT'])
      expect(message).toContain(name);
    expect(message).toContain('mysql://x');
  });

  it('are refused without telling a secret', () => {
    const secret = 'planted-secret';
    let message = '';
    try {
      readSettings({
        DATABASE_URL: `mysql://u:${secret}@h/d`,
        KAFKA_SASL: 'none',
        KAFKA_PASSWORD: secret,
        FENGSUI_TOKEN: secret,
      });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('mysql://u:***@h/d');
    expect(message).not.toContain(secret);
  });

  it('are all in the example', () => {
    for (const name of Object.keys(readSettings({}))) expect(environmentExample()).toContain(name);
  });
});

describe('a file of the plan', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-plan-'));
  const schema = Type.Object({ minutes: Type.Integer() }, { additionalProperties: false });
  const write = (text: string): void => writeFileSync(path.join(folder, 'x'), text);

  it('has a version that follows its content', () => {
    write('minutes: 5\n');
    const first = readPlanYaml(folder, 'x', schema);
    write('minutes: 6\n');
    expect(readPlanYaml(folder, 'x', schema).version).not.toBe(first.version);
  });

  it.each([
    ['minutes: soon\n', /minutes/],
    ['minutes: 5\nhours: 1\n', /hours/],
    ['minutes: 5\nminutes: 6\n', /unique/i],
    ['{', /x is no YAML/],
  ])('%j is refused with its place', (text, reason) => {
    write(text);
    expect(() => readPlanYaml(folder, 'x', schema)).toThrow(reason);
  });

  it('names the row of a CSV', () => {
    write('id,people\na,3\nb,many\n');
    expect(() => readPlanCsv(folder, 'x', Type.Object({ id: Type.String(), people: Type.Integer() }))).toThrow(
      /row 2\/people/,
    );
    expect(() => readPlanCsv(folder, 'nowhere', schema)).toThrow(/nowhere/);
  });
});
