import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { addMinutes, type SourceHeardV1, type SourceSilentV1, type UtcInstant } from '@fengsui/contracts';
import { nextMatch, schedule, unschedule, type Clock, type Job, type JobHandler, type Notifications, type Tx } from '@fengsui/database';
import { ServiceJobs, type Log } from '@fengsui/log';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { spool } from '../content.js';
import type { IntakePlan, PolledSource } from '../plan.js';
import { CUT_OFF } from '../readers/csv/rows.js';
import type { Receiving } from '../receive.js';
import { linksIn } from './links.js';

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 256_000_000;
/** After a failure the source is asked again sooner than its schedule says, each time after twice as long, with jitter. */
const FIRST_RETRY_MINUTES = 0.5;
/** An index that links to more than this is asked about the newest; the rest comes with the next polls. */
const MAX_LINKS = 200;

/** A fetch that gave nothing that could be used. It is never an empty answer. */
class FailedFetch extends Error {}

type State = Readonly<{
  etag: string | null;
  last_modified: string | null;
  heard_at: UtcInstant | null;
  silent_since: UtcInstant | null;
  failures: number;
}>;

/**
 * Asks the sources of the plan on their schedule. When the next question is due is a row, so a restart forgets none. A source that has
 * not answered for longer than the plan allows is announced, once, and so is its return.
 */
export class Polling extends ServiceJobs {
  private readonly logger = new Logger('sources');

  constructor(
    private readonly pool: DataSource,
    private readonly time: Clock,
    notifications: Notifications,
    private readonly log: Log,
    private readonly plan: IntakePlan,
    private readonly receiving: Receiving,
    private readonly keys: ReadonlyMap<string, string>,
    /** Where answers wait until they are whole. */ private readonly folder: string,
  ) {
    super(pool, time, notifications, 'intake');
  }

  protected handlers(): Readonly<Record<string, JobHandler>> {
    return {
      poll: async (jobs, { tx, now }) => {
        for (const { key } of jobs) await this.poll(tx, key, now);
      },
    };
  }

  override async onApplicationBootstrap(): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    await this.pool.transaction(async (tx) => {
      const now = await this.time.now(tx);
      const held = (await tx.query(`select key from schedule.job where service = 'intake' and kind = 'poll'`)) as { key: string }[];
      const names = this.plan.sources.map(({ name }) => name);
      await unschedule(
        tx,
        'intake',
        'poll',
        held.map(({ key }) => key).filter((key) => !names.includes(key)),
      );
      for (const source of this.plan.sources.filter(({ name }) => !held.some(({ key }) => key === name))) {
        // Silence counts from here: a source that never answers is silent, too.
        await tx.query('insert into intake.source (name, asked_at) values ($1, $2) on conflict do nothing', [source.name, now]);
        await this.askAgain(tx, source, nextMatch(source.schedule, this.plan.timezone, now));
      }
    });
    await super.onApplicationBootstrap();
  }

  private async poll(tx: Tx, name: string, now: UtcInstant): Promise<void> {
    const source = this.plan.sources.find((one) => one.name === name);
    if (source === undefined) return;
    const next = nextMatch(source.schedule, this.plan.timezone, now);
    if (await this.time.isVirtual()) return this.askAgain(tx, source, next); // the demonstration asks nobody
    const [state] = (await tx.query(
      'select etag, last_modified, heard_at, silent_since, failures from intake.source where name = $1 for update',
      [name],
    )) as State[];
    const before: State = state ?? { etag: null, last_modified: null, heard_at: null, silent_since: null, failures: 0 };
    try {
      const heard = await this.ask(source, before);
      await tx.query(
        'update intake.source set etag = $2, last_modified = $3, asked_at = $4, heard_at = $4, silent_since = null, failures = 0, last_error = null where name = $1',
        [name, heard.etag, heard.lastModified, now],
      );
      if (before.silent_since !== null) await this.log.append(tx, [heardAgain(name, before.silent_since, now)]);
      await this.askAgain(tx, source, next);
    } catch (error) {
      const reason = String((error as Error)?.message ?? error).slice(0, 300);
      this.logger.warn(`${name}: ${reason}`);
      await tx.query('update intake.source set failures = failures + 1, last_error = $2 where name = $1', [name, reason]);
      await this.noteSilence(tx, source, before, reason, now);
      const soon = addMinutes(now, FIRST_RETRY_MINUTES * 2 ** Math.min(before.failures, 10) * (randomInt(500, 1_500) / 1_000));
      await this.askAgain(tx, source, soon < next ? soon : next);
    }
  }

  private async askAgain(tx: Tx, { name }: PolledSource, dueAt: UtcInstant): Promise<void> {
    const job: Job = { kind: 'poll', key: name, dueAt, payload: {} };
    await schedule(tx, 'intake', [job]);
  }

  private async noteSilence(
    tx: Tx,
    { name, silentAfterMinutes }: PolledSource,
    { heard_at, silent_since }: State,
    reason: string,
    now: UtcInstant,
  ): Promise<void> {
    const [row] = (await tx.query('select coalesce(heard_at, asked_at) as since from intake.source where name = $1', [name])) as {
      since: UtcInstant | null;
    }[];
    const silentSince = row?.since === null || row === undefined ? now : addMinutes(row.since, silentAfterMinutes);
    if (silent_since !== null || silentSince > now) return;
    await tx.query('update intake.source set silent_since = $2 where name = $1', [name, silentSince]);
    const event: SourceSilentV1 = {
      id: `source-silent/${name}/${silentSince}`,
      type: 'source-silent.v1',
      key: name,
      occurredAt: silentSince,
      recordedAt: now,
      correlationId: `source/${name}`,
      causes: [],
      data: { source: name, heardAt: heard_at, silentSince, reason },
    };
    await this.log.append(tx, [event]);
  }

  /** @returns what the server said for the next time @throws FailedFetch */
  private async ask(source: PolledSource, { etag, last_modified }: State): Promise<{ etag: string | null; lastModified: string | null }> {
    const headers = {
      ...(etag === null ? {} : { 'if-none-match': etag }),
      ...(last_modified === null ? {} : { 'if-modified-since': last_modified }),
    };
    const response = await this.fetched(this.addressOf(source), headers);
    if (response.status === 304) return { etag, lastModified: last_modified };
    if (source.kind === 'cap-index') await this.takeIndex(source, response);
    else await this.takeWhole(source, source.name, response);
    return { etag: response.headers.get('etag'), lastModified: response.headers.get('last-modified') };
  }

  private addressOf({ name, url }: PolledSource): string {
    if (!url.includes('{key}')) return url;
    const key = this.keys.get(name);
    if (key === undefined) throw new FailedFetch(`the address of ${name} needs a key: FENGSUI_SOURCE_KEYS=${name}=…`);
    return url.replaceAll('{key}', encodeURIComponent(key));
  }

  private async fetched(address: string, headers: Record<string, string> = {}): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(address, { headers, redirect: 'follow', signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
      const { message, cause } = error as Error;
      throw new FailedFetch(`no answer: ${(cause as Error | undefined)?.message ?? message}`);
    }
    if (response.status !== 304 && !response.ok) throw new FailedFetch(`answered ${response.status} ${response.statusText}`);
    return response;
  }

  /** Takes one answer as one input. An error page, a missing header or a file that ends in the middle of a row is a failed fetch. */
  private async takeWhole({ as }: PolledSource, name: string, response: Response): Promise<void> {
    if (response.body === null) throw new FailedFetch('an empty answer');
    const { content, dispose } = await spool(Readable.fromWeb(response.body as never), this.folder, MAX_BYTES);
    try {
      const readers = as === undefined ? this.receiving.readers : this.receiving.readers.filter(({ format }) => format === as);
      const receipt = await this.receiving.receive({ content, door: 'poll', name, actor: `source:${name}`, readers });
      if ('skipped' in receipt) throw new FailedFetch(receipt.skipped);
      if (receipt.refusals.some(({ reason }) => reason.startsWith(CUT_OFF))) throw new FailedFetch('the answer was cut off');
    } finally {
      await dispose();
    }
  }

  /** Fetches what an index links to and was not fetched before. One bad entry never blocks its neighbours. */
  private async takeIndex(source: PolledSource, response: Response): Promise<void> {
    const links = linksIn(Buffer.from(await response.arrayBuffer()), response.url);
    if (links === null) throw new FailedFetch('no Atom or RSS index');
    const known = (await this.pool.query('select link from intake.seen_link where source = $1 and link = any($2)', [
      source.name,
      links.map(({ version }) => version),
    ])) as { link: string }[];
    const fresh = links.filter(({ version }) => !known.some(({ link }) => link === version)).slice(0, MAX_LINKS);
    const failures: string[] = [];
    for (const { address, version } of fresh)
      try {
        await this.takeWhole(source, address, await this.fetched(address));
        await this.pool.query('insert into intake.seen_link (source, link, seen_at) values ($1, $2, $3) on conflict do nothing', [
          source.name,
          version,
          await this.time.now(),
        ]);
      } catch (error) {
        failures.push(`${address}: ${(error as Error).message}`);
      }
    if (failures.length > 0) throw new FailedFetch(`${failures.length} of ${fresh.length} entries: ${failures[0]}`);
  }
}

const heardAgain = (source: string, silentSince: UtcInstant, now: UtcInstant): SourceHeardV1 => ({
  id: `source-heard/${source}/${silentSince}`,
  type: 'source-heard.v1',
  key: source,
  occurredAt: now,
  recordedAt: now,
  correlationId: `source/${source}`,
  causes: [`source-silent/${source}/${silentSince}`],
  data: { source, silentSince },
});
