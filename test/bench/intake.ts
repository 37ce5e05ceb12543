import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { utc } from '@fengsui/contracts';
import { Clock, connect, migrate, Notifications, startEmbedded } from '@fengsui/database';
import {
  KeptInputs,
  payloadOf,
  INTAKE_SCHEMA,
  IntakePlan,
  judge,
  readInput,
  Receiving,
  type Payload,
  type CheckedRecord,
} from '@fengsui/intake';
import { PostgresLog } from '@fengsui/log';
import { BASE_SCHEMAS } from '@fengsui/service';
import { parse as parseCsv } from 'csv-parse/sync';
import { XMLParser } from 'fast-xml-parser';
import { XmlDocument } from 'libxml2-wasm';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const PLAN = IntakePlan.read(path.join(ROOT, 'plans', 'qingyuan'));
/** As any file comes in. */
const WAY = {
  door: 'file',
  actor: 'bench',
  giver: null,
  marked: false,
  senders: PLAN.senders,
  divisions: PLAN.rules.divisions,
  ahead: PLAN.ahead,
  stations: PLAN.stations,
  told: new Set<string>(),
} as const;
const ROUNDS = 3;
const NOW = utc('2026-01-01T00:00:00Z');

/**
 * What the doors do on one core, beside the parsers that a user would otherwise take; then through the log; then a
 * file of 1 GB; then attacks.
 */
export async function benchIntake(): Promise<string[]> {
  const firms = csvOf(FIRMS_HEADER, firmsRow, 300_000);
  const readings = csvOf(READINGS_HEADER, readingRow, 500_000);
  const alerts = Array.from({ length: 4_000 }, (_, n) => Buffer.from(alert(n)));
  return [
    await rate('FIRMS rows read and checked', 300_000, () => readAndCheck([firms])),
    await rate('  csv-parse alone, strings only', 300_000, async () => void parseCsv(firms, { columns: true })),
    await rate('reading rows read and checked', 500_000, () => readAndCheck([readings])),
    await rate('  csv-parse alone, strings only', 500_000, async () => void parseCsv(readings, { columns: true })),
    await rate(`CAP alerts of ${alerts[0]?.length} bytes read and checked`, alerts.length, () => readAndCheck(alerts)),
    await rate('  fast-xml-parser alone, no checks', alerts.length, async () => {
      const parser = new XMLParser({ parseTagValue: false });
      for (const one of alerts) parser.parse(one);
    }),
    await rate('  libxml2 in WebAssembly alone, no checks', alerts.length, async () => {
      for (const one of alerts) XmlDocument.fromBuffer(one).dispose();
    }),
    ...(await throughTheLog(firms, readings)),
    large('1 GB of FIRMS rows read and checked, as it comes, in a heap of at most 100 MB'),
    ...ATTACKS.map(([name]) => attack(name)),
  ];
}

async function rate(what: string, count: number, work: () => Promise<void>): Promise<string> {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = process.hrtime.bigint();
    await work();
    rates.push((count * 1e9) / Number(process.hrtime.bigint() - started));
  }
  return `${what}: ${shown(rates)} a second (least / median / most of ${ROUNDS} rounds of ${count.toLocaleString('en')})`;
}
const shown = (rates: number[]): string =>
  rates
    .sort((a, b) => a - b)
    .map((one) => Math.round(one).toLocaleString('en'))
    .join(' / ');

async function readAndCheck(inputs: readonly Buffer[]): Promise<void> {
  for (const input of inputs) await checkAll(await payloadOf(input));
}

async function checkAll(payload: Payload): Promise<number> {
  const opened = await readInput(payload, PLAN.readers);
  if ('skipped' in opened) throw new Error(opened.skipped);
  let count = 0;
  for await (const records of opened.records)
    for (const record of records) {
      const judged = judge(record, WAY, NOW);
      if ('refusals' in judged) throw new Error(JSON.stringify(judged.refusals[0]));
      count += 1;
    }
  return count;
}

async function throughTheLog(...inputs: readonly Buffer[]): Promise<string[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-bench-'));
  const server = await startEmbedded(folder);
  try {
    await migrate(server.url, [...BASE_SCHEMAS, INTAKE_SCHEMA]);
    const db = await connect(server.url, 'bench', 8, [...BASE_SCHEMAS, INTAKE_SCHEMA]);
    const clock = new Clock(db);
    const log = new PostgresLog(db, clock, new Notifications(server.url), {
      batchSize: 500,
      onTrouble: () => undefined,
    });
    const receiving = new Receiving(db, log, clock, new KeptInputs(), PLAN);
    const rows: string[] = [];
    for (const [index, bytes] of inputs.entries()) {
      const started = process.hrtime.bigint();
      const receipt = await receiving.receiveBytes(bytes, { door: 'file', name: `${index}`, actor: 'bench' });
      if ('skipped' in receipt) throw new Error(receipt.skipped);
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      rows.push(
        `${receipt.format} end to end, bytes kept, identities claimed, events in the log: ${Math.round(receipt.accepted / seconds).toLocaleString('en')} rows a second (one round of ${receipt.accepted.toLocaleString('en')}, database on the same machine)`,
      );
    }
    await db.destroy();
    return rows;
  } finally {
    await server.release();
    rmSync(path.dirname(server.dataFolder), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

const GIGABYTE = 1_000_000_000;

/** Runs in a process of its own, so that its memory is its own. */
function large(what: string): string {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--max-old-space-size=100', fileURLToPath(import.meta.url), 'large'],
    {
      encoding: 'utf8',
    },
  );
  return stdout === '' ? `${what}: FAILED ${stderr.slice(-300)}` : `${what}: ${stdout.trim()}`;
}

/** The same rows again and again, made as they are read: nothing of it lies on a disk or in memory. */
async function readLarge(): Promise<string> {
  const block = csvOf('', firmsRow, 10_000).subarray(1);
  const size = GIGABYTE;
  const payload: Payload = {
    sha256: createHash('sha256').update('large').digest('hex'),
    size,
    open: function* () {
      yield Buffer.from(`${FIRMS_HEADER}\n`);
      for (let sent = 0; sent < size; sent += block.length) yield block;
    },
  };
  const started = process.hrtime.bigint();
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 100);
  const rows = await checkAll(payload);
  clearInterval(timer);
  peak = Math.max(peak, process.resourceUsage().maxRSS * 1024);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  return `${rows.toLocaleString('en')} rows in ${seconds.toFixed(0)} s, at most ${Math.round(peak / 1e6)} MB of memory (resident)`;
}

const ATTACKS: readonly (readonly [string, () => Buffer])[] = [
  [
    'an external entity',
    () =>
      Buffer.from(
        `<?xml version="1.0"?><!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]>${alert(1).replace('暴雨', '&x;')}`,
      ),
  ],
  [
    'a billion laughs',
    () =>
      Buffer.from(
        `<!DOCTYPE a [<!ENTITY l0 "ha">${Array.from({ length: 30 }, (_, n) => `<!ENTITY l${n + 1} "&l${n};&l${n};">`).join('')}]>${alert(1).replace('暴雨', '&l30;')}`,
      ),
  ],
  ['100,000 nested elements', () => Buffer.from(alert(1).replace('<area>', `${'<x>'.repeat(100_000)}<area>`))],
  [
    '100,000 nested arrays',
    () =>
      Buffer.from(
        `{"type":"reading.v1","occurredAt":"2020-01-01T00:00:00Z","data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      ),
  ],
  ['50 MB of text in one element', () => Buffer.from(alert(1).replace('暴雨', 'x'.repeat(50_000_000)))],
  ['50 MB in one line', () => Buffer.from(`${READINGS_HEADER}\n${'x'.repeat(50_000_000)}`)],
  ['a bomb of gzip, 1 GB in 1 MB', () => gzipSync(Buffer.alloc(GIGABYTE, ' '), { level: 9 })],
  [
    '__proto__',
    () =>
      Buffer.from(
        '{"type":"reading.v1","occurredAt":"2020-01-01T00:00:00Z","data":{"__proto__":{"station":"a"},"quantity":"stage","stageM":1}}',
      ),
  ],
  [
    '1e400',
    () =>
      Buffer.from(
        '{"type":"reading.v1","occurredAt":"2020-01-01T00:00:00Z","data":{"station":"a","quantity":"stage","stageM":1e400}}',
      ),
  ],
  ['a gzip whose length is wrong', () => gzipSync(Buffer.from(alert(1))).subarray(0, -6)],
  [
    'a quote that is never closed, 50 MB',
    () => Buffer.from(`${READINGS_HEADER}\n"${'x\n'.repeat(1_000)}${readingRow(1)}\n`),
  ],
];

function attack(name: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), 'attack', name], {
    encoding: 'utf8',
  });
  return stdout === '' ? `attack, ${name}: FAILED ${stderr.slice(-300)}` : `attack, ${name}: ${stdout.trim()}`;
}

function firstRefusal(records: readonly CheckedRecord[]): string | null {
  for (const record of records) {
    const judged = judge(record, WAY, NOW);
    if ('refusals' in judged) return `refused, ${judged.refusals[0]?.place}: ${judged.refusals[0]?.reason}`;
  }
  return null;
}

async function readAttack(name: string): Promise<string> {
  const bytes = ATTACKS.find(([one]) => one === name)?.[1]() ?? Buffer.alloc(0);
  // warm: what is measured is the attack, not the loading of code
  await checkAll(await payloadOf(Buffer.from(alert(0))));
  const before = process.memoryUsage().rss;
  const started = process.hrtime.bigint();
  let outcome = 'ACCEPTED';
  try {
    const opened = await readInput(await payloadOf(bytes), PLAN.readers);
    if ('skipped' in opened) outcome = `skipped: ${opened.skipped}`;
    else for await (const records of opened.records) outcome = firstRefusal(records) ?? outcome;
  } catch (error) {
    outcome = `refused: ${(error as Error).message}`;
  }
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  return `${outcome.slice(0, 110)} (${ms.toFixed(0)} ms, ${Math.max(0, Math.round((process.memoryUsage().rss - before) / 1e6))} MB more, ${bytes.length.toLocaleString('en')} bytes)`;
}

const FIRMS_HEADER =
  'latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight';
const firmsRow = (n: number): string =>
  `${(20.00003 + (n % 100_000) / 10_000).toFixed(5)},${(110 + ((n * 7) % 100_000) / 10_000).toFixed(5)},${300 + (n % 60)}.11,0.33,0.55,2023-01-${String(1 + (n % 28)).padStart(2, '0')},${n % 24}${String(n % 60).padStart(2, '0')},N20,VIIRS,n,2.0NRT,288.19,${n % 40}.92,N`;
const READINGS_HEADER = 'station,time,quantity,value,unit,window_minutes';
const readingRow = (n: number): string => {
  const day = String(1 + (n % 28)).padStart(2, '0');
  const time = `2023-0${1 + (n % 9)}-${day}T${String(n % 24).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}:00+08:00`;
  return n % 2 === 0 ? `g${n % 997},${time},stage,${(n % 900) / 100},m,` : `g${n % 997},${time},rain,${n % 40},mm,60`;
};
const csvOf = (header: string, row: (n: number) => string, count: number): Buffer =>
  Buffer.from(`${header}\n${Array.from({ length: count }, (_, n) => row(n)).join('\n')}\n`);

const info = (language: string): string =>
  `<info><language>${language}</language><category>Met</category><event>暴雨</event><responseType>Prepare</responseType><urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty><eventCode><valueName>GB/T 35561</valueName><value>11B03</value></eventCode><effective>2020-06-07T02:14:00+08:00</effective><expires>2020-06-07T14:14:00+08:00</expires><senderName>英德市气象台</senderName><headline>英德市气象台发布暴雨橙色预警信号</headline><description>${'预计未来三小时强降水持续，请注意防御。'.repeat(8)}</description><instruction>停止户外作业。</instruction><parameter><valueName>signalColour</valueName><value>橙色</value></parameter><area><areaDesc>英德市</areaDesc><polygon>24.1,113.1 24.2,113.1 24.2,113.2 24.1,113.2 24.1,113.1</polygon><geocode><valueName>GB/T 2260</valueName><value>441881</value></geocode></area></info>`;
const alert = (n: number): string =>
  `<?xml version="1.0" encoding="UTF-8"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>44188141600000_${n}</identifier><sender>44188141600000</sender><sent>2020-06-07T02:14:00+08:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>${info('zh-CN')}${info('en-US')}</alert>`;

const [mode, which = ''] = process.argv.slice(2);
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(mode === 'large' ? await readLarge() : await readAttack(which));
}
