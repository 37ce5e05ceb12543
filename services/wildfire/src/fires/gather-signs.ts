import { addMinutes, minutesBetween, VERDICT_IN_CHINESE, type UtcInstant } from '@fengsui/contracts';
import { schedule, unschedule, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { askAgain, CLASS_OF, kilometresBetween, type JudgedPlace } from '@fengsui/rules';
import { Due, OrdersDesk } from '@fengsui/service';
import { Injectable } from '@nestjs/common';
import { WildfirePlan } from '../plan.js';
import type { FireRow } from '../tables/tables.js';
import { fireMerged, firePhase, fireRaised } from './fire-events.js';
import { Circumstances, type Explanation } from './circumstances.js';
import { Fires, isOpen, type KnownSign } from './fires.js';
import { Phases } from './phases.js';

/** Signs that come in at one instant are gathered once, as a whole. */
export const gatherAt = (now: UtcInstant): Job => ({ kind: 'gather', key: now, dueAt: now, payload: {} });
/**
 * A file comes in pieces: it is gathered when nothing more of it has come for a second, and at the latest after some
 * seconds, however much there is.
 */
export const gatherSoon = (now: UtcInstant): Job => ({
  ...gatherAt(addMinutes(now, 1 / 60)),
  key: `soon/${Math.floor(Date.parse(now) / LATEST_MS)}`,
});
const LATEST_MS = 5_000;
export const VERIFY = 'verify-deadline';

/** Gathered at a time: a day of a continent must not hold up what else is done. Any cut gives the same fires. */
const MOST = 20_000;

/** Kept as what a fire is asked about for; of more it is the fire that is asked about. */
const MOST_NAMED = 100;

/**
 * Puts loose signs to fires. Which signs make one fire depends on the signs alone; whether anybody is asked to verify
 * it, on what was judged there.
 */
@Injectable()
export class GatherSigns {
  constructor(
    private readonly plan: WildfirePlan,
    private readonly fires: Fires,
    private readonly phases: Phases,
    private readonly around: Circumstances,
    private readonly desk: OrdersDesk,
  ) {}

  @Due('wildfire', 'gather')
  async gather(_: readonly Job[], unit: UnitOfWork): Promise<void> {
    const { tx, now } = unit;
    const { fires: plan } = this.plan;
    await this.fires.lockGathering(tx);
    const loose = await this.fires.looseSigns(tx, now, MOST);
    const next = loose.length === MOST ? now : await this.fires.nextSeen(tx, now);
    if (next !== null) await schedule(tx, 'wildfire', [{ ...gatherAt(next), key: `${next}+` }]);
    if (loose.length === 0) return;
    const near = await this.fires.near(tx, loose, plan);
    const rows = new Map((await this.fires.locked(tx, firesOf(near))).map((row) => [row.id, row]));
    // What a person parted is joined to by its own signs only, and joins nothing.
    const isApart = ({ fire }: KnownSign): boolean => fire !== null && rows.get(fire)?.apart === true;
    const parted = near.filter(isApart);
    const grouped = await this.fires.sets([...near.filter((sign) => !isApart(sign)), ...loose], plan);
    const sets = grouped.map((set) => {
      const nearest = nearestOf(set, parted, plan);
      return {
        fires: [...(nearest === null ? [] : [nearest]), ...firesOf(set)],
        fresh: set.filter((one) => one.fire === null),
      };
    });
    await this.found(
      sets.filter(({ fires }) => fires.length === 0).map(({ fresh }) => fresh),
      unit,
    );
    const grown = sets.filter(({ fires, fresh }) => fires.length > 1 || (fires.length === 1 && fresh.length > 0));
    // Most of a pass: more of what is being verified. All of it at once.
    const simple = grown.flatMap(({ fires, fresh }) => {
      const row = fires.length === 1 ? rows.get(fires[0] as string) : undefined;
      return row !== undefined && isOpen(row) ? [{ fire: row.id, signs: fresh }] : [];
    });
    await this.fires.attach(tx, simple, { because: 'joined', event: null, now });
    const done = new Set(simple.map(({ fire }) => fire));
    for (const { fires, fresh } of grown)
      if (fires.length > 1 || !done.has(fires[0] as string)) await this.grown(fires, fresh, unit);
  }

  private async merge(into: FireRow, merged: readonly FireRow[], because: Merging, unit: UnitOfWork): Promise<FireRow> {
    const { tx, now, append } = unit;
    let survivor = into;
    for (const fire of merged) {
      const { reason, causes, by } = because;
      const event = fireMerged(survivor.id, fire, causes, { now, reason, plan: this.plan.fires.version });
      await this.fires.change(tx, fire, { state: 'merged', mergedInto: survivor.id }, event.id);
      // What a person parted stays apart from the others.
      if (fire.apart && !survivor.apart) await this.fires.change(tx, survivor, { apart: true });
      const moved = await this.fires.signsOf(tx, fire.id);
      await this.fires.attach(tx, [{ fire: survivor.id, signs: moved }], {
        because: 'merged',
        event: by ?? event.id,
        now,
      });
      append(event);
      await unschedule(tx, 'wildfire', VERIFY, [fire.id]);
      if (isOpen(fire) && isOpen(survivor) && fire.dueAt < survivor.dueAt) {
        await this.fires.change(tx, survivor, { dueAt: fire.dueAt });
        await schedule(tx, 'wildfire', [deadline(survivor.id, fire.dueAt)]);
      }
      [survivor] = (await this.fires.locked(tx, [survivor.id])) as [FireRow];
    }
    return survivor;
  }

  /** Asks people to verify a fire, the first time or again. */
  async ask(
    fire: FireRow,
    because: readonly KnownSign[],
    reason: string,
    unit: UnitOfWork,
    dueAt = addMinutes(unit.now, this.plan.fires.verifyWithinMinutes),
  ): Promise<void> {
    const { tx, now, append } = unit;
    const { version } = this.plan.fires;
    const again = fire.asked + 1;
    const signs = await this.fires.signsOf(tx, fire.id);
    const setting = (await this.around.urgency.settings(tx, now))(signs);
    const event = fireRaised(fire.id, signs, because, { now, dueAt, again, reason, setting, plan: version });
    const asked = {
      state: 'to-verify',
      asked: again,
      askedFor: because.length > MOST_NAMED ? [] : because.map((sign) => sign.event),
      raisedAt: now,
      dueAt,
      reason,
      mergedInto: null,
      heatPlace: null,
    } as const;
    await this.fires.change(tx, fire, asked, event.id);
    await schedule(tx, 'wildfire', [deadline(fire.id, dueAt)]);
    append(event);
    if (again === 1) await this.desk.targetsKnown([fire.id], unit);
  }

  /** A fire of signs that were another's, before anybody is asked about it. @returns its number */
  async beginApart(signs: readonly KnownSign[], note: string | null, { tx, now }: UnitOfWork): Promise<string> {
    const [id] = (await this.fires.newNumbers(tx, [signs[0] as KnownSign])) as [string];
    const row = rowOf(id, signs, { now, dueAt: now, reason: note ?? '', event: null, from: null });
    await this.fires.insert(tx, [row]);
    return id;
  }

  /** Sets of signs near which no fire of their time is: each is one, and somebody is asked to verify it, or not. */
  private async found(sets: readonly (readonly KnownSign[])[], unit: UnitOfWork): Promise<void> {
    if (sets.length === 0) return;
    const { tx, now, append } = unit;
    const { verifyWithinMinutes, version: plan } = this.plan.fires;
    const explained = await this.around.explain(tx, sets);
    const settingOf = await this.around.urgency.settings(tx, now);
    const ids = await this.fires.newNumbers(
      tx,
      sets.map(([first]) => first as KnownSign),
    );
    const dueAt = addMinutes(now, verifyWithinMinutes);
    const begun = sets.map((signs, index) => {
      const id = ids[index] as string;
      const why = explained[index] ?? null;
      const note = why?.words ?? null;
      const reason = note ?? reasonOf(signs);
      const asked =
        note === null
          ? fireRaised(id, signs, signs, { now, dueAt, again: 1, reason, setting: settingOf(signs), plan })
          : null;
      return {
        row: rowOf(id, signs, { now, dueAt, reason, event: asked?.id ?? null, from: why }),
        signs,
        asked,
      };
    });
    await this.fires.insert(
      tx,
      begun.map(({ row }) => row),
    );
    const members = begun.map(({ row, signs }) => ({ fire: row.id, signs }));
    await this.fires.attach(tx, members, { because: 'raised', event: null, now });
    const raised = begun.flatMap(({ asked }) => asked ?? []);
    await schedule(
      tx,
      'wildfire',
      raised.map(({ data }) => deadline(data.fireId, dueAt)),
    );
    append(...raised);
    await this.desk.targetsKnown(ids, unit);
  }

  /** Signs that belong to fires that are known: to one, or to several that they join. */
  private async grown(known: readonly string[], fresh: readonly KnownSign[], unit: UnitOfWork): Promise<void> {
    const { tx, now } = unit;
    const causes = fresh.map(({ event }) => event);
    const reason = `${fresh.length}个新迹象表明两处为同一起火情`;
    const fire = await this.joined(known, { reason, causes, by: null }, unit);
    await this.fires.attach(tx, [{ fire: fire.id, signs: fresh }], { because: 'joined', event: null, now });
    const [row] = (await this.fires.locked(tx, [fire.id])) as [FireRow];
    if (row.state === 'judged') await this.afterVerdict(row, fresh, unit);
    else if (row.state === 'noted') await this.afterNote(row, fresh, unit);
  }

  /**
   * Several fires are one. Where somebody was asked about any of them, somebody is still, unless what goes on is
   * confirmed and burns. @returns the one that goes on
   */
  async joined(known: readonly string[], because: Merging, unit: UnitOfWork): Promise<FireRow> {
    const { tx } = unit;
    // One of them may have ended in another meanwhile.
    const rows = await this.standing(known, tx);
    const [first, ...others] = rows.sort(byWeight(because.named ?? null)) as [FireRow, ...FireRow[]];
    const open = others.filter(isOpen);
    const survivor = await this.merge(first, others, because, unit);
    if (open.length === 0 || isOpen(survivor) || isBurning(survivor)) return survivor;
    const dueAt = open.map((fire) => fire.dueAt).sort()[0] as UtcInstant;
    await this.ask(survivor, await this.fires.signsOf(tx, survivor.id), because.reason, unit, dueAt);
    const [asked] = (await this.fires.locked(tx, [survivor.id])) as [FireRow];
    return asked;
  }

  /** The fires that are meant: what has ended in another one is that one. */
  private async standing(known: readonly string[], tx: Tx): Promise<FireRow[]> {
    const found = new Map<string, FireRow>();
    for (const id of known) {
      const fire = await this.fires.lock(tx, id);
      if (fire !== null) found.set(fire.id, fire);
    }
    return [...found.values()];
  }

  /** What was judged is asked about again when it is another thing than what was judged. */
  private async afterVerdict(fire: FireRow, fresh: readonly KnownSign[], unit: UnitOfWork): Promise<void> {
    const judged = await this.fires.judged(unit.tx, fire);
    if (judged === null) return;
    const isFire = CLASS_OF[judged.verdict] === 'fire';
    const live = fresh.filter(({ late }) => !late);
    // What is history by now sends nobody out, and gives no reason to.
    const reason = this.whyAfter(judged, await this.unknownTo(judged, fire, unit.tx));
    if (reason !== null && live.length > 0) return this.ask(fire, live, reason, unit);
    if (isFire) await this.phases.seen(fire, fresh, unit);
  }

  /** Why what was judged is asked about again; null: what came since is no other thing. */
  private whyAfter(judged: JudgedPlace, unknown: readonly KnownSign[]): string | null {
    if (CLASS_OF[judged.verdict] !== 'fire' && unknown.some(({ by }) => by === 'report'))
      return `已核查为${VERDICT_IN_CHINESE[judged.verdict]}，又有群众报告`;
    return askAgain(judged, unknown, this.plan.fires.afterVerdict);
  }

  /** Signs of a fire that nobody knew when it was judged, without those that were history when they came. */
  private async unknownTo({ known }: JudgedPlace, { id }: FireRow, tx: Tx): Promise<readonly KnownSign[]> {
    const before = new Set(known.map(({ event }) => event));
    return (await this.fires.signsOf(tx, id)).filter(({ event, late }) => !late && !before.has(event));
  }

  /**
   * A fire to verify has lost what it was asked about for, and what is left of it would have nobody sent out: what was
   * judged stands, or it is noted as it was.
   */
  async unlessAskedStill(fire: FireRow, { reason, by }: Readonly<{ reason: string; by: string }>, unit: UnitOfWork) {
    const { tx, now, append } = unit;
    const signs = await this.fires.signsOf(tx, fire.id);
    // What it was asked for is there, or nobody knows what that was.
    if (fire.askedFor.length === 0 || signs.some(({ event }) => fire.askedFor.includes(event))) return;
    const judged = await this.fires.judged(tx, fire);
    const isAsked =
      judged === null
        ? (await this.around.explain(tx, [signs]))[0] === null
        : this.whyAfter(judged, await this.unknownTo(judged, fire, tx)) !== null;
    if (isAsked) return;
    const event = firePhase(fire, 'unasked', { at: now, now, reason, causes: [by], plan: this.plan.fires.version });
    await this.fires.change(tx, fire, { state: judged === null ? 'noted' : 'judged', reason }, event.id);
    await unschedule(tx, 'wildfire', VERIFY, [fire.id]);
    append(event);
    const isFire = judged !== null && CLASS_OF[judged.verdict] === 'fire';
    if (isFire) await this.phases.begin(fire, tx);
  }

  private async afterNote(fire: FireRow, fresh: readonly KnownSign[], unit: UnitOfWork): Promise<void> {
    if (fresh.every(({ late }) => late)) return;
    const signs = await this.fires.signsOf(unit.tx, fire.id);
    const [why] = await this.around.explain(unit.tx, [signs]);
    if (why === null) await this.ask(fire, fresh, `${reasonOf(signs)}；此前：${fire.reason}`, unit);
  }
}

type Merging = Readonly<{
  reason: string;
  causes: readonly string[];
  /** The order of a person. */ by: string | null;
  /** Which a person says goes on; of two alike it does. */ named?: string;
}>;

const deadline = (fire: string, dueAt: UtcInstant): Job => ({ kind: VERIFY, key: fire, dueAt, payload: {} });

const firesOf = (signs: readonly KnownSign[]): readonly string[] => [
  ...new Set(signs.flatMap(({ fire }) => fire ?? [])),
];

/** @param event by which somebody is asked; null: nobody is @param from why nobody is sent out */
function rowOf(
  id: string,
  signs: readonly KnownSign[],
  {
    now,
    dueAt,
    reason,
    event,
    from,
  }: Readonly<{ now: UtcInstant; dueAt: UtcInstant; reason: string; event: string | null; from: Explanation | null }>,
) {
  const first = signs[0] as KnownSign;
  return {
    id,
    county: first.county,
    firstSeenBy: first.by,
    firstSeenAt: first.at,
    lastSeenAt: first.at,
    raisedAt: now,
    dueAt,
    state: event === null ? ('noted' as const) : ('to-verify' as const),
    asked: event === null ? 0 : 1,
    askedFor: [],
    mergedInto: from?.fire ?? null,
    heatPlace: from?.heatPlace ?? null,
    reason,
    events: event === null ? [] : [event],
  };
}

const isBurning = ({ state, phase }: FireRow): boolean => state === 'judged' && phase !== null && phase !== 'ended';

/**
 * Which of several fires goes on: one that is confirmed and burns covers the others; else one that was confirmed, so
 * that no fire is lost to what was none; what is overdue, what is open, what was judged, what was noted. Of two alike
 * the one that a person names, whose deadline, whose first sign is earlier.
 */
const byWeight =
  (named: string | null) =>
  (a: FireRow, b: FireRow): number => {
    const key = (fire: FireRow): string =>
      `${fire.id === named ? 0 : 1} ${isOpen(fire) ? fire.dueAt : ''} ${fire.firstSeenAt} ${fire.id}`;
    return weightOf(a) - weightOf(b) || (key(a) < key(b) ? -1 : 1);
  };

function weightOf(fire: FireRow): number {
  if (isBurning(fire)) return 0;
  if (fire.verdict !== null && CLASS_OF[fire.verdict] === 'fire') return 1;
  return 2 + ['overdue', 'to-verify', 'judged', 'noted', 'withdrawn', 'merged'].indexOf(fire.state);
}

/** The parted fire nearest to a set, when one is within reach. */
function nearestOf(
  set: readonly KnownSign[],
  parted: readonly KnownSign[],
  { joinWithinKm, joinWithinHours }: WildfirePlan['fires'],
): string | null {
  let nearest: Readonly<{ fire: string; km: number }> | null = null;
  for (const one of set)
    for (const other of parted) {
      const km = kilometresBetween(one, other);
      const isSoon = Math.abs(minutesBetween(one.at, other.at)) <= joinWithinHours * 60;
      if (!isSoon || !(km <= joinWithinKm) || other.fire === null) continue;
      if (nearest === null || km < nearest.km || (km === nearest.km && other.fire < nearest.fire))
        nearest = { fire: other.fire, km };
    }
  return nearest?.fire ?? null;
}

function reasonOf(signs: readonly KnownSign[]): string {
  const first = signs[0] as KnownSign;
  const seen = first.by === 'satellite' ? '卫星发现热点' : '群众报告火情';
  return `${seen}，${signs.length}个迹象，附近没有核查中的火情`;
}
