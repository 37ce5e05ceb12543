import type { ObservedEvent } from '@fengsui/contracts';
import { BadPayload, payloadOf, readInput } from '@fengsui/intake';
import type { Plans } from '../one-process.js';

/** An order is given by whoever it names: at a door, intake would say who it was. */
function asNamed({ event, named }: Readonly<{ event: object; named?: unknown }>): ObservedEvent {
  const read = event as ObservedEvent;
  return read.type === 'order.v1' && typeof named === 'string'
    ? { ...read, data: { ...read.data, actor: named } }
    : read;
}

/** What intake would read in an input, without taking it in. What it does not read says nothing. */
export async function eventsIn(bytes: Buffer, plans: Plans): Promise<readonly ObservedEvent[]> {
  const payload = await payloadOf(bytes).catch((error: unknown) => {
    if (error instanceof BadPayload) return null;
    throw error;
  });
  if (payload === null) return [];
  const opened = await readInput(payload, plans.intake.readers);
  if ('skipped' in opened) return [];
  const events: ObservedEvent[] = [];
  for await (const records of opened.records)
    for (const record of records) if (record.refusals === undefined) events.push(...record.events.map(asNamed));
  return events;
}
