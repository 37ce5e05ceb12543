import { appendAudit, type Act } from '@fengsui/access';
import { TOPICS, type ObservedEvent, type OrderV1, type Refusal, type UtcInstant } from '@fengsui/contracts';
import { playState, type Clock, type Tx } from '@fengsui/database';
import { partitionOf, type Log } from '@fengsui/log';
import type { Counties } from '@fengsui/regions';
import type { DataSource } from 'typeorm';
import { payloadOf, type Payload } from '../keeping/payload.js';
import type { Ahead } from './ahead.js';
import type { Sender } from './believing.js';
import type { CheckedRecord } from './checking.js';
import { idsOf, KnownFacts } from './known-facts.js';
import type { ReadingThread } from './reading-thread.js';
import { judge, type Candidate, type Judged, type Permit } from './judging.js';
import { KeptInputs, UNREAD, type Accepted, type Note, type Unknown } from '../keeping/kept-inputs.js';
import { monthKey } from '../persons/person-keys.js';
import type { Persons } from '../persons/persons.js';
import { mayNamePersons, type Named, type Pseudonyms } from '../persons/pseudonyms.js';
import { readInput, type Skipped } from './reading.js';
import type { SourceRules } from '../readers/index.js';
import type { Reader } from '../readers/reader.js';
import { measured } from '../sources/source-metrics.js';
import type { Stations } from './stations.js';
import { Rehearsal } from './rehearsal.js';
import { Tally, type Receipt } from './receipt.js';
import { isOrder, type Door, type Giver, type Way } from './ways-in.js';

/** What the city lays down about what comes in. */
export type ReceivingPlan = Readonly<{
  readers: readonly Reader[];
  senders: readonly Sender[];
  rules: Pick<SourceRules, 'divisions'>;
  ahead: Ahead;
  stations: Stations;
  /** Finds the county of a position. */ counties?: Pick<Counties, 'at'>;
  /** Reads what is large, so that others are answered meanwhile. */ thread?: ReadingThread;
  /** Stand for whom inputs name. */ pseudonyms?: Pseudonyms;
  /** Keeps whom they stand for; without it nobody does. */ persons?: Pick<Persons, 'keep' | 'use'>;
}>;

/** What came in, and through which door. */
export type Input = Readonly<{
  payload: Payload;
  door: Door;
  /** File name or address: where a person would look for it. */
  name: string;
  /** Feeder, folder or source that it is from; reports that come this way carry it. */
  actor: string;
  /** The person who was authenticated at the door, for the orders that they give. */
  giver?: Giver;
  /** When it was published, as its source says. */
  publishedAt?: UtcInstant | null;
  /** The formats this input may have; all of them unless the door says. */
  readers?: readonly Reader[];
  /** What the one who feeds may send. */
  permit?: Permit;
  /**
   * Runs in the transaction of the last chunk: a position moves with the work it stands for. `refused`: why nothing
   * was taken at all.
   */
  finish?: (tx: Tx, refused: string | null) => Promise<void>;
}>;
/** An input whose way in is known. */
type Known = Input & Readonly<{ way: Way }>;

/** Records committed together: enough for speed, few enough that a crash repeats little. */
const CHUNK_RECORDS = 1_000;
const CHUNK_BYTES = 4_000_000;

/**
 * Takes inputs in: refuses or normalises, keeps the bytes, and writes the events, all of a chunk in one transaction.
 */
export class Receiving {
  constructor(
    private readonly db: DataSource,
    private readonly log: Log,
    private readonly clock: Clock,
    private readonly kept: KeptInputs,
    /** What is read, and who may warn of what. */ private readonly plan: ReceivingPlan,
  ) {}

  private readonly toldOnTopics = new Set<string>();

  /** Every format that this installation reads. */
  get readers(): readonly Reader[] {
    return this.plan.readers;
  }

  /** A small input that is at hand whole. */
  async receiveBytes(bytes: Buffer, about: Omit<Input, 'payload'>): Promise<Receipt | Skipped> {
    return this.receive({ ...about, payload: await payloadOf(bytes) });
  }

  async receive(given: Input): Promise<Receipt | Skipped> {
    const input = { ...given, way: await this.wayOf(given) };
    const opened = await readInput(input.payload, input.readers ?? this.readers, this.plan);
    if ('skipped' in opened) {
      if (opened.emptyList !== true && KEEPS_UNREAD.has(input.door)) await this.keepUnread(input, opened.skipped);
      return opened;
    }
    const tally = new Tally(opened.format, input.payload.sha256);
    // While the database stores the bytes the first chunk is read, and while it stores one chunk the next.
    let storing = this.keep(input, opened.format);
    storing.catch(() => undefined); // it is awaited below; the parser may throw first
    let held: readonly CheckedRecord[] = [];
    for await (const chunk of chunksOf(opened.records)) {
      await storing;
      if (held.length > 0) storing = this.storeInTwo(held, input, tally);
      storing.catch(() => undefined);
      held = chunk;
    }
    await storing;
    const now = await this.clock.now();
    await this.store(
      held.map((record) => judge(record, input.way, now, input.permit)),
      now,
      input,
      tally,
      { finish: input.finish },
    );
    return tally.receipt();
  }

  /**
   * Reads an input again that came in before, with what is read now: what was accepted is a duplicate.
   * @returns null when there is no such input
   */
  async again(sha256: string, actor: string): Promise<Receipt | Skipped | null> {
    const input = await this.kept.find(this.db, sha256);
    if (input === null) return null;
    return this.receive({ payload: this.kept.payloadOf(this.db, input), door: 'file', name: input.name, actor });
  }

  /** What nobody reads today may be read tomorrow: its bytes are kept with the reason. */
  private async keepUnread(input: Known, why: string): Promise<void> {
    if (input.payload.size === 0 || input.payload.size > MOST_UNREAD_BYTES) return;
    await this.keep(input, UNREAD);
    const refusal = {
      place: 'document',
      reason: why,
      expected: '可识别的格式 / a format that is read: fengsui formats',
    };
    const now = await this.clock.now();
    await this.db.transaction((tx) => this.kept.keepRefusals(tx, input.payload.sha256, now, [refusal]));
  }

  /**
   * Small inputs that came in together, in one transaction: each stays an input of its own, with its bytes and its
   * refusals.
   * @param finish runs in that transaction; says of each input why nothing of it was taken, or null
   * @throws when one of them cannot be read at all: then nothing of any was kept, and each must be taken alone
   */
  async receiveTogether(
    inputs: readonly (Omit<Input, 'payload' | 'finish'> & Readonly<{ bytes: Buffer }>)[],
    finish: (tx: Tx, refused: readonly (string | null)[]) => Promise<void>,
  ): Promise<void> {
    const now = await this.clock.now();
    const read = await Promise.all(
      inputs.map(async (input) => {
        const payload = await payloadOf(input.bytes);
        const opened = await readInput(payload, input.readers ?? this.readers, this.plan);
        if ('skipped' in opened) throw new Unusable(opened.skipped);
        const judged: Judged[] = [];
        const way = await this.wayOf(input);
        for await (const records of opened.records)
          judged.push(...records.map((record) => judge(record, way, now, input.permit)));
        return { input, way, sha256: payload.sha256, format: opened.format, judged };
      }),
    );
    const sealed = new Map<string, string | null>();
    for (const { input, sha256, format } of read)
      sealed.set(sha256, await this.sealedUnder(input.readers, format, { open: () => [input.bytes] }));
    await this.db.transaction(async (tx) => {
      await this.kept.keepSmall(
        tx,
        read.map(({ input, sha256, format }) => ({
          ...input,
          sha256,
          size: input.bytes.length,
          format,
          receivedAt: now,
          sealedUnder: sealed.get(sha256) ?? null,
        })),
      );
      const inputOf = new Map(
        read.flatMap(({ judged, sha256 }) =>
          judged.flatMap((one) =>
            'candidates' in one ? one.candidates.map((candidate) => [candidate, sha256] as const) : [],
          ),
        ),
      );
      await this.plan.persons?.keep(tx, namedIn(read.flatMap(({ judged }) => judged)), now);
      const claimed = await this.claim(tx, [...inputOf.keys()], (candidate) => inputOf.get(candidate) ?? '');
      const events: ObservedEvent[] = [];
      const refused: (string | null)[] = [];
      const unknown = new Map<string, Unknown[]>();
      for (const { input, sha256, format, judged } of read) {
        const outcomes = judged.map((one) => outcomeOf(one, claimed));
        const refusals = outcomes.flatMap((one) => ('refusals' in one ? one.refusals : []));
        await this.kept.keepRefusals(tx, sha256, now, refusals);
        await this.kept.keepNotes(
          tx,
          sha256,
          outcomes.flatMap((one) => ('events' in one && one.events.length > 0 ? one.notes : [])),
        );
        events.push(...outcomes.flatMap((one) => ('events' in one ? one.events : [])));
        refused.push(refusalOfAll(outcomes, new Tally(format, sha256)));
        const strangers = outcomes.flatMap(unknownIn);
        if (strangers.length > 0) unknown.set(input.actor, [...(unknown.get(input.actor) ?? []), ...strangers]);
      }
      for (const [actor, strangers] of [...unknown].sort()) await this.kept.keepUnknown(tx, actor, now, strangers);
      await finish(tx, refused);
      const way = read[0]?.way;
      if (way !== undefined) await appendAudit(tx, actsOf(events, way), now);
      await this.log.append(tx, events);
    });
  }

  /** Nothing is kept: says what each record would be, or why it would be refused. */
  async rehearse(given: Input): Promise<Receipt | Skipped> {
    const way = await this.wayOf(given);
    const opened = await readInput(given.payload, given.readers ?? this.readers, this.plan);
    if ('skipped' in opened) return opened;
    const rehearsal = new Rehearsal(this.db, this.kept, this.plan, new Tally(opened.format, given.payload.sha256));
    const now = await this.clock.now();
    for await (const chunk of chunksOf(opened.records))
      await rehearsal.take(chunk.map((record) => judge(record, way, now, given.permit)));
    return rehearsal.tally.receipt();
  }

  /** Who gives the orders of an input, if anybody may. */
  private async wayOf({ door, actor, giver }: Pick<Input, 'door' | 'actor' | 'giver'>): Promise<Way> {
    const marked = door === 'file' && (await playState(this.db)).state !== 'none';
    return {
      door,
      actor,
      giver: giver ?? null,
      marked,
      senders: this.plan.senders,
      divisions: this.plan.rules.divisions,
      ahead: this.plan.ahead,
      stations: this.plan.stations,
      // Each message of a topic is an input of its own: who feeds there is told once.
      told: door === 'kafka' ? this.toldOnTopics : new Set(),
    };
  }

  /** Large inputs are written in transactions of their own, before any event refers to them. */
  private async keep({ payload, door, name, publishedAt = null, readers }: Input, format: string): Promise<void> {
    if (await this.kept.knows(this.db.manager, payload.sha256)) return;
    const under = await this.sealedUnder(readers, format, payload);
    const small = payload.size < SMALL_BYTES;
    const finish = async (tx: Tx): Promise<void> => {
      if (under !== null) await this.plan.persons?.use(tx, new Set([under]), await this.clock.now(tx));
      await this.kept.keepInput(tx, {
        sha256: payload.sha256,
        size: payload.size,
        door,
        name,
        format,
        receivedAt: await this.clock.now(tx),
        publishedAt,
        sealedUnder: under,
      });
    };
    if (small)
      await this.db.transaction(async (tx) => {
        await this.kept.keepBytes(payload, under, (work) => work(tx));
        await finish(tx);
      });
    else {
      await this.kept.keepBytes(payload, under, (work) => this.db.transaction(work));
      await this.db.transaction(finish);
    }
  }

  /** The key under which the bytes of an input are sealed; null: it names nobody. */
  private async sealedUnder(
    readers: readonly Reader[] | undefined,
    format: string,
    payload: Pick<Payload, 'open'>,
  ): Promise<string | null> {
    const formats = format.split('+');
    const reads = (readers ?? this.readers).filter((one) => formats.includes(one.format));
    if (format !== UNREAD && !reads.some(({ namesPersons }) => namesPersons === true)) return null;
    // Most contract JSON is no report of persons; what is kept open can still be followed in a hundred years.
    if (format === 'contract-json' && !(await mayNamePersons(payload))) return null;
    return monthKey(await this.clock.now());
  }

  /**
   * A full chunk goes in two transactions at once, so that the database has both hands full. They are parted by the
   * partition of the log that an event will lie in: what must stay in order stays in one half, and the halves wait
   * for no lock of each other.
   */
  private async storeInTwo(records: readonly CheckedRecord[], input: Known, tally: Tally): Promise<void> {
    const now = await this.clock.now();
    const halves: [Judged[], Judged[]] = [[], []];
    for (const record of records) {
      const judged = judge(record, input.way, now, input.permit);
      halves[halfOf(judged)].push(judged);
    }
    const ended = await Promise.allSettled(halves.map((half) => this.store(half, now, input, tally)));
    const failed = ended.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason; // only when neither is at work any more
  }

  private async store(
    judged: readonly Judged[],
    now: UtcInstant,
    input: Known,
    tally: Tally,
    last: Readonly<{ finish: Input['finish'] }> | null = null,
  ): Promise<void> {
    const { sha256 } = input.payload;
    const source = input.door === 'poll' ? input.actor.replace('source:', '') : null;
    const { outcomes, events, unknown } = await this.db.transaction(async (tx) => {
      const candidates = judged.flatMap((one) => ('candidates' in one ? one.candidates : []));
      await this.plan.persons?.keep(tx, namedIn(judged), now);
      const claimed = await this.claim(tx, candidates, () => sha256);
      const outcomes = judged.map((one) => outcomeOf(one, claimed));
      await this.kept.keepRefusals(
        tx,
        sha256,
        now,
        outcomes.flatMap((one) => ('refusals' in one ? one.refusals : [])),
      );
      await this.kept.keepNotes(
        tx,
        sha256,
        outcomes.flatMap((one) => ('events' in one && one.events.length > 0 ? one.notes : [])),
      );
      const unknown = outcomes.flatMap(unknownIn);
      // Once an input, with its last chunk: a table of a city that is not ours names a thousand stations in each.
      if (last !== null) await this.kept.keepUnknown(tx, input.actor, now, [...tally.strangers, ...unknown]);
      const events = outcomes.flatMap((one) => ('events' in one ? one.events : []));
      if (source !== null) await this.kept.keepSeen(tx, source, now, events);
      await last?.finish?.(tx, refusalOfAll(outcomes, tally));
      await appendAudit(tx, actsOf(events, input.way), now);
      if (events.length > 0) await this.log.append(tx, events);
      return { outcomes, events, unknown };
    });
    // Only after the commit: a chunk that failed is counted nowhere.
    tally.names(namedIn(judged).length);
    if (last === null) tally.meet(unknown);
    if (source !== null) measured(source, events, unknown);
    for (const outcome of outcomes)
      if ('refusals' in outcome) tally.refuse(outcome.refusals);
      else if (outcome.events.length === 0) tally.duplicate();
      else tally.accept(outcome.events, outcome.conflict, outcome.notes);
  }

  /**
   * Gives each candidate its identity, unless the same fact has it already. Most facts are new, so each is claimed
   * first, and looked up only when another has it. Two doors may claim at once: who loses the race looks again, and
   * finds a duplicate or a conflict.
   */
  private async claim(
    tx: Tx,
    candidates: readonly Candidate[],
    inputOf: (candidate: Candidate) => string,
  ): Promise<Map<Candidate, Claim>> {
    const claimed = new Map<Candidate, Claim>();
    const known = new KnownFacts();
    known.addRoundings(
      await this.kept.roundingsOf(
        tx,
        candidates.map(({ sameness }) => sameness),
      ),
    );
    let left = candidates;
    for (let round = 0; left.length > 0; round += 1) {
      if (round > MAX_ROUNDS) throw new Error('identities were claimed by others again and again');
      if (round > 0) known.add(await this.kept.contentsOf(tx, left.flatMap(idsOf)));
      const claims = left.flatMap((candidate) => {
        const placed = known.place(candidate);
        if ('sameAs' in placed) {
          claimed.set(candidate, { event: null, conflict: false });
          return [];
        }
        const { id, first, conflict } = placed;
        // What was found out later names what it is about.
        const causes = first === null || conflict ? candidate.event.causes : [first];
        return [{ candidate, conflict, event: { ...candidate.event, id, causes } as ObservedEvent }];
      });
      const won = await this.kept.claim(
        tx,
        claims.map(({ candidate, event, conflict }) => acceptedOf(inputOf(candidate), candidate, event, conflict)),
      );
      for (const { candidate, event, conflict } of claims)
        if (won.has(event.id)) claimed.set(candidate, { event, conflict });
        // somebody has it: the next round sees with what
        else known.forget(candidate);
      left = left.filter((candidate) => !claimed.has(candidate));
    }
    return claimed;
  }
}

/** What people ordered, for the audit chain: each order once, when it is taken in. */
const actsOf = (events: readonly ObservedEvent[], { giver, door }: Way): readonly Act[] =>
  events.filter(isOrder).map(({ id, data }) => ({
    actor: data.actor,
    right: data.right ?? 'none',
    origin: giver?.origin ?? door,
    act: `order.${data.kind}`,
    about: id,
    before: null,
    after: withoutCode(data),
    reason: data.reason,
  }));

/** A code that proves something is no part of what was done. */
const withoutCode = (data: OrderV1['data']): object =>
  'code' in data ? { ...data, code: data.code === undefined || data.code === null ? data.code : '***' } : data;

/** One of several inputs that is none. */
class Unusable extends Error {}

/** Who polls asks again, and a topic parks what it cannot take. */
const KEEPS_UNREAD: ReadonlySet<Door> = new Set(['http', 'login', 'folder', 'file']);
const MOST_UNREAD_BYTES = 16_000_000;
const SMALL_BYTES = 8_000_000;
/** Each lost race needs another door that won it; three doors racing for one fact is already rare. */
const MAX_ROUNDS = 5;

/** `event` is null for a duplicate. */
type Claim = Readonly<{ event: ObservedEvent | null; conflict: boolean }>;
type Outcome =
  | Readonly<{ refusals: readonly Refusal[] }>
  | Readonly<{
      events: readonly ObservedEvent[];
      conflict: boolean;
      notes: readonly Note[];
      unknown: readonly Unknown[];
    }>;

function namedIn(judged: readonly Judged[]): readonly Named[] {
  const named: Named[] = [];
  for (const one of judged) if ('named' in one && one.named.length > 0) named.push(...one.named);
  return named;
}

const unknownIn = (outcome: Outcome): readonly Unknown[] => ('unknown' in outcome ? outcome.unknown : []);

function halfOf(judged: Judged): 0 | 1 {
  const first = 'candidates' in judged ? judged.candidates[0] : undefined;
  if (first === undefined) return 0;
  return partitionOf(first.sameness.key, TOPICS[first.event.type].partitions) % 2 === 0 ? 0 : 1;
}

/** Null when anything was taken, or there was nothing to take. */
function refusalOfAll(outcomes: readonly Outcome[], tally: Tally): string | null {
  const first = outcomes.flatMap((one) => ('refusals' in one ? one.refusals : []))[0];
  if (first === undefined || tally.takenAny() || outcomes.some((one) => 'events' in one)) return null;
  return `every record was refused; the first: ${first.place}: ${first.reason}; expected ${first.expected}`;
}

function outcomeOf(judged: Judged, claimed: ReadonlyMap<Candidate, Claim>): Outcome {
  if ('refusals' in judged) return judged;
  const own = judged.candidates.map((candidate) => claimed.get(candidate) as Claim);
  return {
    events: own.flatMap(({ event }) => event ?? []),
    conflict: own.some(({ conflict }) => conflict),
    notes: judged.notes,
    unknown: judged.candidates.flatMap((candidate, n) => (own[n]?.event === null ? [] : candidate.unknown)),
  };
}

const acceptedOf = (
  sha256: string,
  { sameness, content, record }: Candidate,
  event: ObservedEvent,
  conflict: boolean,
): Accepted => ({
  sha256,
  eventId: event.id,
  identity: sameness.identity,
  coarse: sameness.coarse,
  mayBeCoarse: sameness.mayBeCoarse,
  content,
  contract: event.type,
  place: record.place,
  from: record.from,
  length: record.length,
  recordedAt: event.recordedAt,
  conflict,
});

async function* chunksOf(records: AsyncIterable<CheckedRecord[]>): AsyncGenerator<CheckedRecord[]> {
  let chunk: CheckedRecord[] = [];
  let bytes = 0;
  for await (const some of records)
    for (const record of some) {
      chunk.push(record);
      bytes += record.length;
      if (chunk.length < CHUNK_RECORDS && bytes < CHUNK_BYTES) continue;
      yield chunk;
      [chunk, bytes] = [[], 0];
    }
  if (chunk.length > 0) yield chunk;
}
