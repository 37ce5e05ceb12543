import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DomainEvent, EventType, OrderKind, UtcInstant, Verdict } from '@fengsui/contracts';
import { VirtualTime } from '@fengsui/database';
import { loneService, type Given, type LoneService } from '@fengsui/service/testing';
import { WILDFIRE_SCHEMA, WildfireModule, WildfirePlan, WildfireQuery, type WildfireView } from './index.js';

export const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'plans', 'qingyuan');

/** Where and when heat was seen; `time` is the clock in Beijing on the day of the test, `+1 14:05` on the next. */
export type Pixel = Readonly<{
  latitude: number;
  longitude: number;
  time?: string;
  at?: UtcInstant;
  frpMw?: number | null;
  dayNight?: 'D' | 'N';
  event?: string;
}>;

/** The wildfire service alone, and what is asked of it in these tests. */
export class Watch {
  private verdicts = 0;

  private constructor(readonly service: LoneService) {}

  /** @param plan folder of another plan than the city’s */
  static async on(date: string, plan = PLAN): Promise<Watch> {
    return new Watch(
      await loneService('wildfire', date, WILDFIRE_SCHEMA, () => WildfireModule.of(WildfirePlan.read(plan))),
    );
  }

  at(time: string): Promise<void> {
    return this.service.at(time);
  }

  /** Goes on to an instant. */
  async until(at: UtcInstant): Promise<void> {
    const time = new VirtualTime(this.service.runtime.db, this.service.runtime.log);
    await time.advance(at);
    await time.comeToRest();
  }

  hotspot({ latitude, longitude, time, at, frpMw = 4.1, dayNight = 'D', event }: Pixel): Given {
    const occurredAt = at ?? this.service.instant(time ?? '14:05');
    const cellId = `${latitude.toFixed(1)},${longitude.toFixed(1)}`;
    return {
      type: 'hotspot.v1',
      key: cellId,
      id: event ?? `hotspot/N/${occurredAt}/${latitude}/${longitude}`,
      occurredAt,
      data: {
        cellId,
        latitude,
        longitude,
        satellite: 'Suomi-NPP',
        instrument: 'VIIRS',
        confidence: 'nominal',
        confidencePercent: null,
        frpMw,
        brightnessK: 330,
        backgroundK: 290,
        scanKm: 0.4,
        trackKm: 0.4,
        dayNight,
        pixelType: null,
        version: '2.0NRT',
      },
    };
  }

  see(...pixels: readonly Pixel[]): Promise<void> {
    return this.service.give(...pixels.map((pixel) => this.hotspot(pixel)));
  }

  report(fields: object, time = '14:50'): Given {
    return {
      type: 'public-report.v1',
      key: 'r1',
      id: 'public-report/r1',
      occurredAt: this.service.instant(time),
      data: { reportId: 'r1', channel: 'call', hazard: 'forest-fire', place: '后山', text: '冒烟', ...fields },
    };
  }

  /** @param at when it was judged; without it now */
  async judge(fireId: string, verdict: Verdict, fields: object = {}, at?: string): Promise<void> {
    const orderId = `v${(this.verdicts += 1)}`;
    const data = {
      orderId,
      actor: 'liang',
      right: 'demonstration',
      speaksFor: null,
      reason: '现场核查',
      kind: 'verdict',
    };
    const found = { fireId, verdict, deaths: 0, burnedAreaHa: null, ...fields };
    const id = `order/${orderId}`;
    const when = at === undefined ? {} : { occurredAt: this.service.instant(at) };
    await this.service.give({ type: 'order.v1', key: orderId, id, data: { ...data, ...found }, ...when });
  }

  /** Gives an order. @returns what became of it */
  async order(kind: OrderKind, fields: object): Promise<string> {
    const orderId = `v${(this.verdicts += 1)}`;
    const data = { orderId, actor: 'liang', right: 'demonstration', speaksFor: null, reason: '已看回放', kind };
    await this.service.give({ type: 'order.v1', key: orderId, id: `order/${orderId}`, data: { ...data, ...fields } });
    const outcome = await this.outcome(orderId);
    return `${outcome?.outcome}: ${outcome?.reason}`;
  }

  /** Judges whatever is open. */
  async judgeAll(verdictOf: (events: readonly string[]) => Verdict): Promise<void> {
    const open = await this.service.get(WildfireQuery).wildfires({ open: true });
    const orders = open.map(({ id, events }) => {
      const orderId = `v${(this.verdicts += 1)}`;
      const order = {
        orderId,
        actor: 'liang',
        right: 'demonstration',
        speaksFor: null,
        reason: '现场核查',
        kind: 'verdict',
      };
      const data = { ...order, fireId: id, verdict: verdictOf(events), deaths: 0, burnedAreaHa: null };
      return { type: 'order.v1', key: orderId, id: `order/${orderId}`, data } as const;
    });
    if (orders.length > 0) await this.service.give(...orders);
  }

  views(): Promise<readonly WildfireView[]> {
    return this.service.get(WildfireQuery).wildfires();
  }

  async said<T extends EventType>(type: T): Promise<readonly Extract<DomainEvent, { type: T }>[]> {
    return (await this.service.said(type)) as readonly Extract<DomainEvent, { type: T }>[];
  }

  async fire(): Promise<WildfireView> {
    const [only, ...more] = (await this.views()).filter(({ state }) => state !== 'merged');
    if (only === undefined || more.length > 0) throw new Error(`there are ${more.length + (only ? 1 : 0)} fires`);
    return only;
  }

  /** `441881 judged 3 forest-fire`, for each. */
  async fires(): Promise<string[]> {
    return (await this.views()).map(
      ({ county, state, signs, verdict }) => `${county} ${state} ${signs}${verdict === null ? '' : ` ${verdict}`}`,
    );
  }

  /** What became of the last order of this kind, by its number. */
  outcome(order: string) {
    return this.service.get(WildfireQuery).outcomeOf(`order/${order}`);
  }
}
