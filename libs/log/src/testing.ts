import type { DomainEvent } from '@fengsui/contracts';
import { rows, type Db } from '@fengsui/database';

/** Everything that was appended to the log in PostgreSQL, in the order of the log within a partition. */
export async function appended(db: Db): Promise<readonly DomainEvent[]> {
  const records = await rows<{ body: string }>(db, 'select body from log.record order by topic, partition, "offset"');
  return records.map(({ body }) => JSON.parse(body) as DomainEvent);
}

export { produce } from './kafka/ordinary-client.js';
