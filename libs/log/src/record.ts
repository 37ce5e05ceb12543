import { checkEvent, TOPICS, upcast, type DomainEvent } from '@fengsui/contracts';
import type { LogRecord } from './port.js';

/** Once taken in, and forbidden since: what was stored with them is read with U+FFFD in their place, and not parked. */
const ONCE_TAKEN = /[\ufffe\uffff]/g;

/** Reads one record; a record that breaks its contract is not handed to anyone. */
export function readRecord(offset: number, key: string, raw: string): LogRecord {
  try {
    const body = upcast(JSON.parse(raw.replace(ONCE_TAKEN, '\ufffd'))) as DomainEvent;
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
