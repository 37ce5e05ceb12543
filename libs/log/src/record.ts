import { checkEvent, TOPICS, upcast, type DomainEvent } from '@fengsui/contracts';
import type { LogRecord } from './port.js';

/** Reads one record; a record that breaks its contract is not handed to anyone. */
export function readRecord(offset: number, key: string, raw: string): LogRecord {
  try {
    const body = upcast(JSON.parse(raw)) as DomainEvent;
    if (TOPICS[body.type] === undefined)
      return { offset, key, raw, event: null, fault: `unknown event type ${String(body.type)}` };
    const checked = checkEvent(body.type, body);
    if (checked.ok) return { offset, key, raw, event: checked.value, fault: null };
    return {
      offset,
      key,
      raw,
      event: null,
      fault: checked.refusals.map(({ place, reason }) => `${place}: ${reason}`).join('; '),
    };
  } catch (error) {
    return { offset, key, raw, event: null, fault: `not JSON: ${(error as Error).message}` };
  }
}
