import { minutesBetween, type Envelope, type OrderOf, type OrderV1, type UtcInstant } from '@fengsui/contracts';
import { insertRows, rows, run, schedule, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { kilometresBetween, mayBeSame } from '@fengsui/rules';
import { done, Due, rejected, Takes, type OrderResult } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { ReportingPlan } from '../plan.js';
import { SuspicionRow, type SubjectRow } from '../tables/tables.js';
import type { FactContent } from './fact-content.js';
import { FactBook } from './fact-book.js';
import { accidentsOf, missingIn, missingUntil } from './incidents.js';

const WINDOW = 'casualty-window';
type Incident = Extract<FactContent, { kind: 'incident' }>;

/** What becomes of accidents beside their reports: their window ends, two of them may be one. */
@Injectable()
export class Accidents {
  constructor(
    private readonly plan: ReportingPlan,
    private readonly facts: FactBook,
  ) {}

  /** Accidents of which something new is known. */
  async changed(subjects: readonly SubjectRow[], { tx, now }: UnitOfWork): Promise<void> {
    const jobs = subjects.flatMap((subject) =>
      [...accidentsOf(subject.id, subject.entries)].flatMap(([id, entries]): Job[] => {
        const until = missingUntil(Object.values(entries), this.plan);
        return until === null
          ? []
          : [{ kind: WINDOW, key: id, dueAt: until, payload: { reports: missingIn(entries) } }];
      }),
    );
    await schedule(tx, 'reporting', jobs);
    await this.reopen(tx, subjects, now);
    await this.suspect(tx, subjects, now);
  }

  /** Who is missing when the window ends counts as dead from then on. */
  @Due('reporting', WINDOW)
  async windowEnded(jobs: readonly Job[], { tx, now }: UnitOfWork): Promise<void> {
    const bookings = jobs.map(({ key, dueAt, payload }) => {
      const id = `${WINDOW}/${key}/${dueAt}`;
      const header = { id, type: WINDOW, key, correlationId: key, occurredAt: dueAt, recordedAt: now, data: {} };
      const event: Envelope = { ...header, causes: payload['reports'] as string[] };
      return {
        event,
        parts: [{ kind: 'incident' as const, subject: key, kept: { at: dueAt, of: key, note: 'window-ended' } }],
      };
    });
    await this.facts.book(tx, bookings);
  }

  /** Two numbers of one accident: it counts once, by what is known under the first. */
  @Takes('reporting', 'join-incidents', ({ data }) => data.incidentId)
  async join(order: OrderOf<'join-incidents'>, unit: UnitOfWork): Promise<OrderResult> {
    const { incidentId, joined, reason } = order.data;
    if (incidentId === joined) return rejected('两个编号相同 / it is one number');
    return this.decide(order, [incidentId, joined], 'joined', reason, unit);
  }

  /** Two accidents, however alike; also undoes that they were joined. */
  @Takes('reporting', 'part-incidents', ({ data }) => data.incidentId)
  async part(order: OrderOf<'part-incidents'>, unit: UnitOfWork): Promise<OrderResult> {
    const { incidentId, other, reason } = order.data;
    return this.decide(order, [incidentId, other], 'apart', reason, unit);
  }

  private async decide(
    order: OrderOf<'join-incidents' | 'part-incidents'>,
    [stays, other]: readonly [string, string],
    what: 'joined' | 'apart',
    reason: string,
    { tx, now }: UnitOfWork,
  ): Promise<OrderResult> {
    if (reason === '') return rejected('须写明理由 / say why');
    const contents = await contentsOf(tx, [stays, other]);
    for (const id of [stays, other])
      if (!contents.has(id)) return rejected(`没有事故 ${id} / there is no accident ${id}`);
    // What counts no more cannot stand for another.
    if (what === 'joined' && contents.get(stays) === null)
      return rejected(`${stays} 本身不计入统计（核销、不在本市或已并入他案）/ ${stays} does not count itself`);
    const [one, two] = [stays, other].sort() as [string, string];
    const before = await tx.getRepository(SuspicionRow).findOneBy({ one, other: two });
    const told = what === 'joined' ? other : (before?.joined ?? null);
    const to = told === stays ? other : stays;
    const kept = { at: order.occurredAt, of: told, note: what, to };
    const parts = told === null ? [] : [{ kind: 'incident' as const, subject: told, kept }];
    if (parts.length > 0) await this.facts.book(tx, [{ event: order as OrderV1, parts }]);
    const joined = what === 'joined' ? other : null;
    const row = { one, other: two, foundAt: now, state: what, joined, order: order.id, words: reason };
    await insertRows(tx, SuspicionRow, [row], {
      on: ['one', 'other'],
      set: ['foundAt', 'state', 'joined', 'order', 'words'],
    });
    return done(what === 'joined' ? `${other} 与 ${stays} 为同一起事故` : `${stays} 与 ${other} 为两起事故`);
  }

  /** What stood for another counts no more: then neither counts, and a person must say what is so. */
  private async reopen(tx: Tx, subjects: readonly SubjectRow[], now: UtcInstant): Promise<void> {
    const gone = subjects.filter(({ content }) => content === null).map(({ id }) => id);
    if (gone.length === 0) return;
    await run(
      tx,
      `update reporting.suspicion set state = 'open', found_at = $2, words = '并入的一起已不再计入，两起都未计入，请核'
       where state = 'joined' and ((one = any($1) and joined = other) or (other = any($1) and joined = one))`,
      [gone, now],
    );
  }

  /** Accidents under other numbers that may be these: for a person to say. */
  private async suspect(tx: Tx, subjects: readonly SubjectRow[], now: UtcInstant): Promise<void> {
    const { sameAccident } = this.plan.statistics;
    const placed = subjects.flatMap(({ id, content }) =>
      content?.kind === 'incident' && content.latitude !== null ? [{ id, content }] : [],
    );
    if (placed.length === 0) return;
    // Two that are told at the same time would not see each other.
    await run(tx, `select pg_advisory_xact_lock(hashtext('reporting.suspicion'))`);
    const near = await rows<{ id: string; other: string; content: Incident }>(
      tx,
      `select distinct on (a.id, s.id) a.id, s.id as other, s.content
       from unnest($1::text[], $2::timestamptz[]) as a(id, at)
       join reporting.fact f on f.kind = 'incident' and f.subject <> a.id
         and f.at between a.at - make_interval(mins => $3) and a.at + make_interval(mins => $3)
       join reporting.subject s on s.kind = 'incident' and s.id = f.subject and s.content is not null`,
      [placed.map(({ id }) => id), placed.map(({ content }) => content.at), sameAccident.withinMinutes],
    );
    const own = new Map(placed.map(({ id, content }) => [id, content]));
    const found = near.flatMap(({ id, other, content }) => {
      const mine = own.get(id) as Incident;
      if (!mayBeSame(mine, content, sameAccident)) return [];
      const [a, b] = [id, other].sort() as [string, string];
      return [
        {
          one: a,
          other: b,
          foundAt: now,
          state: 'open' as const,
          joined: null,
          order: null,
          words: alike(mine, content),
        },
      ];
    });
    await insertRows(tx, SuspicionRow, found, 'nothing');
  }
}

/** What is known of accidents by their numbers; null: it does not count. */
async function contentsOf(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, FactContent | null>> {
  const found = await rows<{ id: string; content: FactContent | null }>(
    tx,
    `select id, content from reporting.subject where kind = 'incident' and id = any($1)`,
    [ids],
  );
  return new Map(found.map(({ id, content }) => [id, content]));
}

function alike(a: Incident, b: Incident): string {
  const km = kilometresBetween(
    { latitude: a.latitude ?? NaN, longitude: a.longitude ?? NaN },
    { latitude: b.latitude ?? NaN, longitude: b.longitude ?? NaN },
  );
  return `相隔${Math.round(Math.abs(minutesBetween(a.at, b.at)))}分钟、${km.toFixed(1)}公里，死亡${a.deaths}人、${b.deaths}人，受伤${a.injuries}人、${b.injuries}人`;
}
