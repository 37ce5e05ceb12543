import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect, rows, startEmbedded } from '@fengsui/database';
import { startProduct, stopProduct } from './product.js';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const MINUTE_MS = 60_000;
const HEADER =
  'latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight\n';

/** What stands behind an address, and how many of it. */
const KINDS = { good: 10, hanging: 3, slow: 2, broken: 2, page: 1, busy: 1, empty: 1 } as const;

/**
 * `npm run bench -- sources [--only MINUTES]`: the whole product with twenty sources that are due every minute, of which
 * three hang, two answer after 20 s, two with 500, one with a page, one with Retry-After and one with nothing: how late
 * the ten good ones are asked, and who rings. Ten minutes unless told.
 */
export async function benchSources(say: (row: string) => void, [minutes = '10']: readonly string[]): Promise<void> {
  const asked = new Map<string, number[]>();
  const server = createServer((request, response) => {
    const name = (request.url ?? '').slice(1);
    asked.set(name, [...(asked.get(name) ?? []), Date.now()]);
    const [kind] = name.split('-');
    if (kind === 'hanging') return;
    if (kind === 'slow') void sleep(20_000).then(() => response.end(HEADER));
    else if (kind === 'broken') response.writeHead(500).end('broken');
    else if (kind === 'busy') response.writeHead(503, { 'retry-after': '3600' }).end();
    else if (kind === 'page') response.end('<html><title>welcome</title></html>');
    else
      response.end(
        kind === 'empty' ? HEADER : `${HEADER}24.3,113.6,330,0.4,0.4,2023-01-01,605,N20,VIIRS,n,2.0NRT,290,12.5,D\n`,
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const home = mkdtempSync(path.join(os.tmpdir(), 'fengsui-sources-'));
  const plan = path.join(home, 'plan');
  cpSync(path.join(ROOT, 'plans', 'qingyuan'), plan, { recursive: true });
  const names = Object.entries(KINDS).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, n) => `${kind}-${n}`),
  );
  const sources = names.map(
    (name) => `  - { name: ${name}, kind: file, url: '${url}/${name}', schedule: '* * * * *', silentAfterMinutes: 5 }`,
  );
  writeFileSync(path.join(plan, 'sources.yaml'), `timezone: Asia/Shanghai\nsources:\n${sources.join('\n')}\n`);
  const { child } = await startProduct(plan, path.join(home, 'data'));
  const begun = Date.now();
  await sleep(Number(minutes) * MINUTE_MS);
  const good = names.filter((name) => name.startsWith('good'));
  const late = good
    .flatMap((name) => (asked.get(name) ?? []).map((at) => (at % MINUTE_MS) / 1_000))
    .sort((a, b) => a - b);
  const due =
    good.length * (Math.floor((begun + Number(minutes) * MINUTE_MS) / MINUTE_MS) - Math.floor(begun / MINUTE_MS));
  say(
    `sources: ${names.length} for ${minutes} minutes; the ${good.length} good ones were due ${due} times and asked ${late.length} times,`,
  );
  say(
    `  late by ${late[Math.floor(late.length / 2)]?.toFixed(3)} s in the median and ${late.at(-1)?.toFixed(3)} s at most`,
  );
  const database = await startEmbedded(path.join(home, 'data'));
  const db = await connect(database.url, 'bench', 1);
  const silent = await rows<{ name: string }>(
    db,
    'select name from intake.source where silent_since is not null order by name',
    [],
  );
  const calls = await rows<{ about: string }>(db, 'select about from duty.call order by about', []);
  say(
    `  announced as silent: ${silent.map(({ name }) => name).join(', ')}; calls: ${calls.map(({ about }) => about).join(', ')}`,
  );
  await db.destroy();
  await database.release();
  await stopProduct(child);
  server.closeAllConnections();
  server.close();
  rmSync(home, { recursive: true, force: true });
}
