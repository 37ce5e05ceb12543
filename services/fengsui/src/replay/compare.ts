import {
  addMinutes,
  levelRank,
  minutesBetween,
  type DomainEvent,
  type EventOf,
  type Hazard,
  type Level,
  type UtcInstant,
} from '@fengsui/contracts';

type Proposed = EventOf<'response-proposed.v1'>;
type Changed = EventOf<'response-changed.v1'>;

/** What was called for or ordered at an instant: then, and now. */
export type ReplayInstant = Readonly<{
  at: UtcInstant;
  authority: string;
  response: Hazard;
  /** Level at the time, proposed or ordered, whichever is higher; null where nothing is known of it. */
  before: Level | null;
  now: Level;
  /** Who ordered then; null: nobody, or proposed only. */ by: string | null;
  reason: string;
}>;
export type Compared = Readonly<{
  instants: readonly ReplayInstant[];
  /** Starts and raises that people ordered, for which nothing as high is proposed in the day before. */ missed: number;
  /** Proposals upward now that nobody followed within a day then. */ false: number;
  /** By how much what is proposed now comes before what was ordered then: the median; null: nothing to compare. */
  leadMinutes: number | null;
  /** Proposals that are byte for byte what they were, and those that are not. */
  proposals: Readonly<{ same: number; other: number }>;
}>;

/** A proposal and an order belong together when they are no further apart. */
const DAY_MINUTES = 24 * 60;

/**
 * Holds what a plan says now against what was said and ordered then.
 * @param then null: nothing is known of then but the orders, which both have
 */
export function compare(then: readonly DomainEvent[] | null, now: readonly DomainEvent[]): Compared {
  const before = proposalsOf(then ?? []);
  const proposals = proposalsOf(now);
  const orders = changesOf(then ?? now);
  const raises = orders.filter(({ data }) => levelRank(data.to) > levelRank(data.from));
  const matched = raises.flatMap((order) => {
    const early = proposals.filter((one) => isFor(one, order) && one.occurredAt <= order.occurredAt);
    return early[0] === undefined ? [] : [minutesBetween(early[0].occurredAt, order.occurredAt)];
  });
  const upward = proposals.filter(({ data }) => levelRank(data.to) > levelRank(data.from));
  return {
    instants: instantsOf(then, now),
    missed: raises.length - matched.length,
    false: upward.filter((one) => !raises.some((order) => isFor(one, order) && one.occurredAt <= order.occurredAt))
      .length,
    leadMinutes:
      matched.length === 0 ? null : Math.round(matched.sort((a, b) => a - b)[Math.floor(matched.length / 2)] ?? 0),
    proposals: sameness(before, proposals),
  };
}

function isFor({ occurredAt, data }: Proposed, { occurredAt: orderedAt, data: order }: Changed): boolean {
  return (
    data.authority === order.authority &&
    data.hazard === order.hazard &&
    levelRank(data.to) >= levelRank(order.to) &&
    minutesBetween(occurredAt, orderedAt) <= DAY_MINUTES
  );
}

function sameness(before: readonly Proposed[], now: readonly Proposed[]): Compared['proposals'] {
  const known = new Set(before.map((one) => JSON.stringify(one)));
  const same = now.filter((one) => known.has(JSON.stringify(one))).length;
  return { same, other: Math.max(before.length, now.length) - same };
}

/** Whenever what is called for or in force changes, then or now. */
function instantsOf(then: readonly DomainEvent[] | null, now: readonly DomainEvent[]): readonly ReplayInstant[] {
  const said = [...levelsOf(then ?? [], 'then'), ...levelsOf(now, 'now')].sort((a, b) =>
    a.at < b.at ? -1 : a.at > b.at ? 1 : 0,
  );
  const standing = new Map<string, Readonly<{ early: Level; now: Level }>>();
  const instants: ReplayInstant[] = [];
  for (let next = 0; next < said.length;) {
    const { at, authority, response } = said[next] as Said;
    const here = said.filter((one) => one.at === at && one.authority === authority && one.response === response);
    const key = `${authority}/${response}`;
    const before = standing.get(key) ?? { early: 'none', now: 'none' };
    const after = {
      early: here.findLast(({ side }) => side === 'then')?.level ?? before.early,
      now: here.findLast(({ side }) => side === 'now')?.level ?? before.now,
    };
    standing.set(key, after);
    const by = here.findLast(({ side, by: who }) => (then === null || side === 'then') && who !== null)?.by ?? null;
    if (after.early !== before.early || after.now !== before.now || by !== null) {
      const reason = here.findLast(({ side }) => side === 'now')?.reason ?? here.at(-1)?.reason ?? '';
      instants.push({
        at,
        authority,
        response,
        before: then === null ? null : after.early,
        now: after.now,
        by,
        reason,
      });
    }
    next += 1;
    while (next < said.length && here.includes(said[next] as Said)) next += 1;
  }
  return instants;
}

type Said = Readonly<{
  at: UtcInstant;
  authority: string;
  response: Hazard;
  level: Level;
  side: 'then' | 'now';
  by: string | null;
  reason: string;
}>;

function levelsOf(events: readonly DomainEvent[], side: Said['side']): readonly Said[] {
  return events.flatMap((event): Said[] => {
    if (event.type !== 'response-proposed.v1' && event.type !== 'response-changed.v1') return [];
    const { authority, hazard: response, from, to, reason } = event.data;
    const level = event.type === 'response-proposed.v1' && levelRank(from) > levelRank(to) ? from : to;
    const by = event.type === 'response-changed.v1' ? event.data.decidedBy : null;
    return [{ at: event.occurredAt, authority, response, level, side, by, reason }];
  });
}

const proposalsOf = (events: readonly DomainEvent[]): readonly Proposed[] =>
  events.filter((event): event is Proposed => event.type === 'response-proposed.v1');
const changesOf = (events: readonly DomainEvent[]): readonly Changed[] =>
  events.filter((event): event is Changed => event.type === 'response-changed.v1');

/** Long enough after the last event for what follows from it. */
export const after = (at: UtcInstant): UtcInstant => addMinutes(at, DAY_MINUTES);
