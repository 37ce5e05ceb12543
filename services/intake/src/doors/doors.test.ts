import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect as dial, type AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Role } from '@fengsui/access';
import { tokenOf } from '@fengsui/access/testing';
import { connect, migrate } from '@fengsui/database';
import { BASE_SCHEMAS, startServices, type ServiceProcess } from '@fengsui/service';
import { sharedFile } from '@fengsui/testing';
import { readSettings } from '@fengsui/settings';
import { testDatabase, type TestDatabase } from '@fengsui/database/testing';
import type { DataSource } from 'typeorm';
import { INTAKE_SCHEMA, IntakeModule, IntakePlan, payloadOf, Receiving } from '../index.js';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');
const KEY = 'a-key-that-nobody-guesses';
const reading = (station: string, stageM = 1): string =>
  JSON.stringify({
    type: 'reading.v1',
    occurredAt: '2020-06-07T08:00:00+08:00',
    data: { station, quantity: 'stage', stageM },
  });
const example = JSON.parse(readFileSync(path.join(ROOT, 'examples', 'incident-first.json'), 'utf8')) as {
  data: object;
};
const incident = (county: string): string =>
  JSON.stringify({ ...example, data: { ...example.data, county, incidentId: `i${county}` } });

let database: TestDatabase;
let home: string;
let running: ServiceProcess | null = null;
let db: DataSource;

beforeAll(async () => {
  database = await testDatabase([...BASE_SCHEMAS, INTAKE_SCHEMA]);
  db = await connect(database.url, 'doors test', 2, BASE_SCHEMAS);
});
beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'fengsui-doors-'));
});
afterEach(async () => {
  await running?.stop();
  running = null;
  rmSync(home, { recursive: true, force: true });
  await db.query(
    'truncate intake.input, intake.input_part, intake.accepted, intake.refusal, intake.note, intake.answered, intake.source, intake.seen_link, intake.gap, intake.source_seen, intake.unknown, schedule.job, log.record; update log.partition set next_offset = 0',
  );
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

/** Intake alone on a port of its own, with a plan whose senders and sources may be changed. */
async function start(
  changes: Readonly<{ feeders?: string; sources?: string; environment?: Record<string, string> }> = {},
): Promise<string> {
  const plan = path.join(home, 'plan');
  const { cpSync } = await import('node:fs');
  cpSync(path.join(ROOT, 'plans', 'qingyuan'), plan, { recursive: true });
  const senders = path.join(plan, 'senders.yaml');
  if (changes.feeders !== undefined)
    writeFileSync(senders, readFileSync(senders, 'utf8').replace('feeders: []', `feeders:\n${changes.feeders}`));
  if (changes.sources !== undefined)
    writeFileSync(path.join(plan, 'sources.yaml'), `timezone: Asia/Shanghai\nsources:\n${changes.sources}`);
  await migrate(database.url, [...BASE_SCHEMAS, INTAKE_SCHEMA]);
  const settings = {
    ...readSettings({
      FENGSUI_HOME: home,
      FENGSUI_HTTP_PORT: '0',
      LOG_LEVEL: 'error',
      FENGSUI_BODY_LIMIT_MB: '6',
      ...changes.environment,
    }),
  };
  running = await startServices(database.url, settings, {
    schemas: [INTAKE_SCHEMA],
    modules: [IntakeModule.of(IntakePlan.read(plan), settings, true)],
    consumers: [],
    relays: ['intake'],
    http: true,
  });
  return (await running.app.getUrl()).replace('[::1]', 'localhost');
}
const post = async (
  url: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; json: Record<string, unknown> }> => {
  const response = await fetch(url, { method: 'POST', body: new Uint8Array(Buffer.from(body)), headers });
  return {
    status: response.status,
    headers: response.headers,
    json: (await response.json()) as Record<string, unknown>,
  };
};
const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await what())) await sleep(50);
};

describe('the HTTP door', () => {
  it('takes one object, an array, NDJSON, CSV, XML and gzip, and answers what became of each record', async () => {
    const url = await start();
    expect(await post(`${url}/v1/readings`, reading('a'))).toMatchObject({
      status: 200,
      json: { records: 1, accepted: 1 },
    });
    expect(await post(`${url}/v1/readings`, `[${reading('a')},${reading('b')},{"x":1}]`)).toMatchObject({
      status: 200,
      json: {
        records: 3,
        accepted: 1,
        duplicates: 1,
        refused: 1,
        refusals: [{ place: expect.stringContaining('element 3') }],
      },
    });
    expect(await post(`${url}/v1/inputs`, `${reading('c')}\n${reading('d')}\n`)).toMatchObject({
      json: { accepted: 2 },
    });
    expect(
      await post(`${url}/v1/hotspots`, readFileSync(path.join(ROOT, 'examples', 'hotspots-firms.csv'))),
    ).toMatchObject({
      json: { format: 'firms-csv', refused: 0 },
    });
    const xml = readFileSync(path.join(ROOT, 'examples', 'warning-rain-red.cap.xml'));
    expect(await post(`${url}/v1/warnings`, gzipSync(xml), { 'content-encoding': 'gzip' })).toMatchObject({
      json: { format: 'cap', accepted: 1 },
    });
    expect(await post(`${url}/v1/warnings`, xml)).toMatchObject({ json: { duplicates: 1 } });
  });

  it.each([
    ['nothing', '/v1/readings', '', {}, 400, 'empty-body'],
    ['no door', '/v1/nowhere', '{}', {}, 404, 'no-endpoint'],
    ['a picture', '/v1/readings', 'x', { 'content-type': 'image/png' }, 415, 'unsupported-type'],
    ['brotli', '/v1/readings', 'x', { 'content-encoding': 'br' }, 415, 'unsupported-encoding'],
    ['an error page', '/v1/hotspots', '<html>no</html>', {}, 415, 'unknown-format'],
    [
      'gzip that is none',
      '/v1/readings',
      '\u001f\u008b\u0008broken',
      { 'content-encoding': 'gzip' },
      415,
      'unknown-format',
    ],
    ['broken gzip', '/v1/readings', gzipSync(Buffer.from(reading('a'))).subarray(0, -6), {}, 400, 'unreadable'],
    [
      'a reading on the door of warnings',
      '/v1/warnings',
      'station,time,quantity,value,unit,window_minutes\na,2020-06-07T08:00:00+08:00,stage,1,m,\n',
      {},
      422,
      'refused',
    ],
    ['6 MB and more', '/v1/readings', `[${' '.repeat(6_100_000)}]`, {}, 413, 'too-large'],
  ] as const)('answers %s with a problem document', async (_, door, body, headers, status, code) => {
    const url = await start();
    const answer = await post(`${url}${door}`, typeof body === 'string' ? Buffer.from(body) : body, headers);
    expect([answer.status, answer.json['type'], answer.headers.get('content-type')?.split(';')[0]]).toEqual([
      status,
      `urn:fengsui:problem:${code}`,
      'application/problem+json',
    ]);
  });

  it('unpacks no bomb', async () => {
    const url = await start();
    expect(
      await post(`${url}/v1/inputs`, gzipSync(Buffer.alloc(50_000_000, ' ')), { 'content-encoding': 'gzip' }),
    ).toMatchObject({
      status: 413,
    });
    expect(readdirSync(path.join(home, 'spool'))).toEqual([]);
  });

  it('gives the first answer again under the same idempotency key, and refuses the key for another body', async () => {
    const url = await start();
    const first = await post(`${url}/v1/readings`, reading('a'), { 'idempotency-key': 'k1' });
    const again = await post(`${url}/v1/readings`, reading('a'), { 'idempotency-key': 'k1' });
    expect([again.status, again.json, again.headers.get('idempotent-replayed')]).toEqual([200, first.json, 'true']);
    expect(await post(`${url}/v1/readings`, reading('b'), { 'idempotency-key': 'k1' })).toMatchObject({
      status: 422,
      json: { type: 'urn:fengsui:problem:key-reused' },
    });
  });

  it('lets a feeder send what its key allows, for the places that it allows, as often as it allows', async () => {
    const hash = createHash('sha256').update(KEY).digest('hex');
    const url = await start({
      feeders: `  - { name: yingde, keySha256: ${hash}, contracts: [incident.v1], areas: ['441881'], perMinute: 4 }\n`,
    });
    const key = { authorization: `Bearer ${KEY}` };
    expect(await post(`${url}/v1/incidents`, incident('441881'))).toMatchObject({ status: 401 });
    expect(await post(`${url}/v1/incidents`, incident('441881'), { authorization: 'Bearer wrong' })).toMatchObject({
      status: 401,
    });
    expect(await post(`${url}/v1/readings`, reading('a'), key)).toMatchObject({ status: 403 });
    expect(await post(`${url}/v1/incidents`, incident('441881'), key)).toMatchObject({
      status: 200,
      json: { accepted: 1 },
    });
    expect(await post(`${url}/v1/incidents`, incident('441882'), key)).toMatchObject({
      status: 422,
      json: { refusals: [{ reason: expect.stringContaining('441882') }] },
    });
    expect(await post(`${url}/v1/inputs`, reading('a'), { 'x-api-key': KEY })).toMatchObject({
      status: 422,
      json: { refusals: [{ reason: expect.stringContaining('reading.v1') }] },
    });
    await post(`${url}/v1/incidents`, incident('441881'), key);
    const late = await post(`${url}/v1/incidents`, incident('441881'), key);
    expect([late.status, Number(late.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect((await db.query(`select name from intake.input limit 1`)) as unknown[]).toEqual([
      { name: 'POST /v1/incidents' },
    ]);
  });
});

describe('the keys of a feeder', () => {
  const sha256 = (key: string): string => createHash('sha256').update(key).digest('hex');
  const tried = async (url: string, key: string): Promise<number> =>
    (await post(`${url}/v1/readings`, reading('a'), { authorization: `Bearer ${key}` })).status;

  it('are two while one takes over, and one works no longer when its time is over', async () => {
    const url = await start({
      feeders: `  - { name: water, contracts: [reading.v1], keys: [{ sha256: ${sha256('old')}, until: '2020-01-01T00:00:00+08:00' }, { sha256: ${sha256('new')} }] }
  - { name: other, contracts: [reading.v1], keys: [{ sha256: ${sha256('one')}, until: '2999-01-01T00:00:00Z' }, { sha256: ${sha256('two')} }] }\n`,
    });
    expect(await Promise.all(['old', 'new', 'one', 'two'].map((key) => tried(url, key)))).toEqual([401, 200, 200, 200]);
  });

  it('work no longer when they are withdrawn, without a restart', async () => {
    const url = await start({ feeders: `  - { name: water, contracts: [reading.v1], keySha256: ${sha256('key')} }\n` });
    expect(await tried(url, 'key')).toBe(200);
    const senders = path.join(home, 'plan', 'senders.yaml');
    writeFileSync(senders, readFileSync(senders, 'utf8').replace(sha256('key'), sha256('another')));
    while ((await tried(url, 'key')) === 200) await sleep(500);
    expect(await tried(url, 'another')).toBe(200);
  });
});

describe('an order over HTTP', () => {
  const order = (data: object): string =>
    JSON.stringify({
      type: 'order.v1',
      occurredAt: '2020-06-07T08:00:00+08:00',
      data: { orderId: 'o1', actor: '-', speaksFor: 'liang', reason: '', ...data },
    });
  const raise = order({ kind: 'raise', authority: '441800', hazard: 'flood', level: 'I', counties: [] });
  const answer = order({ kind: 'answer', callId: 'proposal/p', person: 'chen' });
  const progress = (task: string): string =>
    order({ kind: 'progress', taskId: task, moved: [], absent: 0, refusing: 0, evidence: 'none' });
  const feeder = (areas: string): string =>
    `  - { name: county, keySha256: ${createHash('sha256').update(KEY).digest('hex')}, contracts: [order.v1]${areas} }\n`;
  const logged = async (): Promise<number> =>
    ((await db.query('select count(*)::int as n from log.record')) as [{ n: number }])[0].n;

  it('that decides is refused from this machine and with a key, whoever it speaks for', async () => {
    let url = await start();
    expect(await post(`${url}/v1/orders`, raise)).toMatchObject({ status: 422, json: { refused: 1 } });
    expect(await post(`${url}/v1/inputs`, raise)).toMatchObject({ status: 422 });
    await running?.stop();
    url = await start({ feeders: feeder('') });
    const headers = { authorization: `Bearer ${KEY}` };
    expect(await post(`${url}/v1/orders`, raise, headers)).toMatchObject({ status: 422 });
    expect(await post(`${url}/v1/orders`, answer, headers)).toMatchObject({ status: 200, json: { accepted: 1 } });
    expect(await logged()).toBe(1);
  });

  it('is taken from somebody who is logged in and may, in their own name, and evidence is not', async () => {
    const url = await start({ feeders: feeder('') });
    const now = new Date().toISOString();
    const raised = JSON.stringify({ ...JSON.parse(raise), occurredAt: now });
    const headers = async (person: string, roles: readonly Role[]): Promise<Record<string, string>> => ({
      authorization: `Bearer ${await tokenOf(db, person, roles)}`,
    });
    const own = raised.replace('"speaksFor":"liang"', '"speaksFor":null');
    expect(await post(`${url}/v1/orders`, own, await headers('chen', ['duty-officer']))).toMatchObject({ status: 422 });
    const liang = await headers('liang', ['approver']);
    expect(await post(`${url}/v1/orders`, raised, liang)).toMatchObject({ status: 422 });
    expect(await post(`${url}/v1/orders`, own, liang)).toMatchObject({ status: 200, json: { accepted: 1 } });
    expect(await post(`${url}/v1/readings`, reading('a'), liang)).toMatchObject({ status: 403 });
    expect(await post(`${url}/v1/inputs`, reading('a'), liang)).toMatchObject({ status: 422 });
    expect(await post(`${url}/v1/orders`, own, { authorization: 'Bearer fst_nobody' })).toMatchObject({ status: 401 });
    const [{ body }] = (await db.query('select body from log.record')) as [{ body: string }];
    const { data } = JSON.parse(String(body)) as { data: object };
    expect(data).toMatchObject({ actor: 'liang', right: 'approve-I' });
  });

  it('or anything else is not taken without a key from a proxy on this machine, which speaks for others', async () => {
    const url = await start();
    for (const name of ['forwarded', 'x-forwarded-for', 'x-real-ip'])
      expect(await post(`${url}/v1/readings`, reading('a'), { [name]: '10.0.0.9' })).toMatchObject({ status: 403 });
    expect(await post(`${url}/v1/readings`, reading('a'))).toMatchObject({ status: 200 });
  });

  it('that reports is taken from a feeder of an area only for what lies in it', async () => {
    const url = await start({ feeders: feeder(`, areas: ['441881']`) });
    const headers = { authorization: `Bearer ${KEY}` };
    for (const refused of [answer, progress('441800-flood-2020-E01/441882-001'), progress('anything')])
      expect(await post(`${url}/v1/orders`, refused, headers)).toMatchObject({ status: 422 });
    expect(await post(`${url}/v1/orders`, progress('441800-flood-2020-E01/441881-001'), headers)).toMatchObject({
      status: 200,
    });
  });

  it('in a file that was dropped into the inbox is refused, and its neighbour is taken', async () => {
    const folder = path.join(home, 'inbox');
    await start({ environment: { FENGSUI_INBOX: folder } });
    writeFileSync(path.join(folder, 'both.json'), `[${raise},${reading('a')}]`);
    await until(async () => (await logged()) > 0);
    expect(await db.query('select reason from intake.refusal')).toMatchObject([
      { reason: expect.stringContaining('the order raise cannot come by folder') },
    ]);
  });
});

describe('who uploads', () => {
  const feeder = (name: string, key: string): string =>
    `  - { name: ${name}, keySha256: ${createHash('sha256').update(key).digest('hex')}, contracts: [reading.v1] }\n`;
  /** Sends the headers and a few bytes, and then nothing more. */
  const stuck = (url: string, key = KEY): Promise<Readonly<{ status: number; let: () => void }>> =>
    new Promise((resolve) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const asked = httpRequest(`${url}/v1/readings`, { method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode ?? 0, let: () => asked.destroy() });
      });
      asked.on('error', () => undefined); // the door hangs up
      asked.write('[');
    });

  it('and stops in the middle is let go with a word, and holds a place of its own only', async () => {
    const url = await start({
      feeders: feeder('one', KEY) + feeder('two', `${KEY}2`),
      environment: { FENGSUI_BODY_SECONDS: '5' },
    });
    // Four are inside until they are let go; the fifth finds no place.
    const five = Promise.all(Array.from({ length: 5 }, () => stuck(url)));
    const other = { authorization: `Bearer ${KEY}2` };
    expect((await post(`${url}/v1/readings`, reading('a'), other)).status).toBe(200);
    const ended = await five;
    expect(ended.map(({ status }) => status).sort()).toEqual([408, 408, 408, 408, 429]);
    ended.forEach((one) => one.let());
    expect((await post(`${url}/v1/readings`, reading('b'), { authorization: `Bearer ${KEY}` })).status).toBe(200);
  });

  it('and guesses keys is looked at no more after ten, while a right key is let in', async () => {
    const url = await start({ feeders: feeder('one', KEY) });
    const status = async (key: string): Promise<number> =>
      (await post(`${url}/v1/readings`, reading('a'), { authorization: `Bearer ${key}` })).status;
    const guessed: number[] = [];
    for (let n = 0; n < 25; n += 1) guessed.push(await status(`guess ${n}`));
    // Ten a minute; the minute may end in between, once.
    expect(guessed.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
    expect(guessed.filter((one) => one === 401).length).toBeLessThanOrEqual(20);
    expect(guessed).toContain(429);
    expect(await status(KEY)).toBe(200);
  });
});

describe('a browser on this machine', () => {
  /** As a browser would: `fetch` here lets nobody say what the host is. */
  const ask = (url: string, method: string, headers: Record<string, string>): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const asked = httpRequest(url, { method, headers }, (answer) => (answer.resume(), resolve(answer)));
      asked.on('error', reject);
      asked.end(method === 'POST' ? reading('a') : undefined);
    });

  it('writes nothing for a page of another site, and is asked by no other name', async () => {
    const url = await start({ environment: { FENGSUI_HTTP_NAMES: 'yj.example' } });
    const port = new URL(url).port;
    const status = async (method: string, headers: Record<string, string>): Promise<number | undefined> =>
      (await ask(`${url}/v1/${method === 'POST' ? 'readings' : 'sources'}`, method, headers)).statusCode;
    expect(await status('POST', { origin: 'http://evil.example', 'content-type': 'text/plain' })).toBe(403);
    expect(await status('POST', { 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await status('POST', { host: `evil.example:${port}` })).toBe(421);
    expect(await status('GET', { host: `evil.example:${port}` })).toBe(421);
    expect((await db.query('select count(*)::int as n from intake.accepted')) as unknown[]).toEqual([{ n: 0 }]);
    expect(await status('GET', { host: `yj.example:${port}` })).toBe(401);
    const token = await tokenOf(db, 'viewer', ['viewer']);
    expect(await status('GET', { host: `yj.example:${port}`, authorization: `Bearer ${token}` })).toBe(200);
    expect(await status('POST', { origin: new URL(url).origin })).toBe(200);
  });

  it('is told with every answer to keep, guess and frame nothing', async () => {
    const url = await start();
    const { headers } = await ask(`${url}/v1/sources`, 'GET', {});
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
    });
    expect((await ask(`${url}/`, 'TRACE', {})).statusCode).toBe(404);
  });

  it('is cut off when it goes on speaking after it was refused', async () => {
    const { port } = new URL(await start());
    const socket = dial(Number(port), '127.0.0.1');
    let said = '';
    socket.on('data', (bytes) => (said += bytes.toString())).on('error', () => undefined);
    socket.write(`POST /v1/nothing HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 100000\r\n\r\n`);
    const trickle = setInterval(() => socket.write('x'), 200);
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(trickle);
    expect(said).toMatch(/^HTTP\/1.1 404 /);
  });

  it.each(['constructor', '__proto__', 'toString', 'nothing'])('finds no way in at /v1/%s', async (name) => {
    expect(await post(`${await start()}/v1/${name}`, reading('a'))).toMatchObject({ status: 404 });
  });
});

describe('the inbox', () => {
  const inbox = (): string => path.join(home, 'inbox');
  const archived = (folder: string): string[] =>
    existsSync(path.join(inbox(), folder))
      ? readdirSync(path.join(inbox(), folder)).flatMap((day) => readdirSync(path.join(inbox(), folder, day)))
      : [];

  it('takes what is whole, leaves what is still written, and keeps what became of it', async () => {
    await start({ environment: { FENGSUI_INBOX: inbox() } });
    writeFileSync(path.join(inbox(), 'a.json.part'), reading('a'));
    writeFileSync(path.join(inbox(), 'bad.txt'), 'Invalid MAP_KEY.');
    writeFileSync(path.join(inbox(), 'b.json'), reading('b'));
    await until(() => archived('archive').length === 2 && archived('refused').length === 2);
    expect(readdirSync(inbox()).filter((name) => name.endsWith('.part'))).toEqual(['a.json.part']);
    renameSync(path.join(inbox(), 'a.json.part'), path.join(inbox(), 'a.json'));
    await until(() => archived('archive').length === 4);
    const receipts = archived('archive').filter((name) => name.endsWith('.receipt.json'));
    expect(receipts).toHaveLength(2);
    expect((await db.query('select count(*)::int as n from intake.accepted')) as unknown[]).toEqual([{ n: 2 }]);
  });

  it('takes a file of the longest name, and says what it was called', async () => {
    await start({ environment: { FENGSUI_INBOX: inbox() } });
    const name = `${'清'.repeat(77)}.json`;
    writeFileSync(path.join(inbox(), name), reading('a'));
    writeFileSync(path.join(inbox(), 'b.json'), reading('b'));
    await until(() => archived('archive').length === 4);
    const receipts = readdirSync(path.join(inbox(), 'archive')).flatMap((day) =>
      readdirSync(path.join(inbox(), 'archive', day))
        .filter((one) => one.endsWith('.receipt.json'))
        .map((one) => JSON.parse(readFileSync(path.join(inbox(), 'archive', day, one), 'utf8')) as { name: string }),
    );
    expect(receipts.map((receipt) => receipt.name).sort()).toEqual(['b.json', name].sort());
  });

  it('lets nothing that is no file stop what is: a folder stays, and one that was cut off is put aside', async () => {
    mkdirSync(path.join(inbox(), 'taken', 'no file.json'), { recursive: true });
    mkdirSync(path.join(inbox(), 'a folder'), { recursive: true });
    const warned = jest.spyOn(Logger.prototype, 'warn');
    await start({ environment: { FENGSUI_INBOX: inbox() } });
    writeFileSync(path.join(inbox(), 'b.json'), reading('b'));
    await until(() => archived('archive').length === 2 && archived('refused').length === 2);
    expect(readdirSync(path.join(inbox(), 'taken'))).toEqual([]);
    expect(existsSync(path.join(inbox(), 'a folder'))).toBe(true);
    const about = warned.mock.calls
      .map(([text]) => String(text))
      .filter((text) => text.includes('a folder is no file'));
    expect(about).toHaveLength(1); // once, and not at every look
    warned.mockRestore();
  });

  it('takes in again what was cut off', async () => {
    await start({ environment: { FENGSUI_INBOX: inbox() } });
    await running?.stop();
    writeFileSync(path.join(inbox(), 'taken', 'c.json'), reading('c'));
    await start({ environment: { FENGSUI_INBOX: inbox() } });
    await until(() => archived('archive').length === 2);
    expect(readdirSync(path.join(inbox(), 'taken'))).toEqual([]);
  });
});

const CASES = sharedFile('data', 'field-cases');
(CASES === null ? it.skip : it)(
  'the HTTP door takes every field case as the command does, byte for byte (left out where the real data are not at hand)',
  async () => {
    const files = readdirSync(CASES as string)
      .filter((folder) => /^\d/.test(folder) && !/^(02|15|16)-/.test(folder))
      .flatMap((folder) =>
        readdirSync(path.join(CASES as string, folder)).map((name) => path.join(CASES as string, folder, name)),
      );
    expect(files.length).toBeGreaterThan(25);
    const url = await start();
    const receiving = running?.app.get(Receiving, { strict: false }) as Receiving;
    for (const file of files) {
      const bytes = readFileSync(file);
      const payload = await payloadOf(bytes);
      const rehearsed = await receiving.rehearse({ payload, door: 'file', name: file, actor: 'test' });
      const { status, json } = await post(`${url}/v1/inputs`, bytes);
      if ('skipped' in rehearsed) expect([file, status]).toEqual([file, 415]);
      else {
        const { format, records, accepted, duplicates, refused } = rehearsed;
        expect([file, json]).toMatchObject([file, { format, records, accepted, duplicates, refused }]);
        expect([file, status]).toEqual([file, refused > 0 && refused === records ? 422 : 200]);
      }
    }
  },
);

describe('a polled source', () => {
  let server: Server;
  let answers: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end();
  let asked: IncomingMessage[] = [];
  let address = '';
  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(request);
      answers(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));
  const source = (kind: string, more = ''): string =>
    `  - { name: s1, kind: ${kind}, url: '${address}/data/{key}', schedule: '* * * * *', silentAfterMinutes: 5${more} }\n`;
  const environment = { FENGSUI_SOURCE_KEYS: 's1=secret' };
  /** Asks now, as the schedule would at its next minute. */
  const due = (): Promise<unknown> =>
    db.query(`update schedule.job set due_at = now() where kind = 'poll'; select pg_notify('schedule', '')`);
  const state = async (): Promise<{
    failures: number;
    etag: string | null;
    last_error: string | null;
    silent: boolean;
  }> =>
    (
      (await db.query('select failures, etag, last_error, silent_since is not null as silent from intake.source')) as {
        failures: number;
        etag: string | null;
        last_error: string | null;
        silent: boolean;
      }[]
    )[0] as never;
  const events = async (): Promise<string[]> =>
    ((await db.query(`select body from log.record order by topic, partition, "offset"`)) as { body: string }[]).map(
      ({ body }) => (JSON.parse(body) as { type: string }).type,
    );
  const header =
    'latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight\n';
  const row = '24.3,113.6,330.1,0.4,0.4,2023-01-01,605,N20,VIIRS,n,2.0NRT,290,12.5,D\n';

  it('is asked on its schedule, with its key, and asked again only for what changed', async () => {
    answers = (request, response) => {
      if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end();
      else response.writeHead(200, { etag: '"v1"' }).end(header + row);
    };
    await start({ sources: source('file'), environment });
    await due();
    await until(async () => (await state())?.etag === '"v1"');
    expect([asked[0]?.url, await events()]).toEqual(['/data/secret', ['hotspot.v1']]);
    const before = asked.length;
    await due();
    await until(() => asked.length > before);
    await until(async () => (await state()).failures === 0);
    expect(await events()).toEqual(['hotspot.v1']);
  });

  it.each([
    ['an error page', (response: ServerResponse) => response.end('<html>Invalid MAP_KEY</html>'), /web page/],
    ['an error', (response: ServerResponse) => response.writeHead(503).end('later'), /503/],
    ['half a row', (response: ServerResponse) => response.end(`${header}${row}24.3,113`), /cut off/],
    ['nothing', (response: ServerResponse) => response.end(''), /empty/],
  ])('that answers %s has failed, and is asked again soon', async (_, answer, reason) => {
    answers = (_request, response) => answer(response);
    await start({ sources: source('file'), environment });
    await due();
    await until(async () => ((await state())?.failures ?? 0) > 0);
    expect((await state()).last_error).toMatch(reason);
    const [job] = (await db.query(
      `select extract(epoch from due_at - now())::float8 as seconds from schedule.job where kind = 'poll'`,
    )) as { seconds: number }[];
    expect(job?.seconds).toBeLessThan(60);
  });

  it('that is silent for too long is announced once, and so is its return', async () => {
    let broken = true;
    answers = (_, response) => (broken ? response.writeHead(500).end() : response.end(header));
    await start({ sources: source('file'), environment });
    await db.query(`update intake.source set asked_at = now() - interval '1 hour'`);
    await due();
    await until(async () => (await state())?.silent === true);
    await due();
    await until(async () => (await state()).failures >= 2);
    expect(await events()).toEqual(['source-silent.v1']);
    broken = false;
    await due();
    await until(async () => (await state()).silent === false);
    expect(await events()).toEqual(['source-silent.v1', 'source-heard.v1']);
  });

  it('that sends by itself is announced when nothing comes any more, once, and so is its return', async () => {
    const pushed = `pushed:\n  - { name: p1, door: http, begins: 'POST /v1/readings', silentAfterMinutes: 5 }\n`;
    await start({ sources: `${source('file')}${pushed}`, environment });
    const look = (): Promise<unknown> =>
      db.query(
        `update schedule.job set due_at = now() where kind = 'pushed-silence'; select pg_notify('schedule', '')`,
      );
    const silentSince = async (): Promise<string | null> =>
      (
        (await db.query(`select silent_since from intake.source where name = 'p1'`)) as {
          silent_since: string | null;
        }[]
      )[0]?.silent_since ?? null;
    const came = (id: string, door: string, name: string): Promise<unknown> =>
      db.query(
        `insert into intake.input (sha256, door, name, format, received_at, size) values ($1, $2, $3, 'readings-csv', now(), 1)`,
        [id, door, name],
      );
    await db.query(`update intake.source set asked_at = now() - interval '1 hour' where name = 'p1'`);
    await look();
    await until(async () => (await silentSince()) !== null);
    await look();
    await came('other', 'http', 'POST /v1/warnings');
    await look();
    expect(await events()).toEqual(['source-silent.v1']);
    await came('own', 'http', 'POST /v1/readings');
    await look();
    await until(async () => (await silentSince()) === null);
    expect(await events()).toEqual(['source-silent.v1', 'source-heard.v1']);
  });

  it('that asked to be left alone is announced all the same when its silence is due, and one that hangs', async () => {
    answers = (_request, response) => response.writeHead(503, { 'retry-after': '7200' }).end();
    await start({ sources: source('file'), environment });
    await due();
    await until(async () => ((await state())?.failures ?? 0) > 0);
    expect(await state()).toMatchObject({ silent: false });
    const [row] = (await db.query(
      `select extract(epoch from due_at - now())::int as seconds from schedule.job where kind = 'silence'`,
    )) as { seconds: number }[];
    expect(row?.seconds).toBeLessThanOrEqual(300);
    await db.query(`update intake.source set asked_at = now() - interval '1 hour'`);
    await db.query(`update schedule.job set due_at = now() where kind = 'silence'; select pg_notify('schedule', '')`);
    await until(async () => (await state()).silent === true);
    expect([await events(), asked.length]).toEqual([['source-silent.v1'], 1]);
  });

  it('that is an index is followed; a bad entry blocks no neighbour, a changed one is fetched again', async () => {
    const alert = (id: string): string =>
      `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>${id}</identifier><sender>s</sender><sent>2020-06-07T02:14:00+08:00</sent><status>Actual</status><msgType>Cancel</msgType><scope>Public</scope></alert>`;
    let updated = '2020-06-07T02:14:00Z';
    answers = (request, response) => {
      const name = request.url ?? '';
      if (name.startsWith('/data'))
        response.end(
          `<feed xmlns="http://www.w3.org/2005/Atom">${['a', 'bad', 'b'].map((id) => `<entry><link href="/${id}"/><updated>${id === 'a' ? updated : 'x'}</updated></entry>`).join('')}</feed>`,
        );
      else if (name === '/bad') response.writeHead(404).end();
      else response.end(alert(name.slice(1)));
    };
    await start({ sources: source('cap-index'), environment });
    await due();
    await until(async () => (await events()).length === 2);
    const dead = async (): Promise<unknown[]> =>
      db.query('select failures, error from intake.seen_link where failures > 0');
    await until(async () => (await dead()).length > 0);
    expect(await dead()).toMatchObject([{ failures: 1, error: expect.stringContaining('404') }]);
    // The index was heard: its source is not the one that fails.
    expect(await state()).toMatchObject({ failures: 0, last_error: null });
    const before = asked.filter(({ url }) => url === '/a').length;
    updated = '2020-06-07T03:00:00Z';
    await due();
    await until(() => asked.filter(({ url }) => url === '/a').length > before);
    expect(asked.filter(({ url }) => url === '/b')).toHaveLength(1);
    // What is dead is asked for some times, and then left alone, however often its index is asked for.
    const polls = (): number => asked.filter(({ url }) => url?.startsWith('/data')).length;
    await until(async () => {
      await due();
      return (await db.query('select 1 from intake.seen_link where failures = 5')).length === 1;
    });
    const last = polls();
    await until(async () => {
      await due();
      return polls() > last + 1;
    });
    expect(asked.filter(({ url }) => url === '/bad')).toHaveLength(5);
  });

  it.each([
    ['a page', 502, '<!DOCTYPE html>\n<html><head><title>Bad gateway</title></head></html>', /502.*Bad gateway/],
    ['a page that says that all is well', 200, '<html><head><title>Maintenance</title></head></html>', /Maintenance/],
    ['a line of text', 200, 'Invalid MAP_KEY.\n', /Invalid MAP_KEY/],
  ])('that answers with %s failed, and what it says is shown', async (_what, status, body, words) => {
    answers = (_request, response) => response.writeHead(status).end(body);
    await start({ sources: source('file'), environment });
    await due();
    await until(async () => ((await state())?.failures ?? 0) > 0);
    expect((await state()).last_error).toMatch(words);
  });

  it.each([
    ['Atom', '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title></feed>'],
    ['RSS', '<rss version="2.0"><channel><title>t</title></channel></rss>'],
    ['GeoJSON', '{"@context":["https://api.weather.gov/ontology"],"type":"FeatureCollection","features":[]}'],
    ['JSON', '[]'],
    ['CSV', header],
  ])('that has nothing to say was heard: %s', async (_what, body) => {
    answers = (_request, response) => response.end(body);
    await start({ sources: source('file'), environment });
    await due();
    await until(async () => (await db.query('select 1 from intake.source where heard_at is not null')).length > 0);
    expect(await state()).toMatchObject({ failures: 0, last_error: null });
  });

  it('is left alone as long as it asks for', async () => {
    answers = (_request, response) => response.writeHead(503, { 'retry-after': '7200' }).end();
    await start({ sources: source('file'), environment });
    await due();
    await until(async () => ((await state())?.failures ?? 0) > 0);
    const [job] = (await db.query(
      `select extract(epoch from due_at - now())::int as seconds from schedule.job where kind = 'poll'`,
    )) as { seconds: number }[];
    expect(job?.seconds).toBeGreaterThan(7_000);
  });

  it('leads nowhere inside but to itself: no link and no redirect', async () => {
    const reached: string[] = [];
    const inside = createServer((request, response) => {
      reached.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
    const { port } = inside.address() as AddressInfo;
    answers = (request, response) => {
      if (request.url === '/redirect') response.writeHead(302, { location: `http://127.0.0.1:${port}/r` }).end();
      else if (request.url === '/own') response.writeHead(302, { location: '/moved' }).end();
      else if (request.url === '/moved') response.end(header + row);
      else
        response.end(
          `<feed xmlns="http://www.w3.org/2005/Atom">${[`http://127.0.0.1:${port}/l`, '/redirect', '/own'].map((to) => `<entry><link href="${to}"/></entry>`).join('')}</feed>`,
        );
    };
    await start({ sources: source('cap-index'), environment });
    await due();
    await until(async () => (await db.query('select 1 from intake.seen_link')).length === 3);
    expect(await db.query('select 1 from intake.seen_link where failures > 0')).toHaveLength(2);
    expect(await events()).toEqual(['hotspot.v1']);
    expect(reached).toEqual([]);
    await new Promise((resolve) => inside.close(resolve));
  });

  const caseFile = (folder: string, name: string): string | null => sharedFile('data', 'field-cases', folder, name);
  const real = caseFile('02-firms-not-csv', 'error-page.html') === null ? it.skip : it;
  const bytesOf = (folder: string, name: string): Buffer => readFileSync(caseFile(folder, name) as string);
  real.each([
    ['02-firms-not-csv', 'invalid-map-key.txt', 200, /Invalid MAP_KEY/],
    ['02-firms-not-csv', 'error-page.html', 502, /502/],
    ['15-empty-answers', 'empty.atom', 200, null],
    ['15-empty-answers', 'nws.json', 200, null],
  ])(
    'of the field cases: %s, %s (left out where the real data are not at hand)',
    async (folder, name, status, words) => {
      answers = (_request, response) => response.writeHead(status).end(bytesOf(folder, name));
      await start({ sources: source('file'), environment });
      await due();
      await until(async () => {
        const [row] = (await db.query('select failures, heard_at from intake.source')) as {
          failures: number;
          heard_at: Date | null;
        }[];
        return row !== undefined && (row.failures > 0 || row.heard_at !== null);
      });
      const { failures, last_error: said } = await state();
      if (words === null) expect([failures, said]).toEqual([0, null]);
      else expect([failures, said]).toEqual([1, expect.stringMatching(words)]);
      expect(await events()).toEqual([]);
    },
  );

  real('of the field cases: 16-index-two-links (left out where the real data are not at hand)', async () => {
    answers = (request, response) => {
      const name = path.basename(request.url ?? '');
      response.end(bytesOf('16-index-two-links', name === 'secret' ? 'index.atom' : name));
    };
    await start({ sources: source('cap-index'), environment });
    await due();
    await until(async () => (await db.query('select 1 from intake.seen_link where failures = 0')).length === 1);
    expect(await events()).toEqual(['weather-warning.v1']);
    // Over the turn of a minute the index is asked again; of its links only the one is.
    expect([...new Set(asked.map(({ url }) => url))]).toEqual(['/data/secret', '/data/a.xml']);
  });

  it('stands in for another host, and each says for itself what is wrong', async () => {
    answers = (request, response) => {
      if (request.url?.startsWith('/first') === true) response.writeHead(500).end('first is down');
      else if (refuses) response.writeHead(403).end('no such key');
      else response.end(header + row);
    };
    let refuses = true;
    const both = `  - { name: s1, kind: file, url: ['${address}/first/{key}', '${address}/second/{key}'], schedule: '* * * * *', silentAfterMinutes: 5 }\n`;
    await start({ sources: both, environment });
    await due();
    await until(async () => ((await state())?.failures ?? 0) > 0);
    expect((await state()).last_error).toMatch(/500.*first is down.*; .*403.*no such key/);
    refuses = false;
    await due();
    await until(async () => (await state()).failures === 0);
    expect(await events()).toEqual(['hotspot.v1']);
  });

  it('that says itself from when it is asked fills what was missed, and says what it could not', async () => {
    answers = (_request, response) => response.end(header + row);
    const dated = `  - { name: s1, kind: file, url: '${address}/{days}/{date}', schedule: '* * * * *', silentAfterMinutes: 5, keepsDays: 3, overlapHours: 0 }\n`;
    await start({ sources: dated });
    const missed = async (days: number): Promise<unknown> => {
      await db.query(
        `update intake.source set heard_at = now() - make_interval(days => $1), silent_since = now() - interval '1 hour'`,
        [days],
      );
      await due();
      await until(async () => (await state()).silent === false);
      return db.query('select state from intake.gap order by to_at desc limit 1');
    };
    expect(await missed(2)).toEqual([{ state: 'refilled' }]);
    const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
    expect([`/3/${day(2)}`, `/4/${day(3)}`]).toContain(asked.at(-1)?.url); // midnight may come between
    expect(await missed(10)).toEqual([{ state: 'in part' }]);
    await running?.stop();
    const url = await start({ sources: source('file'), environment });
    expect(await missed(1)).toEqual([{ state: 'lost' }]);
    expect(await db.query(`select satellite, pass_rows, records from intake.source_seen`)).toEqual([
      { satellite: 'NOAA-20', pass_rows: 1, records: 1 },
    ]);
    const measured = await (await fetch(`${url}/metrics`)).text();
    expect(measured).toMatch(/fengsui_source_age_seconds\{source="s1"\} [\d.]+/);
    expect(measured).toContain('fengsui_source_pass_records{source="s1",satellite="NOAA-20"} 1');
    expect(measured).toMatch(/fengsui_source_records_total\{source="s1",satellite="NOAA-20"\} [1-9]/);
    expect(measured).toMatch(/fengsui_source_delay_seconds_count\{source="s1"\} [1-9]/);
  });

  it('holds up no other, of twenty; and only those that fail ring', async () => {
    const names = {
      good: 10,
      hanging: 3,
      slow: 2,
      broken: 2,
      page: 1,
      busy: 1,
      empty: 1,
    };
    const all = Object.entries(names).flatMap(([name, count]) =>
      Array.from({ length: count }, (_, n) => `${name}-${n}`),
    );
    const held: ServerResponse[] = [];
    const slow: ServerResponse[] = [];
    answers = (request, response) => {
      const [, name = ''] = /^\/(\w+)-/.exec(request.url ?? '') ?? [];
      if (name === 'hanging') held.push(response);
      else if (name === 'slow') slow.push(response);
      else if (name === 'broken') response.writeHead(500).end('broken');
      else if (name === 'busy') response.writeHead(503, { 'retry-after': '3600' }).end();
      else if (name === 'page') response.end('<html><title>welcome</title></html>');
      else response.end(name === 'empty' ? header : header + row);
    };
    const sources = all
      .map(
        (name) =>
          `  - { name: ${name}, kind: file, url: '${address}/${name}', schedule: '* * * * *', silentAfterMinutes: 5, timeoutSeconds: 600 }\n`,
      )
      .join('');
    await start({ sources });
    await db.query(`update intake.source set asked_at = now() - interval '1 hour'`);
    const askedFor = (name: string): number => asked.filter(({ url }) => url?.startsWith(`/${name}`) === true).length;
    await due();
    await until(() => held.length === 3 && slow.length === 2);
    // While three hang and two take their time, the others are asked again and again.
    for (let round = 2; round <= 4; round += 1) {
      await until(async () => {
        await db.query(
          `update schedule.job set due_at = now() where kind = 'poll' and (key like 'good-%' or key = 'empty-0')`,
        );
        await db.query(`select pg_notify('schedule', '')`);
        return all.filter((name) => name.startsWith('good')).every((name) => askedFor(`${name}`) >= round);
      });
      expect([held.length, slow.length, askedFor('hanging'), askedFor('slow')]).toEqual([3, 2, 3, 2]);
    }
    slow.forEach((response) => response.end(header));
    held.forEach((response) => response.destroy());
    const silent = async (): Promise<string[]> =>
      (
        (await db.query('select name from intake.source where silent_since is not null order by name')) as {
          name: string;
        }[]
      ).map(({ name }) => name);
    await until(async () => (await silent()).length === 7);
    expect(await silent()).toEqual(['broken-0', 'broken-1', 'busy-0', 'hanging-0', 'hanging-1', 'hanging-2', 'page-0']);
    expect((await events()).filter((type) => type === 'source-silent.v1')).toHaveLength(7);
    expect(askedFor('busy')).toBe(1);
    await until(async () => (await db.query(`select 1 from intake.source where heard_at is not null`)).length === 13);
  });

  it('that the plan names no longer is due no more, and nobody waits for it', async () => {
    await db.query(`insert into intake.source (name, failures) values ('gone', 0);
      insert into schedule.job (service, kind, key, due_at, payload) values
        ('intake', 'poll', 'gone', now(), '{}'), ('intake/gone', 'poll', 'gone', now(), '{}')`);
    await start();
    await until(async () => (await db.query('select 1 from schedule.job')).length === 0);
  });

  it('an index that has no end is left as soon as it is too long', async () => {
    let sent = 0;
    let left = false;
    answers = (_request, response) => {
      response.on('close', () => (left = true));
      const more = (): void => {
        for (let goesOn = true; goesOn && !left && sent < 700_000_000; sent += 1_000_000)
          goesOn = response.write(' '.repeat(1_000_000));
        if (!left) response.once('drain', more);
      };
      response.write('<feed xmlns="http://www.w3.org/2005/Atom">');
      more();
    };
    await start({ sources: source('cap-index'), environment });
    await due();
    await until(async () => ((await state())?.failures ?? 0) > 0);
    expect((await state()).last_error).toContain('more than 4000000 bytes');
    await until(() => left);
    expect(sent).toBeLessThan(60_000_000); // what lies in buffers on the way
  });
});
