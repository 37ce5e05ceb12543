import type { DomainEvent, EventType, UtcInstant } from '@fengsui/contracts';
import type { Db, Tx } from '@fengsui/database';

/**
 * What a handler gets beside its events. All of it commits together: the handler's state, what it appends, the
 * position.
 */
export type UnitOfWork = Readonly<{
  tx: Tx;
  /** One now for the whole batch. */
  now: UtcInstant;
  /** Collects outgoing events; they are written as the last step before commit. */
  append: (...events: readonly DomainEvent[]) => void;
}>;

/** Handles events of one type in order. If it throws, nothing happened and the position has not moved. */
export type Handler = (events: readonly DomainEvent[], batch: UnitOfWork) => Promise<void>;
export type Handlers = ReadonlyMap<EventType, Handler>;

export type Position = Readonly<{ consumer: string; topic: string; partition: number }>;
/** One record as it lies in the log. `body` is null when it could not be read as an event; `fault` then says why. */
export type LogRecord = Readonly<{
  offset: number;
  key: string;
  raw: string;
  event: DomainEvent | null;
  fault: string | null;
  /** Where it stood in the outbox that it came from, when it was carried. */ from?: Readonly<{
    outbox: string;
    offset: number;
  }>;
  /** The message to the byte, where its text may not be all of it. */ bytes?: Buffer;
}>;
/** Records of one partition, fetched from `fetchedFrom`. Offsets may have gaps: transactional producers leave them. */
export type Records = Readonly<{ fetchedFrom: number; records: readonly LogRecord[]; nextOffset: number }>;

/** A message that was put aside so that its partition could go on. */
export type Parked = Readonly<{
  id: number;
  consumer: string;
  topic: string;
  partition: number;
  offset: number;
  key: string;
  reason: string;
  place: string;
  at: UtcInstant;
}>;

/** How events travel. Two adapters: rows of PostgreSQL (./postgres), and Apache Kafka. */
export interface Log {
  /**
   * Writes events in the caller's transaction, as its last step: offsets are given under the partitions' locks until
   * commit.
   */
  append(tx: Tx, events: readonly DomainEvent[]): Promise<void>;
  /** Starts to consume the topics of the handlers' types, exactly once by position. */
  consume(consumer: string, handlers: Handlers): Promise<Consumption>;
  /**
   * True when every consumer has passed everything that was appended.
   * @param db the transaction whose snapshot is asked, where the answer must fit others
   */
  idle(db?: Db): Promise<boolean>;
}

/** A consumer at work. */
export interface Consumption {
  /** Finishes the batches in hand and stops. */
  stop(): Promise<void>;
}
