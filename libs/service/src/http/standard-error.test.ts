import { afterEach, expect, it, jest } from '@jest/globals';
import { secretsIn } from '@fengsui/settings';
import { StandardError } from './standard-error.js';

const SECRETS = secretsIn(
  {
    KAFKA_PASSWORD: 'planted-kafka',
    MAIL_SMTP_URL: 'smtp://duty:planted%2Fmail@mail.example:25',
    WEBHOOK_URL: 'https://robot.example/send?key=planted-robot',
    FENGSUI_SOURCE_KEYS: 'firms=planted-firms,other=planted-other',
  },
  ['postgres://fengsui:planted-database@127.0.0.1:5432/fengsui'],
);

let said = '';
const logger = (LOG_FORMAT: 'text' | 'json'): StandardError => {
  said = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  return new StandardError({ LOG_LEVEL: 'info', LOG_FORMAT }, SECRETS);
};
afterEach(() => void jest.restoreAllMocks());

it.each(['text', 'json'] as const)('hides the secrets of the settings in %s, whatever carries them', (format) => {
  const log = logger(format);
  for (const secret of [
    'planted-kafka',
    'planted%2Fmail',
    'planted/mail',
    'planted-robot',
    'planted-firms',
    'planted-database',
  ])
    log.error(`cannot reach it with ${secret}`, `Error: ${secret}\n    at somewhere`, 'test');
  expect(said).toContain('cannot reach it with ***');
  expect(said).not.toContain('planted');
});

it('writes one JSON object a line, with its time in UTC, whatever the message holds', () => {
  logger('json').warn('a name with "quotes"\nand {"level":"log","message":"forged"}', 'intake');
  const lines = said.trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    level: 'warn',
    context: 'intake',
    message: expect.stringContaining('\n'),
  });
});
