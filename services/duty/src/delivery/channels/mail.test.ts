import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { Message } from './channel.js';
import { MailChannel, type MailSettings } from './mail.js';

const MESSAGE = {
  key: 'call/1/1/mail',
  call: 'call/1',
  person: 'chen',
  name: '陈志强',
  address: 'chen@example.invalid',
  subject: '【待签发】建议启动防汛Ⅳ级应急响应',
  text: '英德市暴雨红色预警',
  urgent: true,
  code: '000000',
} as unknown as Message;

let pair: { key: string; cert: string };
beforeAll(() => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-mail-'));
  const [key, cert] = ['key', 'pem'].map((name) => path.join(folder, name)) as [string, string];
  const words = ['req', '-x509', '-nodes', '-newkey', 'rsa:2048', '-days', '2', '-keyout', key, '-out', cert];
  const made = spawnSync('openssl', [...words, '-subj', '/CN=mail', '-addext', 'subjectAltName=IP:127.0.0.1']);
  if (made.status !== 0) throw new Error(made.stderr.toString());
  pair = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
});

let server: SMTPServer;
let mails: boolean[];
afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

/** A real SMTP server. @returns what sends to it; `mails` says of each whether it came encrypted */
async function channel(options: SMTPServerOptions, given: Partial<MailSettings>): Promise<MailChannel> {
  mails = [];
  server = new SMTPServer({
    authOptional: true,
    onData: (stream, session, done) => {
      mails.push(session.secure);
      stream.resume();
      stream.on('end', () => done());
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return new MailChannel({
    url: `smtp://127.0.0.1:${port}`,
    from: 'duty@example.invalid',
    tls: 'demanded',
    authority: pair.cert,
    ...given,
  });
}

it('goes out encrypted to a server that proves its name', async () => {
  await (await channel(pair, {})).send(MESSAGE);
  expect(mails).toEqual([true]);
});

it('does not go out in the clear where TLS is demanded and not offered', async () => {
  const sent = (await channel({ disabledCommands: ['STARTTLS'] }, {})).send(MESSAGE);
  await expect(sent).rejects.toThrow(/STARTTLS/);
  expect(mails).toEqual([]);
});

it('does not go out to a server that proves nothing', async () => {
  await expect((await channel(pair, { authority: null })).send(MESSAGE)).rejects.toThrow(/certificate|self.signed/i);
  expect(mails).toEqual([]);
});

it('goes out in the clear where nothing is offered and nothing demanded', async () => {
  await (await channel({ disabledCommands: ['STARTTLS'] }, { tls: 'offered' })).send(MESSAGE);
  expect(mails).toEqual([false]);
});
