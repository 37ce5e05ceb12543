import { createHash } from 'node:crypto';

/** Where in which outbox a message stood: `<outbox>/<offset>`. */
export const FROM_HEADER = 'fengsui-from';

/**
 * Positions in Kafka are others than positions in PostgreSQL: an installation that changes its log must not take the
 * one for the other.
 */
export const kafkaTopic = (topic: string): string => `kafka/${topic}`;

export type KafkaLogOptions = Readonly<{
  /** Records taken in one transaction. */ batchSize: number;
  onTrouble: (error: unknown, what: string) => void;
  /** A consumer that cannot go on by itself: the process must end, so that someone notices. */ onFatal: (
    error: Error,
  ) => void;
  /**
   * A consumer that stands still for this long while its topics go on is started anew; a minute when nothing is said.
   */
  standstillMs?: number;
  /** Told when one is. */ onRestart?: (consumer: string) => void;
}>;

/**
 * W3C trace context (`traceparent`) of an event, from what it says itself: the trace is what it belongs to, the span
 * is the event. So the same event carries the same context wherever it is published again, and everything that came
 * of one warning lies in one trace.
 */
export function traceOf(body: string): Readonly<{ traceparent?: string }> {
  try {
    const { id, correlationId } = JSON.parse(body) as { id?: string; correlationId?: string };
    if (id === undefined || correlationId === undefined) return {}; // what is parked is no event
    return { traceparent: `00-${hexOf(correlationId, 32)}-${hexOf(id, 16)}-01` };
  } catch {
    return {}; // what lies in an outbox is carried on, whatever it is: who reads it parks it
  }
}

const hexOf = (text: string, digits: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, digits);
