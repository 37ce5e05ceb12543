import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect as dial, type AddressInfo, type Socket } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { connect, startEmbedded } from '@fengsui/database';
import { startProduct, stopProduct } from './product.js';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
/** How often `/health` is asked meanwhile. */
const ASK_EVERY_MS = 20;
const MEGABYTE = 1_000_000;

/**
 * `npm run bench -- limits`: what would once have stopped or blinded everything, given to the whole product as it
 * starts: how long each takes, how much memory it takes at most, and how long `/health` lets whoever asks wait.
 */
export async function benchLimits(say: (row: string) => void): Promise<void> {
  const product = await Product.start();
  try {
    say('| what comes in | answer | seconds | peak memory | /health: slowest of n |');
    say('|---|---|--:|--:|--:|');
    await product.fed('nothing', null, say);
    for (const [what, make] of INPUTS) await product.fed(what, make(), say);
    await product.beside(
      '16 uploads of a byte a second by one feeder, and one of another',
      () => slowUploads(product),
      say,
    );
    await product.beside('4,000 connections that say nothing', () => idleConnections(product), say);
    await product.beside('an index of 700 MB from a polled source', () => product.indexed(), say);
    say(await product.ended());
  } finally {
    await product.stop();
  }
}

/** An alert of Yingde's bureau with outlines around it. */
function alert(outlines: readonly string[]): string {
  const areas = outlines.map((one) => `<area><areaDesc>英德</areaDesc><polygon>${one}</polygon></area>`).join('');
  return `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>limits-${outlines.length}-${areas.length}</identifier>
<sender>44188141600000</sender><sent>${new Date().toISOString().slice(0, 19)}-00:00</sent><status>Actual</status><msgType>Alert</msgType>
<scope>Public</scope><info><category>Met</category><event>暴雨</event><urgency>Immediate</urgency><severity>Severe</severity>
<certainty>Likely</certainty><eventCode><valueName>GB/T 35561</valueName><value>11B03</value></eventCode>${areas}</info></alert>`;
}

/** A zigzag through the county: no two points alike, as an outline of rain cells would be. */
function outline(points: number, decimals = 4): string {
  const corners = Array.from({ length: points - 1 }, (_, n) => {
    const angle = (2 * Math.PI * n) / (points - 1);
    const radius = 0.3 + (n % 2) * 0.2;
    return `${(24.3 + radius * Math.sin(angle)).toFixed(decimals)},${(113.69 + radius * Math.cos(angle)).toFixed(decimals)}`;
  });
  return [...corners, corners[0]].join(' ');
}

/** What is posted, and under which type. */
type Body = Readonly<{ bytes: Buffer; type: string; packed?: boolean }>;
const xml = (text: string): Body => ({ bytes: Buffer.from(text), type: 'application/xml' });
const SIGNAL = '暴雨橙色预警信号、';
const INPUTS: readonly (readonly [string, () => Body])[] = [
  [
    'a text with 20,000 signals, 480 KB',
    () => ({
      bytes: Buffer.from(`英德市气象台2020年6月7日10时14分发布${SIGNAL.repeat(20_000)}请注意防御。\n`),
      type: 'text/plain; charset=utf-8',
    }),
  ],
  [
    'a gz of 20,000 outlines of four points',
    () => ({
      bytes: gzipSync(
        Buffer.from(alert(Array.from({ length: 20_000 }, () => '24.2,113.5 24.4,113.5 24.4,113.8 24.2,113.5'))),
      ),
      type: 'application/xml',
      packed: true,
    }),
  ],
  ['an alert of 20,000 points, held exactly', () => xml(alert([outline(20_000)]))],
  ['an alert of 93,040 points', () => xml(alert([outline(93_040)]))],
  ['an alert of 170,000 points, 2.9 MB', () => xml(alert([outline(170_000)]))],
  ['an alert of 15 MB, 850,000 points', () => xml(alert(Array.from({ length: 5 }, () => outline(170_000))))],
  ['an alert of more than 1,000,000 points', () => xml(alert(Array.from({ length: 6 }, () => outline(180_000, 1))))],
  ['a document of 17 MB', () => xml(alert([`${'24.2,113.5 '.repeat(1_600_000)}`]))],
];

/** The whole product, empty, as `npm start` brings it up. */
class Product {
  private constructor(
    private readonly child: ChildProcess,
    readonly address: string,
    private readonly home: string,
    private readonly index: Readonly<{ sent: () => number; close: () => void }>,
  ) {}

  static async start(): Promise<Product> {
    const home = mkdtempSync(path.join(os.tmpdir(), 'fengsui-limits-'));
    const index = await endlessIndex();
    const plan = path.join(home, 'plan');
    cpSync(path.join(ROOT, 'plans', 'qingyuan'), plan, { recursive: true });
    writeFileSync(
      path.join(plan, 'sources.yaml'),
      `timezone: Asia/Shanghai\nsources:\n  - { name: endless, kind: cap-index, url: '${index.url}', schedule: '* * * * *', silentAfterMinutes: 60 }\n`,
    );
    const senders = path.join(plan, 'senders.yaml');
    const feeders = ['slow', 'other'].map(
      (name) =>
        `  - { name: ${name}-one, keySha256: ${createHash('sha256').update(name).digest('hex')}, contracts: [weather-warning.v1, reading.v1] }`,
    );
    writeFileSync(senders, readFileSync(senders, 'utf8').replace('feeders: []', `feeders:\n${feeders.join('\n')}`));
    const { child, address } = await startProduct(plan, path.join(home, 'data'));
    return new Product(child, address, home, index);
  }

  /** What is fed over HTTP, and what `/health` says meanwhile and two seconds after, while it is worked through. */
  async fed(what: string, body: Body | null, say: (row: string) => void): Promise<void> {
    await this.beside(
      what,
      async () => {
        if (body === null) return '-';
        const answer = await fetch(`${this.address}/v1/warnings`, {
          method: 'POST',
          body: new Uint8Array(body.bytes),
          headers: {
            authorization: 'Bearer other',
            'content-type': body.type,
            ...(body.packed === true ? { 'content-encoding': 'gzip' } : {}),
          },
        });
        const text = await answer.text();
        const { accepted, refused } = JSON.parse(text || '{}') as { accepted?: number; refused?: number };
        return `${answer.status}${accepted === undefined ? '' : `: ${accepted} taken, ${refused} refused`}`;
      },
      say,
    );
  }

  async beside(what: string, work: () => Promise<string>, say: (row: string) => void): Promise<void> {
    writeFileSync(`/proc/${this.child.pid}/clear_refs`, '5'); // the peak is counted from here on
    const slowest: number[] = [];
    let going = true;
    const asking = (async () => {
      while (going) {
        const begun = performance.now();
        await (await fetch(`${this.address}/health`)).text();
        slowest.push(performance.now() - begun);
        await sleep(ASK_EVERY_MS);
      }
    })();
    const begun = performance.now();
    const answer = await work();
    const seconds = (performance.now() - begun) / 1_000;
    await sleep(2_000);
    going = false;
    await asking;
    slowest.sort((a, b) => a - b);
    say(
      `| ${what} | ${answer} | ${seconds.toFixed(2)} | ${this.peak()} MB | ${(slowest.at(-1) ?? 0).toFixed(0)} ms of ${slowest.length} |`,
    );
  }

  private peak(): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Math.round((Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1_024) / MEGABYTE);
  }

  /** Waits until the source was polled and let go. */
  async indexed(): Promise<string> {
    const before = this.index.sent();
    for (let last = before; ; last = this.index.sent()) {
      await sleep(1_000);
      const now = this.index.sent();
      if (now > before && now === last) return `let go after ${(now / MEGABYTE).toFixed(0)} MB`;
    }
  }

  /** While somebody holds the tables that its services wait for. */
  async ended(): Promise<string> {
    const server = await startEmbedded(path.join(this.home, 'data'));
    const db = await connect(server.url, 'limits', 1);
    try {
      return await db.transaction(async (tx) => {
        await tx.query('lock table schedule.job, log.position in access exclusive mode');
        await sleep(1_000);
        const gone = new Promise((resolve) => this.child.once('exit', resolve));
        const begun = performance.now();
        this.child.kill('SIGTERM');
        await gone;
        return `| SIGTERM while its tables are locked | ends | ${((performance.now() - begun) / 1_000).toFixed(2)} | | |`;
      });
    } finally {
      await db.destroy();
      await server.release();
    }
  }

  async stop(): Promise<void> {
    await stopProduct(this.child);
    this.index.close();
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Sixteen that send a byte a second hold their places; whoever is not slow is answered meanwhile. */
async function slowUploads({ address }: Product): Promise<string> {
  const { port } = new URL(address);
  const head = `POST /v1/readings HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: Bearer slow\r\nContent-Type: text/csv\r\nContent-Length: 100000\r\n\r\n`;
  const slow = Array.from({ length: 16 }, () => dial(Number(port), '127.0.0.1'));
  const ended: number[] = [];
  const begun = performance.now();
  const timers = slow.map((socket) => {
    socket.on('error', () => undefined);
    socket.once('close', () => void ended.push((performance.now() - begun) / 1_000));
    socket.write(head);
    return setInterval(() => socket.write('x'), 1_000);
  });
  await sleep(1_000);
  const asked = performance.now();
  const answer = await fetch(`${address}/v1/warnings`, {
    method: 'POST',
    body: readFileSync(path.join(ROOT, 'examples', 'warning-rain-red.cap.xml')),
    headers: { authorization: 'Bearer other', 'content-type': 'application/xml' },
  });
  await answer.text();
  const waited = performance.now() - asked;
  while (ended.length < slow.length) await sleep(100);
  timers.forEach((timer) => clearInterval(timer));
  return `the other: ${answer.status} after ${waited.toFixed(0)} ms; the slow are let go after ${Math.max(...ended).toFixed(0)} s`;
}

async function idleConnections({ address }: Product): Promise<string> {
  const { port } = new URL(address);
  let open = 0;
  const sockets: Socket[] = [];
  for (let n = 0; n < 4_000; n += 1) {
    const socket = dial(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.once('connect', () => (open += 1));
    socket.once('close', () => (open -= 1));
    socket.resume(); // what it is told is read
    sockets.push(socket);
    if (n % 100 === 0) await sleep(10);
  }
  const begun = performance.now();
  while (open > 0 && performance.now() - begun < 60_000) await sleep(100);
  sockets.forEach((socket) => socket.destroy());
  return `all let go after ${((performance.now() - begun) / 1_000).toFixed(0)} s`;
}

/** A source whose index has 700 MB of links. */
async function endlessIndex(): Promise<Readonly<{ url: string; sent: () => number; close: () => void }>> {
  let sent = 0;
  const entry = Buffer.from('<entry><link href="http://127.0.0.1/none.xml"/></entry>\n'.repeat(1_000));
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/atom+xml');
    response.write('<feed xmlns="http://www.w3.org/2005/Atom">');
    let left = 700 * MEGABYTE;
    const more = (): void => {
      while (left > 0) {
        left -= entry.length;
        sent += entry.length;
        if (!response.write(entry)) return void response.once('drain', more);
      }
      response.end('</feed>');
    };
    response.on('error', () => (left = 0)).on('close', () => (left = 0));
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/index.xml`, sent: () => sent, close: () => void server.close() };
}
