import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { addMinutes, utc, type UtcInstant } from '@fengsui/contracts';
import { Clock, insertRows, nextMatch, rows, schedule, scheduled, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { Due, DueOutside, type OutsideUnit, type Queue } from '@fengsui/service';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ReadingThread } from '../accepting/reading-thread.js';
import { Receiving } from '../accepting/receiving.js';
import { spool } from '../keeping/payload.js';
import { IntakePlan, type PolledSource } from '../plan.js';
import { CUT_OFF } from '../readers/csv/rows.js';
import { SeenLinkRow, SourceRow } from '../tables/tables.js';
import { askedSince } from './addresses.js';
import { ASLEEP_MINUTES, heardAgain, silent, withGap } from './heard-and-silent.js';
import { agesFrom } from './source-metrics.js';
import { whyNot } from './may-fetch.js';
import { queueOf, SILENCE } from './queue.js';
import type { Link } from './links.js';

const TIMEOUT_SECONDS = 30;
const MAX_BYTES = 256_000_000;
/**
 * After a failure the source is asked again sooner than its schedule says, each time after twice as long, with
 * jitter.
 */
const FIRST_RETRY_MINUTES = 0.5;
/** An index that links to more than this is asked about the newest; the rest comes with the next polls. */
const MAX_LINKS = 200;

/** A fetch that gave nothing that could be used. It is never an empty answer. */
class FailedFetch extends Error {
  constructor(
    message: string,
    /** Seconds that the server asked to be left alone; null: it did not. */ readonly waitSeconds: number | null = null,
  ) {
    super(message);
  }
}

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
type Answer = Heard &
  Readonly<{ /** What it gave reaches back to here; null: nobody can say. */ reaches: UtcInstant | null }>;
type Failure = Readonly<{ reason: string; waitSeconds: number | null }>;
type Outcome = Readonly<{ kind: 'heard' } & Answer> | Readonly<{ kind: 'failed' } & Failure>;

/**
 * Asks the sources of the plan on their schedule, each in a queue of its own. When the next question is due is a row,
 * so a restart forgets none. A source that has not answered for longer than the plan allows is announced, once, and
 * so is its return.
 */
@Injectable()
export class Polling implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('sources');

  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly plan: IntakePlan,
    private readonly receiving: Receiving,
    @Inject(POLLING_SETTINGS) private readonly settings: PollingSettings,
  ) {}

  get queues(): readonly Queue[] {
    return this.plan.sources.map(({ name }) => ({ name, most: 1 }));
  }

  async onApplicationBootstrap(): Promise<void> {
    mkdirSync(this.settings.folder, { recursive: true });
    agesFrom(() =>
      rows(
        this.db,
        `select s.name as source, coalesce(n.satellite, '') as satellite, coalesce(n.pass_rows, 0)::int as "passRows",
                extract(epoch from now() - s.heard_at)::float8 as "heardSeconds"
         from intake.source s left join intake.source_seen n on n.source = s.name`,
      ),
    );
    await this.db.transaction(async (tx) => {
      const now = await this.clock.now(tx);
      for (const source of this.plan.sources) {
        // Silence counts from here: a source that never answers is silent, too.
        await insertRows(tx, SourceRow, [{ name: source.name, askedAt: now }], 'nothing');
        await this.expectAfter(tx, source, now); // who was away itself asks first
        if ((await scheduled(tx, queueOf(source.name), ['poll'])).length === 0)
          await this.askAt(tx, source, nextMatch(source.schedule, this.plan.timezone, now));
      }
    });
  }

  onApplicationShutdown(): void {
    agesFrom(async () => []);
  }

  @DueOutside('intake', 'poll', (self: Polling) => self.queues)
  async poll({ key }: Job, { now, finish }: OutsideUnit): Promise<void> {
    const source = this.plan.sources.find(({ name }) => name === key);
    if (source === undefined) return;
    const next = nextMatch(source.schedule, this.plan.timezone, now);
    // the demonstration asks nobody
    if (await this.clock.isVirtual()) return finish(({ tx }) => this.askAt(tx, source, next));
    const outcome = await this.outcomeOf(source, now);
    await finish((unit) =>
      outcome.kind === 'heard' ? this.heard(source, outcome, next, unit) : this.failed(source, outcome, next, unit),
    );
  }

  /**
   * Silence is announced when it is due, whether or not the source was asked: it may hang, or have asked to be left
   * alone for longer.
   */
  @Due('intake', SILENCE)
  async fallSilent(jobs: readonly Job[], { tx, now, append }: UnitOfWork): Promise<void> {
    const asleep = await this.clock.isVirtual(); // the demonstration asks nobody
    for (const { key, dueAt } of jobs) {
      const source = this.plan.sources.find(({ name }) => name === key);
      if (source === undefined) continue;
      const row = await this.lock(tx, key);
      if (row.silentSince !== null) continue;
      const heard = row.heardAt ?? row.askedAt ?? now;
      const since = addMinutes(heard, source.silentAfterMinutes);
      // Long after it was due: it was we who were away.
      if (asleep || since > now || dueAt < addMinutes(now, -source.silentAfterMinutes))
        await this.expectAfter(tx, source, asleep ? addMinutes(now, ASLEEP_MINUTES) : since > now ? heard : now);
      else await this.announceSilence(source, row, { tx, now, append });
    }
  }

  /** Says once that a source is silent, when it is. */
  private async announceSilence(
    { name, silentAfterMinutes }: PolledSource,
    { heardAt, askedAt, silentSince, lastError }: SourceRow,
    { tx, now, append }: Pick<UnitOfWork, 'tx' | 'now' | 'append'>,
  ): Promise<void> {
    const heard = heardAt ?? askedAt;
    const since = heard === null ? now : addMinutes(heard, silentAfterMinutes);
    if (silentSince !== null || since > now) return;
    await tx.getRepository(SourceRow).update({ name }, { silentSince: since });
    append(silent(name, heardAt, since, lastError ?? '没有应答 / no answer yet', now));
  }

  private async outcomeOf(source: PolledSource, now: UtcInstant): Promise<Outcome> {
    const [state] = await rows<Heard & Pick<SourceRow, 'heardAt'>>(
      this.db,
      'select etag, last_modified as "lastModified", heard_at as "heardAt" from intake.source where name = $1',
      [source.name],
    );
    try {
      return {
        kind: 'heard',
        ...(await this.ask(source, state ?? { etag: null, lastModified: null, heardAt: null }, now)),
      };
    } catch (error) {
      const reason = String((error as Error)?.message ?? error).slice(0, 300);
      this.logger.warn(`${source.name}: ${reason}`);
      return { kind: 'failed', reason, waitSeconds: error instanceof FailedFetch ? error.waitSeconds : null };
    }
  }

  private async heard(
    source: PolledSource,
    { etag, lastModified, reaches }: Answer,
    next: UtcInstant,
    { tx, now, append }: UnitOfWork,
  ): Promise<void> {
    const { name } = source;
    const before = await this.lock(tx, name);
    const heard = { askedAt: now, heardAt: now, silentSince: null, failures: 0, lastError: null };
    await tx.getRepository(SourceRow).update({ name }, { etag, lastModified, ...heard });
    if (before.silentSince !== null) {
      append(heardAgain(name, before.silentSince, now));
      const fromAt = before.heardAt ?? before.askedAt ?? before.silentSince;
      await withGap(tx, { source: name, fromAt, toAt: now, reaches });
    }
    await this.expectAfter(tx, source, now);
    await this.askAt(tx, source, next);
  }

  /** Asked again sooner than the schedule says; and announced as silent when that is due. */
  private async failed(
    source: PolledSource,
    { reason, waitSeconds }: Failure,
    next: UtcInstant,
    { tx, now, append }: UnitOfWork,
  ): Promise<void> {
    const { name } = source;
    const before = await this.lock(tx, name);
    const failed = { failures: before.failures + 1, lastError: reason };
    await tx.getRepository(SourceRow).update({ name }, failed);
    await this.announceSilence(source, { ...before, ...failed }, { tx, now, append });
    const jitter = randomInt(500, 1_500) / 1_000;
    const soon = addMinutes(now, FIRST_RETRY_MINUTES * 2 ** Math.min(before.failures, 10) * jitter);
    const early = soon < next ? soon : next;
    const asked = waitSeconds === null ? early : addMinutes(now, waitSeconds / 60);
    await this.askAt(tx, source, asked > early ? asked : early);
  }

  private async askAt(tx: Tx, source: PolledSource, dueAt: UtcInstant): Promise<void> {
    await schedule(tx, queueOf(source.name), [{ kind: 'poll', key: source.name, dueAt, payload: {} }]);
  }

  /** Something is to be heard of a source within the minutes of the plan. */
  private async expectAfter(tx: Tx, { name, silentAfterMinutes }: PolledSource, since: UtcInstant): Promise<void> {
    const dueAt = addMinutes(since, silentAfterMinutes);
    await schedule(tx, 'intake', [{ kind: SILENCE, key: name, dueAt, payload: {} }]);
  }

  private async lock(tx: Tx, name: string): Promise<SourceRow> {
    await insertRows(tx, SourceRow, [{ name, failures: 0 }], 'nothing');
    return tx.getRepository(SourceRow).findOneOrFail({ where: { name }, lock: { mode: 'pessimistic_write' } });
  }

  /** @returns what the server said for the next time @throws FailedFetch */
  private async ask(
    source: PolledSource,
    { etag, lastModified, heardAt }: Heard & Pick<SourceRow, 'heardAt'>,
    now: UtcInstant,
  ): Promise<Answer> {
    const { from, requests } = askedSince(source, heardAt, now);
    // What one host says of its last answer is nothing to another, and an answer about other times is another answer.
    const alone = from === null && requests.length === 1 && requests[0]?.length === 1;
    const headers: Record<string, string> = {
      ...(alone && etag !== null ? { 'if-none-match': etag } : {}),
      ...(alone && lastModified !== null ? { 'if-modified-since': lastModified } : {}),
    };
    let last: Answer | null = null;
    for (const addresses of requests) last = await this.askOneOf(source, addresses, headers);
    return last === null ? { etag, lastModified, reaches: null } : { ...last, reaches: from ?? last.reaches };
  }

  /**
   * Asks the first host that answers. Each says for itself why not: a key that one refuses may be good for another.
   * @returns null when nothing has changed since the headers
   */
  private async askOneOf(
    source: PolledSource,
    addresses: readonly string[],
    headers: Record<string, string>,
  ): Promise<Answer | null> {
    const failures: FailedFetch[] = [];
    for (const address of addresses)
      try {
        const response = await this.fetched(this.withKey(source, address), source, headers);
        if (response.status === 304) return null;
        let reaches: UtcInstant | null = null;
        if (source.kind === 'cap-index') reaches = await this.takeIndex(source, response);
        else await this.takeWhole(source, { name: source.name, published: null }, response);
        return {
          etag: response.headers.get('etag'),
          lastModified: response.headers.get('last-modified'),
          reaches,
        };
      } catch (error) {
        if (!(error instanceof FailedFetch)) throw error;
        failures.push(error);
      }
    const [only] = failures;
    if (only !== undefined && failures.length === 1) throw only;
    const waits = failures.flatMap(({ waitSeconds }) => waitSeconds ?? []);
    throw new FailedFetch(
      failures.map(({ message }, n) => `${new URL(addresses[n] as string).host}: ${message}`).join('; '),
      waits.length === failures.length ? Math.min(...waits) : null,
    );
  }

  private withKey({ name }: PolledSource, url: string): string {
    if (!url.includes('{key}')) return url;
    const key = this.settings.keys.get(name);
    if (key === undefined) throw new FailedFetch(`the address of ${name} needs a key: FENGSUI_SOURCE_KEYS=${name}=…`);
    return url.replaceAll('{key}', encodeURIComponent(key));
  }

  /** Follows redirects itself: each must lead where a link of the source may lead. */
  private async fetched(
    address: string,
    source: PolledSource,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    let to = address;
    for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
      const why = await whyNot(to, source);
      if (why !== null) throw new FailedFetch(`${new URL(to).host}: ${why}`);
      const response = await this.answerOf(to, headers, source.timeoutSeconds ?? TIMEOUT_SECONDS);
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || response.status === 304 || location === null)
        return good(response);
      await response.body?.cancel();
      to = new URL(location, to).href;
    }
    throw new FailedFetch(`more than ${MOST_REDIRECTS} redirects`);
  }

  private async answerOf(address: string, headers: Record<string, string>, seconds: number): Promise<Response> {
    try {
      return await fetch(address, { headers, redirect: 'manual', signal: AbortSignal.timeout(seconds * 1_000) });
    } catch (error) {
      const { message, cause } = error as Error;
      throw new FailedFetch(`no answer: ${(cause as Error | undefined)?.message ?? message}`);
    }
  }

  /**
   * Takes one answer as one input. An error page, a missing header or a file that ends in the middle of a row is a
   * failed fetch.
   */
  private async takeWhole(
    { as, name: source }: PolledSource,
    { name, published }: Readonly<{ name: string; published: UtcInstant | null }>,
    response: Response,
  ): Promise<void> {
    const publishedAt = published ?? instantFrom(response.headers.get('last-modified'));
    if (response.body === null) throw new FailedFetch('an empty answer');
    const { payload, dispose } = await spool(Readable.fromWeb(response.body as never), this.settings.folder, MAX_BYTES);
    try {
      const readers =
        as === undefined ? this.receiving.readers : this.receiving.readers.filter(({ format }) => format === as);
      const actor = `source:${source}`;
      const receipt = await this.receiving.receive({ payload, door: 'poll', name, actor, readers, publishedAt });
      // A source that says that there is nothing was heard: what is in force stays so until it ends by itself.
      if ('skipped' in receipt) {
        if (receipt.emptyList === true) return;
        // What it says before the formats that it is none of.
        throw new FailedFetch(`${await firstWordsOf(payload.open())}: ${receipt.skipped}`);
      }
      if (receipt.refusals.some(({ reason }) => reason.startsWith(CUT_OFF)))
        throw new FailedFetch('the answer was cut off');
    } finally {
      await dispose();
    }
  }

  /**
   * Fetches what an index links to and was not fetched before. The index was heard, whatever its entries are: one that
   * is dead is reported once, tried again with the next polls, and then left alone.
   */
  private async takeIndex(source: PolledSource, response: Response): Promise<UtcInstant | null> {
    const links = await this.settings.thread.linksIn(await atMost(response, INDEX_BYTES), response.url);
    if (links === null) throw new FailedFetch('no Atom or RSS index');
    const known = new Map(
      (
        await rows<{ link: string; failures: number }>(
          this.db,
          'select link, failures from intake.seen_link where source = $1 and link = any($2)',
          [source.name, links.map(({ version }) => version)],
        )
      ).map(({ link, failures }) => [link, failures]),
    );
    const wanted = ({ version }: Link): boolean => {
      const failures = known.get(version);
      return failures === undefined || (failures > 0 && failures < MOST_TRIES);
    };
    const fresh = links.filter(wanted).slice(0, MAX_LINKS);
    let failed = 0;
    for (const { address, version, updated } of fresh) {
      const seen = { source: source.name, link: version, seenAt: await this.clock.now() };
      const failures = known.get(version) ?? 0;
      try {
        await this.takeWhole(
          source,
          { name: address, published: instantFrom(updated) },
          await this.fetched(address, source),
        );
        await this.keepLink({ ...seen, failures: 0, error: null });
      } catch (error) {
        failed += 1;
        const reason = (error as Error).message.slice(0, 300);
        if (failures === 0) this.logger.warn(`${source.name}: ${address}: ${reason}`);
        await this.keepLink({ ...seen, failures: failures + 1, error: reason });
      }
    }
    // Where nothing at all can be fetched it is the source that fails, and not an entry.
    if (failed > 1 && failed === fresh.length && links.length === fresh.length)
      throw new FailedFetch(`none of ${failed} entries could be taken`);
    // How far back it reaches, so that what was missed while it was away is known to be here, or lost.
    const times = links.map(({ updated }) => instantFrom(updated));
    return times.length === 0 || times.includes(null) || fresh.length === MAX_LINKS
      ? null
      : ((times as UtcInstant[]).sort()[0] ?? null);
  }

  private keepLink(row: SeenLinkRow): Promise<void> {
    return insertRows(this.db.manager, SeenLinkRow, [row], {
      on: ['source', 'link'],
      set: ['seenAt', 'failures', 'error'],
    });
  }
}

/** An entry that could not be taken so often is dead. */
const MOST_TRIES = 5;

/** A time of RFC 9110 or RFC 3339; null for anything else. */
function instantFrom(written: string | null): UtcInstant | null {
  const ms = written === null ? NaN : Date.parse(written);
  return Number.isNaN(ms) ? null : utc(ms);
}

const MOST_REDIRECTS = 5;

/** @throws FailedFetch with what the answer says, and when its server wants to be asked again */
async function good(response: Response): Promise<Response> {
  if (response.status === 304 || response.ok) return response;
  const words = response.body === null ? '' : await firstWordsOf(Readable.fromWeb(response.body as never));
  const said = `answered ${response.status} ${response.statusText}: ${words}`;
  throw new FailedFetch(
    said,
    secondsOf(response.headers.get('retry-after'), Date.parse(response.headers.get('date') ?? '')),
  );
}

/** `Retry-After` (RFC 9110, 10.2.3) in seconds: a number, or a date by the server's clock; null: it says nothing. */
function secondsOf(written: string | null, serverMs: number): number | null {
  if (written === null) return null;
  const seconds = /^\d{1,9}$/.test(written) ? Number(written) : (Date.parse(written) - serverMs) / 1_000;
  return seconds >= 0 ? Math.min(seconds, MOST_WAIT_SECONDS) : null;
}
/** Longer than a day nobody waits for a source that may have meant something else. */
const MOST_WAIT_SECONDS = 86_400;

/** What an answer that is no data says: the title of a page, else its first line. */
async function firstWordsOf(body: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<string> {
  let text = '';
  for await (const piece of body) {
    text += piece.toString('utf8');
    if (text.length > WORDS_BYTES) break;
  }
  const title = /<title[^>]*>([^<]*)/i.exec(text)?.[1]?.trim();
  const line = text
    .replace(/^\ufeff/, '')
    .split('\n')
    .find((one) => one.trim() !== '');
  return JSON.stringify((title ?? line ?? '').trim().slice(0, 120));
}
const WORDS_BYTES = 4_000;

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
