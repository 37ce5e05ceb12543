import type { ObservedEvent, OrderKind, Refusal } from '@fengsui/contracts';

/** Every way in. `cli` is the command `fengsui orders`, given by the user of this machine; `file` is `fengsui feed`. */
export const DOORS = ['http', 'file', 'folder', 'poll', 'kafka', 'cli', 'demonstration'] as const;
export type Door = (typeof DOORS)[number];

/** Orders that report what was seen or done. Every other order decides something. */
const REPORTS: ReadonlySet<OrderKind> = new Set(['answer', 'progress']);

/** Doors behind which a person stands who is known, or a script that plays one in a database marked as such. */
const OF_PEOPLE: ReadonlySet<Door> = new Set(['cli', 'demonstration']);

/**
 * Whether an order may come this way. A file that somebody dropped, an address that is polled, a topic that anybody
 * writes and a key of a feeder are nobody in particular: they decide nothing. A feeder's key may carry reports.
 * @param marked the database holds a demonstration: files that tell of orders may be fed into it again
 * @returns null, or why not
 */
export function orderRefusal(event: ObservedEvent, door: Door, marked: boolean): Refusal | null {
  if (event.type !== 'order.v1' || OF_PEOPLE.has(door)) return null;
  if (door === 'file' && marked) return null;
  const { kind } = event.data;
  if (door === 'http' && REPORTS.has(kind)) return null;
  return {
    place: 'kind',
    reason: `the order ${kind} cannot come by ${door}: nobody there is known to give it`,
    expected: REPORTS.has(kind) ? 'fengsui orders, or the key of a feeder over HTTP' : 'fengsui orders',
  };
}
