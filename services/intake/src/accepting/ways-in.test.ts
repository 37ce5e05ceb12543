import { expect, it } from '@jest/globals';
import { CONTRACTS, type ObservedEvent, type OrderKind } from '@fengsui/contracts';
import { DOORS, orderRefusal } from './ways-in.js';

/** Every kind of order that the contract knows: a new one is in the table by itself. */
const KINDS = CONTRACTS['order.v1'].properties.data.anyOf.map(({ properties }) => properties.kind.const as OrderKind);
const order = (kind: OrderKind): ObservedEvent => ({ type: 'order.v1', data: { kind } }) as ObservedEvent;

/** Who may bring what, whole: nothing that decides comes by a way in behind which nobody is known. */
it.each(DOORS.flatMap((door) => KINDS.flatMap((kind) => [false, true].map((marked) => [door, kind, marked] as const))))(
  'by %s the order %s (database marked as a demonstration: %s)',
  (door, kind, marked) => {
    const report = kind === 'answer' || kind === 'progress';
    const may =
      door === 'cli' || door === 'demonstration' || (door === 'file' && marked) || (door === 'http' && report);
    const refusal = orderRefusal(order(kind), door, marked);
    expect(refusal === null).toBe(may);
    if (refusal !== null) expect(refusal.reason).toContain(kind);
  },
);

it('lets everything pass that is no order', () => {
  for (const door of DOORS)
    expect(orderRefusal({ type: 'reading.v1', data: {} } as ObservedEvent, door, false)).toBeNull();
});
