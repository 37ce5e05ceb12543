import { rightToGive, type AccessPlan, type Identity } from '@fengsui/access';
import type { ObservedEvent, OrderKind, OrderRight, OrderV1, Refusal, UtcInstant } from '@fengsui/contracts';
import type { County } from '@fengsui/regions';
import type { Ahead } from './ahead.js';
import type { Sender } from './believing.js';
import type { Stations } from './stations.js';

/**
 * Every way in. `login`: an order over HTTP of somebody who is logged in; `cli`: the command `fengsui orders`, given
 * by the user of this machine; `file`: `fengsui feed`.
 */
export const DOORS = ['http', 'login', 'file', 'folder', 'poll', 'kafka', 'cli', 'demonstration'] as const;
export type Door = (typeof DOORS)[number];

/** Orders that report what was seen or done, with the right that they need. Every other order decides something. */
const REPORTS: Partial<Readonly<Record<OrderKind, OrderRight>>> = {
  answer: 'answer',
  progress: 'report',
  fulfil: 'report',
};

/** Doors behind which a person stands who is known. */
const OF_PEOPLE: ReadonlySet<Door> = new Set(['cli', 'login']);

/** Somebody who is known, and by which right they give an order, or why not. */
export type Giver = Readonly<{
  person: string;
  /** From where, for the audit. */ origin: string;
  rightFor: (order: OrderV1, now: UtcInstant) => OrderRight | Refusal;
}>;

/** Who was authenticated, as one who gives orders. */
export const giverOf = (identity: Identity, plan: AccessPlan): Giver => ({
  person: identity.person,
  origin: identity.origin,
  rightFor: (order, now) => rightToGive(order, identity, plan, now),
});

/** How an input came in, as far as its orders and warnings are concerned. */
export type Way = Readonly<{
  door: Door;
  /** Feeder, folder or source: who it is where no person is known. */ actor: string;
  giver: Giver | null;
  /** The database holds a demonstration: files that tell of orders may be fed into it again. */ marked: boolean;
  /** Who may warn of what. */ senders: readonly Sender[];
  /** The city, then its counties. */ divisions: readonly County[];
  /** What may be said ahead of its receipt. */ ahead: Ahead;
  /** What the plan's gauges are called. */ stations: Stations;
  /** Stations that the one who feeds was told about already: a table names one a thousand times. */ told: Set<string>;
}>;

/** Who gives an order, and by which right. */
export type GivenBy = Readonly<{ actor: string; right: OrderRight; speaksFor?: null }>;

/** Minutes that the clock of whoever reports may be ahead of ours. */
const AHEAD_MINUTES = 10;

/**
 * Who gives an order that came this way. A file that somebody dropped, an address that is polled, a topic that
 * anybody writes and a key of a feeder are nobody in particular: they decide nothing. A feeder's key may carry
 * reports.
 * @param named the actor that the message itself names: only a demonstration may name one
 * @returns who and by which right, or why it is refused
 */
export function givenBy(order: OrderV1, named: unknown, way: Way, now: UtcInstant): GivenBy | Refusal {
  const { door, actor, giver, marked } = way;
  const { kind, late } = order.data;
  if (door === 'demonstration' || (door === 'file' && marked))
    return { actor: typeof named === 'string' ? named : actor, right: 'demonstration' };
  if (Date.parse(order.occurredAt) > Date.parse(now) + AHEAD_MINUTES * 60_000)
    return {
      place: 'occurredAt',
      reason: `指令时间在将来 / it is dated in the future: ${order.occurredAt}`,
      expected: `at most ${AHEAD_MINUTES} minutes after ${now}`,
    };
  if (OF_PEOPLE.has(door) && giver !== null) {
    const right = giver.rightFor(order, now);
    return typeof right === 'string' ? { actor: giver.person, right } : right;
  }
  const report = REPORTS[kind];
  // A key speaks for nobody, whatever the message says.
  if (door === 'http' && report !== undefined && late === undefined) return { actor, right: report, speaksFor: null };
  return {
    place: 'kind',
    reason: `指令“${kind}”不能经${door}下达：无从得知下达人 / the order ${kind} cannot come by ${door}: nobody there is known to give it`,
    expected:
      report === undefined
        ? 'a login: fengsui orders, or POST /v1/orders of somebody who is logged in'
        : 'a login, or the key of a feeder over HTTP',
  };
}

/** Doors that anybody may write to, or that ask somebody else: no list of persons comes that way. */
const OF_ANYBODY: ReadonlySet<Door> = new Set(['poll', 'kafka']);

/**
 * A ledger of persons comes by a door behind which somebody stands: whoever replaces it says who is to be moved, and
 * what is written to a topic lies there in the open.
 * @returns why not, or null
 */
export const strayLedger = ({ type }: ObservedEvent, { door }: Pick<Way, 'door'>): Refusal | null =>
  type === 'transfer-ledger.v1' && OF_ANYBODY.has(door)
    ? {
        place: '',
        reason: `人员台账不能经${door}报送 / a ledger of persons does not come by ${door}`,
        expected: 'POST /v1/ledgers, fengsui feed, or the inbox',
      }
    : null;

/** The orders among what came in. */
export const isOrder = (event: ObservedEvent): event is OrderV1 => event.type === 'order.v1';
