import { SERVICES, type Service } from '@fengsui/contracts';
import { run, type Tx } from '@fengsui/database';
import type { LogRecord, Position } from '../port.js';

const LARGEST_REPEATED = 1_000_000;

/** The dead-letter topic gets the message too, with its cause and source, in the transaction that parks it. */
export async function parkInTopic(
  tx: Tx,
  service: Service,
  { topic, partition }: Position,
  record: LogRecord,
  reason: string,
): Promise<void> {
  const own = Math.max(0, SERVICES.indexOf(service));
  const parked = `${topic.replace(/^kafka\//, '')}.parked`;
  await run(
    tx,
    'insert into log.partition (topic, partition) select $1, generate_series(0, $2::int - 1) on conflict do nothing',
    [parked, SERVICES.length],
  );
  const body = {
    reason,
    consumer: service,
    source: `${topic.replace(/^kafka\//, '')}/${partition}/${record.offset}`,
    key: record.key,
    // A large one is left where it lies: what surrounds it here would make it too large to be carried.
    message: record.raw.length <= LARGEST_REPEATED ? record.raw : null,
  };
  await run(tx, 'select log.append($1, $2, $3, $4, $5)', [
    [parked],
    [own],
    [0],
    [record.key || '-'],
    [JSON.stringify(body).replaceAll('\\u0000', '␀')],
  ]);
}
