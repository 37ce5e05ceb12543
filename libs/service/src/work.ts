import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { OrderKind, OrderV1, Service } from '@fengsui/contracts';
import {
  DUE,
  DUE_OUTSIDE,
  type DueHandler,
  type DueWork,
  type OutsideDueHandler,
  type OutsideDueWork,
  type Queue,
} from './due.js';
import { OrdersDesk, type OrderTaker, type OrderTakers } from './orders-desk.js';
import { TAKES, type OrderHandler, type OrderWork } from './takes.js';

/** A due job's handler that leaves the system, with the queues that it works on. */
export type OutsideWork = Readonly<{ kind: string; queues: readonly Queue[]; handle: OutsideDueHandler }>;

type Marked<W, H> = W & Readonly<{ instance: object; handle: H }>;

/** The methods that are marked with `@Due`, `@DueOutside` and `@Takes`, wherever in this process they stand. */
@Injectable()
export class Work {
  private due: readonly Marked<DueWork, DueHandler>[] | null = null;
  private outside: readonly Marked<OutsideDueWork, OutsideDueHandler>[] = [];
  private takes: readonly Marked<OrderWork, OrderHandler>[] = [];
  private desks: readonly OrdersDesk[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** By kind. @throws when two methods take jobs of one kind */
  dueOf(service: Service): Readonly<Record<string, DueHandler>> {
    this.find();
    const own = (this.due ?? []).filter((work) => work.service === service);
    return Object.fromEntries(
      once(
        own.map(({ kind, handle }) => [kind, handle]),
        `due jobs of ${service}`,
      ),
    );
  }

  outsideOf(service: Service): readonly OutsideWork[] {
    this.find();
    return this.outside
      .filter((work) => work.service === service)
      .map(({ kind, queues, instance, handle }) => ({ kind, queues: queues(instance as never), handle }));
  }

  /** @throws when two methods take orders of one kind */
  takersOf(service: Service): OrderTakers {
    this.find();
    const own = this.takes.filter((work) => work.service === service);
    const pairs = own.flatMap(({ kinds, target, handle }) =>
      kinds.map((kind): [OrderKind, OrderTaker] => [kind, { target: target as (order: OrderV1) => string, handle }]),
    );
    return new Map(once(pairs, `orders of ${service}`));
  }

  deskOf(service: Service): OrdersDesk | undefined {
    this.find();
    return this.desks.find((desk) => desk.service === service);
  }

  private find(): void {
    if (this.due !== null) return;
    const instances = [...this.discovery.getProviders(), ...this.discovery.getControllers()]
      .map(({ instance }) => instance as unknown)
      .filter((instance): instance is object => instance !== null && typeof instance === 'object');
    const unique = [...new Set(instances)];
    this.desks = unique.filter((instance) => instance instanceof OrdersDesk);
    this.due = this.marked<DueWork, DueHandler>(unique, DUE);
    this.outside = this.marked<OutsideDueWork, OutsideDueHandler>(unique, DUE_OUTSIDE);
    this.takes = this.marked<OrderWork, OrderHandler>(unique, TAKES);
  }

  private marked<W extends object, H extends (...words: never[]) => unknown>(
    instances: readonly object[],
    mark: symbol,
  ): Marked<W, H>[] {
    return instances.flatMap((instance) => {
      const prototype = Object.getPrototypeOf(instance) as object | null;
      if (prototype === null || prototype === Object.prototype) return [];
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
        const method = (instance as Record<string, unknown>)[name];
        const work = typeof method === 'function' ? (Reflect.getMetadata(mark, method) as W | undefined) : undefined;
        return work === undefined ? [] : [{ ...work, instance, handle: (method as H).bind(instance) as H }];
      });
    });
  }
}

/** One must decide: two handlers of one thing are a mistake that would show as a race. */
function once<K extends string, V>(pairs: [K, V][], what: string): [K, V][] {
  const twice = pairs.find(([key], index) => pairs.findIndex(([other]) => other === key) !== index);
  if (twice !== undefined) throw new Error(`${what}: two methods are marked for ${twice[0]}; one must decide`);
  return pairs;
}
