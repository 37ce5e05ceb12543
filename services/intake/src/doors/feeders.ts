import { createHash, timingSafeEqual } from 'node:crypto';
import { divisionsIn, type ObservedEvent, type OrderV1, type Refusal, type UtcInstant } from '@fengsui/contracts';
import type { Permit } from '../accepting/judging.js';
import type { Giver } from '../accepting/ways-in.js';
import type { Feeder } from '../plan.js';
import { Problem } from './problem.js';

/** Who feeds, as the door knows them. */
export type Known = Readonly<{
  name: string;
  contracts: readonly string[] | null;
  permit?: Permit;
  /** The person, where somebody is logged in: they give orders. */ giver?: Giver;
  perMinute: number;
  /** Uploads at once. */ atOnce: number;
}>;

/** A key that is withdrawn works no longer than this. */
const READ_AGAIN_MS = 20_000;
const PER_MINUTE = 600;
/** Uploads of one feeder at once: one that is stuck leaves room for the others. */
const AT_ONCE = 4;

/**
 * Who may feed over HTTP. A feeder proves itself with the key whose SHA-256 the plan holds. While the plan names no
 * feeder, only this machine may feed.
 */
export class Feeders {
  private feeders: readonly Feeder[] = [];
  private readAtMs = -Infinity;

  /**
   * @param feedersNow as the plan has them now; asked again after a while
   * @param alone nobody but this machine reaches it: no proxy stands before it (FENGSUI_PUBLIC_URL)
   */
  constructor(
    private readonly feedersNow: () => readonly Feeder[],
    private readonly alone: boolean,
  ) {}

  /**
   * @param header `Bearer …`, or the key itself from `x-api-key`
   * @param from the address, and whether somebody on this machine asks there
   * @throws Problem 401, 403
   */
  identify(
    header: string | undefined,
    { address, here }: Readonly<{ address: string; here: boolean }>,
    now: UtcInstant,
  ): Known {
    if (performance.now() - this.readAtMs > READ_AGAIN_MS)
      [this.feeders, this.readAtMs] = [this.feedersNow(), performance.now()];
    if (this.feeders.length === 0) {
      // A proxy on this machine speaks for others.
      if (this.alone && here)
        return { name: `http:${address}`, contracts: null, perMinute: Infinity, atOnce: Infinity };
      throw new Problem(
        403,
        'not-local',
        'only this machine may feed',
        'the plan names no feeder (senders.yaml), so the door takes nothing from other machines',
      );
    }
    const key = (header ?? '').replace(/^Bearer\s+/i, '').trim();
    const hash = createHash('sha256').update(key).digest();
    const feeder =
      key === ''
        ? undefined
        : this.feeders.find((one) =>
            keysOf(one, now).some((sha256) => timingSafeEqual(Buffer.from(sha256, 'hex'), hash)),
          );
    if (feeder === undefined)
      throw new Problem(
        401,
        'unknown-key',
        'no key, or a key that nobody holds',
        'Authorization: Bearer <key of a feeder of the plan>',
        { headers: { 'www-authenticate': 'Bearer' } },
      );
    return {
      name: `feeder:${feeder.name}`,
      contracts: feeder.contracts,
      perMinute: feeder.perMinute ?? PER_MINUTE,
      atOnce: AT_ONCE,
      permit: (event) => forbidden(event, feeder),
    };
  }
}

/** The keys of a feeder that work now: two, while one takes over from the other. */
const keysOf = ({ keySha256, keys = [] }: Feeder, now: UtcInstant): readonly string[] => [
  ...(keySha256 === undefined ? [] : [keySha256]),
  ...keys.filter(({ until }) => until === undefined || Date.parse(until) > Date.parse(now)).map(({ sha256 }) => sha256),
];

function forbidden(event: ObservedEvent, { name, contracts, areas }: Feeder): Refusal | null {
  if (!contracts.includes(event.type))
    return { place: '', reason: `${name} may not send ${event.type}`, expected: contracts.join(', ') };
  if (areas === undefined) return null;
  if (event.type === 'order.v1' && divisionOf(event.data).length === 0)
    return { place: '', reason: `${name} speaks for an area, and this order names none`, expected: areas.join(', ') };
  const outside = divisionsOf(event).find((division) => !areas.some((area) => division.startsWith(area)));
  return outside === undefined
    ? null
    : { place: '', reason: `${name} may not send for ${outside}`, expected: `divisions of ${areas.join(', ')}` };
}

/** Of an order: its authority, who has done what they owe, or the county of the risk point whose task it is about. */
function divisionOf(data: OrderV1['data']): readonly string[] {
  if ('authority' in data) return [data.authority];
  // Of several who owe something each is a county of its own; anybody else is none of an area.
  if ('owners' in data) return data.owners;
  const [, county] = 'taskId' in data ? (/\/(\d{6})-/.exec(data.taskId) ?? []) : [];
  return county === undefined ? [] : [county];
}

/** The divisions that an event names, by GB/T 2260. What names none (a gauge, a pixel) belongs to no area. */
function divisionsOf(event: ObservedEvent): readonly string[] {
  switch (event.type) {
    case 'incident.v1':
    case 'public-report.v1':
      return event.data.county === null ? [] : [event.data.county];
    case 'work-record.v1':
      return [event.data.county];
    case 'authority-level.v1': {
      const { authority, counties } = event.data;
      // A department without counties speaks for all of them.
      return /^\d{6}/.test(authority) || counties.length === 0 ? [authority, ...counties] : counties;
    }
    case 'situation.v1':
      return [...event.data.counties];
    case 'transfer-ledger.v1': {
      const { county, riskPoint } = event.data;
      return [county, /^\d{6}/.exec(riskPoint)?.[0] ?? county];
    }
    case 'order.v1':
      return divisionOf(event.data);
    case 'weather-warning.v1':
      return divisionsIn(event.data.infos.flatMap(({ areas }) => areas));
    default:
      return [];
  }
}

/**
 * How much one feeder may do, and how much all may do at once. What is over is told when to come again; nothing is
 * dropped silently.
 */
export class Gate {
  private readonly windows = new Map<string, { minute: number; count: number }>();
  private inside = 0;
  private readonly insideOf = new Map<string, number>();

  constructor(private readonly atOnce: number) {}

  /** @param now milliseconds @returns what to call when the request is done @throws Problem 429 */
  enter({ name, perMinute, atOnce }: Known, now: number): () => void {
    const own = this.insideOf.get(name) ?? 0;
    if (own >= atOnce)
      throw new Problem(429, 'busy', 'too many uploads at once', `at most ${atOnce} of one feeder`, {
        headers: { 'retry-after': '2' },
      });
    if (this.inside >= this.atOnce)
      throw new Problem(429, 'busy', 'too many uploads at once', `at most ${this.atOnce}`, {
        headers: { 'retry-after': '2' },
      });
    const minute = Math.floor(now / 60_000);
    const window = this.windows.get(name);
    const count = window?.minute === minute ? window.count + 1 : 1;
    if (count > perMinute)
      throw new Problem(429, 'too-many', 'too many requests', `at most ${perMinute} a minute`, {
        headers: { 'retry-after': String(60 - (Math.floor(now / 1000) % 60)) },
      });
    if (this.windows.size > 10_000) this.windows.clear();
    this.windows.set(name, { minute, count });
    this.inside += 1;
    this.insideOf.set(name, own + 1);
    return () => this.leave(name);
  }

  private leave(name: string): void {
    this.inside -= 1;
    const left = (this.insideOf.get(name) ?? 1) - 1;
    if (left === 0) this.insideOf.delete(name);
    else this.insideOf.set(name, left);
  }
}
