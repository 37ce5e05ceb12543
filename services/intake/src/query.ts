import { TOPICS, type ObservedEvent, type UtcInstant } from '@fengsui/contracts';
import type { DataSource } from 'typeorm';
import { KeptInputs, type Origin } from './kept-inputs.js';

/** The query port of intake: where an event came from, and the bytes behind it. */
export class IntakeQuery {
  private readonly kept = new KeptInputs();

  constructor(private readonly db: DataSource) {}

  originsOf(eventIds: readonly string[]): Promise<readonly Origin[]> {
    return this.kept.originsOf(this.db.manager, eventIds);
  }

  bytesOf(origin: Origin): Promise<Buffer> {
    return this.kept.bytesOf(this.db.manager, origin);
  }

  /** Messages whose identity was taken by other content: a person must see them. */
  conflicts(): Promise<readonly Readonly<{ event: string; identity: string; name: string; place: string; recordedAt: UtcInstant }>[]> {
    return this.db.query(
      `select event_id as event, identity, name, place, recorded_at as "recordedAt" from intake.accepted join intake.input using (sha256) where conflict order by recorded_at, event_id`,
    );
  }

  /** An event that came in, as it went to the log; null when there is none of that id. */
  async event(id: string): Promise<ObservedEvent | null> {
    const [origin] = await this.originsOf([id]);
    if (origin === undefined) return null;
    const topic = TOPICS[origin.contract as ObservedEvent['type']].topic;
    const [row] = (await this.db.query(`select body from log.record where topic = $1 and body::json->>'id' = $2 limit 1`, [topic, id])) as {
      body: string;
    }[];
    return row === undefined ? null : (JSON.parse(row.body) as ObservedEvent);
  }

  /** What is known of the sources that are polled. */
  sources(): Promise<
    readonly Readonly<{
      name: string;
      heardAt: UtcInstant | null;
      silentSince: UtcInstant | null;
      failures: number;
      lastError: string | null;
    }>[]
  > {
    return this.db.query(
      `select name, heard_at as "heardAt", silent_since as "silentSince", failures, last_error as "lastError" from intake.source order by name`,
    );
  }

  async counts(): Promise<Readonly<{ inputs: number; accepted: number; refusals: number; conflicts: number }>> {
    const [row] = (await this.db.query(
      `select (select count(*) from intake.input) as inputs, (select count(*) from intake.accepted) as accepted,
              (select count(*) from intake.refusal) as refusals, (select count(*) from intake.accepted where conflict) as conflicts`,
    )) as { inputs: number; accepted: number; refusals: number; conflicts: number }[];
    return row ?? { inputs: 0, accepted: 0, refusals: 0, conflicts: 0 };
  }
}
