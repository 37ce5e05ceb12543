import type { OrderKind, OrderOf, Service } from '@fengsui/contracts';
import type { UnitOfWork } from '@fengsui/log';

/**
 * What became of an order. `target-unknown`: what it is about is not known here (yet): it waits, because orders and
 * what they answer travel different ways, and is tried again when the target is known, or refused when its time is
 * over.
 */
export type OrderResult = Readonly<{
  kind: 'done' | 'rejected' | 'target-unknown';
  reason: string;
  /** What it changed, for the audit. */ states?: Readonly<{ before: object; after: object }>;
}>;

export const done = (reason: string, states?: OrderResult['states']): OrderResult => ({
  kind: 'done',
  reason,
  ...(states === undefined ? {} : { states }),
});
export const rejected = (reason: string): OrderResult => ({ kind: 'rejected', reason });
export const targetUnknown = (reason: string): OrderResult => ({ kind: 'target-unknown', reason });

/** Carries out one order. It is called once for each order, whatever was fed how often. */
export type OrderHandler<K extends OrderKind = OrderKind> = (
  order: OrderOf<K>,
  unit: UnitOfWork,
) => Promise<OrderResult>;

export type OrderWork = Readonly<{ service: Service; kinds: readonly OrderKind[]; target: (order: never) => string }>;

export const TAKES = Symbol('order');

/**
 * Marks the method that carries out orders of some kinds for a service: `(order, { tx, now, append }) =>
 * Promise<OrderResult>`.
 * @param target what such an order is about; orders that wait for it are released by `OrdersDesk.targetsKnown`
 */
export const Takes =
  <const K extends OrderKind>(service: Service, kinds: K | readonly K[], target: (order: OrderOf<K>) => string) =>
  (_target: object, _name: string | symbol, { value }: TypedPropertyDescriptor<OrderHandler<K>>): void =>
    Reflect.defineMetadata(
      TAKES,
      { service, kinds: [kinds].flat() as K[], target } satisfies OrderWork,
      value as object,
    );
