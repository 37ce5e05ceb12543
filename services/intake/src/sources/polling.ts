import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { addMinutes, type SourceHeardV1, type SourceSilentV1, type UtcInstant } from '@fengsui/contracts';
import { Clock, insertRows, nextMatch, rows, schedule, scheduled, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { DueOutside, type OutsideUnit } from '@fengsui/service';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ReadingThread } from '../accepting/reading-thread.js';
import { Receiving } from '../accepting/receiving.js';
import { spool } from '../keeping/payload.js';
import { IntakePlan, type PolledSource } from '../plan.js';
import { CUT_OFF } from '../readers/csv/rows.js';
import { SeenLinkRow, SourceRow } from '../tables/tables.js';
import { queueOf } from './queue.js';

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 256_000_000;
/**
 * After a failure the source is asked again sooner than its schedule says, each time after twice as long, with
 * jitter.
 */
const FIRST_RETRY_MINUTES = 0.5;
/** An index that links to more than this is asked about the newest; the rest comes with the next polls. */
const MAX_LINKS = 200;

/** A fetch that gave nothing that could be used. It is never an empty answer. */
class FailedFetch extends Error {}

/**
 * Where answers wait until they are whole, the keys that stand for `{key}` in addresses, and the thread that reads
 * what indexes link to.
 */
export type PollingSettings = Readonly<{
  folder: string;
  keys: ReadonlyMap<string, string>;
  thread: Pick<ReadingThread, 'linksIn'>;
}>;
/** Injection token of these. */
export const POLLING_SETTINGS = Symbol('settings of the polled sources');

type Heard = Readonly<{ etag: string | null; lastModified: string | null }>;
type Outcome = Readonly<{ kind: 'heard' } & Heard> | Readonly<{ kind: 'failed'; reason: string }>;

/**
 * Asks the sources of the plan on their schedule, each in a queue of its own. When the next question is due is a row,
 * so a restart forgets none. A source that has not answered for longer than the plan allows is announced, once, and
 * so is its return.
 */
@Injectable()
export class Polling implements OnApplicationBootstrap {
  private readonly logger = new Logger('sources');

  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly plan: IntakePlan,
    private readonly receiving: Receiving,
    @Inject(POLLING_SETTINGS) private readonly settings: PollingSettings,
  ) {}

  get queues(): readonly string[] {
    return this.plan.sources.map(({ name }) => name);
  }

  async onApplicationBootstrap(): Promise<void> {
    mkdirSync(this.settings.folder, { recursive: true });
    await this.db.transaction(async (tx) => {
      const now = await this.clock.now(tx);
      for (const source of this.plan.sources) {
        if ((await scheduled(tx, queueOf(source.name), ['poll'])).length > 0) continue;
        // Silence counts from here: a source that never answers is silent, too.
        await insertRows(tx, SourceRow, [{ name: source.name, askedAt: now }], 'nothing');
        await this.askAt(tx, source, nextMatch(source.schedule, this.plan.timezone, now));
      }
    });
  }

  @DueOutside('intake', 'poll', (self: Polling) => self.queues)
  async poll({ key }: Job, { now, finish }: OutsideUnit): Promise<void> {
    const source = this.plan.sources.find(({ name }) => name === key);
    if (source === undefined) return;
    const next = nextMatch(source.schedule, this.plan.timezone, now);
    // the demonstration asks nobody
    if (await this.clock.isVirtual()) return finish(({ tx }) => this.askAt(tx, source, next));
    const outcome = await this.outcomeOf(source);
    await finish((unit) =>
      outcome.kind === 'heard' ? this.heard(source, outcome, next, unit) : this.failed(source, outcome, next, unit),
    );
  }

  private async outcomeOf(source: PolledSource): Promise<Outcome> {
    const [state] = await rows<Heard>(
      this.db,
      'select etag, last_modified as "lastModified" from intake.source where name = $1',
      [source.name],
    );
    try {
      return { kind: 'heard', ...(await this.ask(source, state ?? { etag: null, lastModified: null })) };
    } catch (error) {
      const reason = String((error as Error)?.message ?? error).slice(0, 300);
      this.logger.warn(`${source.name}: ${reason}`);
      return { kind: 'failed', reason };
    }
  }

  private async heard(
    source: PolledSource,
    { etag, lastModified }: Heard,
    next: UtcInstant,
    { tx, now, append }: UnitOfWork,
  ): Promise<void> {
    const { name } = source;
    const before = await this.lock(tx, name);
    const heard = { askedAt: now, heardAt: now, silentSince: null, failures: 0, lastError: null };
    await tx.getRepository(SourceRow).update({ name }, { etag, lastModified, ...heard });
    if (before.silentSince !== null) append(heardAgain(name, before.silentSince, now));
    await this.askAt(tx, source, next);
  }

  /** Asked again sooner than the schedule says; and announced as silent when that is due. */
  private async failed(
    source: PolledSource,
    { reason }: Readonly<{ reason: string }>,
    next: UtcInstant,
    { tx, now, append }: UnitOfWork,
  ): Promise<void> {
    const { name, silentAfterMinutes } = source;
    const before = await this.lock(tx, name);
    const since = before.heardAt ?? before.askedAt;
    const silentSince = since === null ? now : addMinutes(since, silentAfterMinutes);
    const announce = before.silentSince === null && silentSince <= now;
    const failed = { failures: before.failures + 1, lastError: reason };
    await tx.getRepository(SourceRow).update({ name }, announce ? { ...failed, silentSince } : failed);
    if (announce) append(silent(name, before.heardAt, silentSince, reason, now));
    const jitter = randomInt(500, 1_500) / 1_000;
    const soon = addMinutes(now, FIRST_RETRY_MINUTES * 2 ** Math.min(before.failures, 10) * jitter);
    await this.askAt(tx, source, soon < next ? soon : next);
  }

  private async askAt(tx: Tx, source: PolledSource, dueAt: UtcInstant): Promise<void> {
    await schedule(tx, queueOf(source.name), [{ kind: 'poll', key: source.name, dueAt, payload: {} }]);
  }

  private async lock(tx: Tx, name: string): Promise<SourceRow> {
    await insertRows(tx, SourceRow, [{ name, failures: 0 }], 'nothing');
    return tx.getRepository(SourceRow).findOneOrFail({ where: { name }, lock: { mode: 'pessimistic_write' } });
  }

  /** @returns what the server said for the next time @throws FailedFetch */
  private async ask(source: PolledSource, { etag, lastModified }: Heard): Promise<Heard> {
    const headers = {
      ...(etag === null ? {} : { 'if-none-match': etag }),
      ...(lastModified === null ? {} : { 'if-modified-since': lastModified }),
    };
    const response = await this.fetched(this.addressOf(source), headers);
    if (response.status === 304) return { etag, lastModified };
    if (source.kind === 'cap-index') await this.takeIndex(source, response);
    else await this.takeWhole(source, source.name, response);
    return { etag: response.headers.get('etag'), lastModified: response.headers.get('last-modified') };
  }

  private addressOf({ name, url }: PolledSource): string {
    if (!url.includes('{key}')) return url;
    const key = this.settings.keys.get(name);
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
    if (response.status !== 304 && !response.ok)
      throw new FailedFetch(`answered ${response.status} ${response.statusText}`);
    return response;
  }

  /**
   * Takes one answer as one input. An error page, a missing header or a file that ends in the middle of a row is a
   * failed fetch.
   */
  private async takeWhole({ as }: PolledSource, name: string, response: Response): Promise<void> {
    if (response.body === null) throw new FailedFetch('an empty answer');
    const { payload, dispose } = await spool(Readable.fromWeb(response.body as never), this.settings.folder, MAX_BYTES);
    try {
      const readers =
        as === undefined ? this.receiving.readers : this.receiving.readers.filter(({ format }) => format === as);
      const receipt = await this.receiving.receive({ payload, door: 'poll', name, actor: `source:${name}`, readers });
      if ('skipped' in receipt) throw new FailedFetch(receipt.skipped);
      if (receipt.refusals.some(({ reason }) => reason.startsWith(CUT_OFF)))
        throw new FailedFetch('the answer was cut off');
    } finally {
      await dispose();
    }
  }

  /** Fetches what an index links to and was not fetched before. One bad entry never blocks its neighbours. */
  private async takeIndex(source: PolledSource, response: Response): Promise<void> {
    const links = await this.settings.thread.linksIn(await atMost(response, INDEX_BYTES), response.url);
    if (links === null) throw new FailedFetch('no Atom or RSS index');
    const known = await rows<{ link: string }>(
      this.db,
      'select link from intake.seen_link where source = $1 and link = any($2)',
      [source.name, links.map(({ version }) => version)],
    );
    const fresh = links.filter(({ version }) => !known.some(({ link }) => link === version)).slice(0, MAX_LINKS);
    const failures: string[] = [];
    for (const { address, version } of fresh)
      try {
        await this.takeWhole(source, address, await this.fetched(address));
        const seen = { source: source.name, link: version, seenAt: await this.clock.now() };
        await insertRows(this.db.manager, SeenLinkRow, [seen], 'nothing');
      } catch (error) {
        failures.push(`${address}: ${(error as Error).message}`);
      }
    if (failures.length > 0) throw new FailedFetch(`${failures.length} of ${fresh.length} entries: ${failures[0]}`);
  }
}

const silent = (
  source: string,
  heardAt: UtcInstant | null,
  silentSince: UtcInstant,
  reason: string,
  now: UtcInstant,
): SourceSilentV1 => ({
  id: `source-silent/${source}/${silentSince}`,
  type: 'source-silent.v1',
  key: source,
  occurredAt: silentSince,
  recordedAt: now,
  correlationId: `source/${source}`,
  causes: [],
  data: { source, heardAt, silentSince, reason },
});

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

/** Bytes of an index: it only links. */
const INDEX_BYTES = 4_000_000;

/** An answer that is held whole. @throws FailedFetch as soon as there is more of it */
async function atMost(response: Response, limit: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of Readable.fromWeb(response.body as never)) {
    bytes += (piece as Buffer).length;
    if (bytes > limit) throw new FailedFetch(`the index has more than ${limit} bytes`);
    pieces.push(piece as Buffer);
  }
  return Buffer.concat(pieces);
}
