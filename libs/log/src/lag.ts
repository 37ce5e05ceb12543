import { rows, type Db } from '@fengsui/database';

/**
 * How far a consumer, or the relay that carries an outbox to Kafka, is behind one partition. Offsets are of where it
 * reads.
 */
export type Lag = Readonly<{
  consumer: string;
  topic: string;
  partition: number;
  position: number;
  end: number;
  lag: number;
}>;

/** Of every consumer and relay that ever worked on this database, from the rows that move with the work. */
export async function lagOf(db: Db): Promise<Lag[]> {
  const found = await rows<Omit<Lag, 'lag'>>(
    db,
    `
    select s.consumer, s.topic, p.partition, coalesce(c.next_offset, 0) as position,
           case when s.topic like 'kafka/%' then coalesce(r.kafka_next, 0) else p.next_offset end as "end"
    from log.subscription s
    join log.partition p on p.topic = replace(s.topic, 'kafka/', '')
    left join log.relayed r on r.topic = p.topic and r.partition = p.partition
    left join log.position c on c.consumer = s.consumer and c.topic = s.topic and c.partition = p.partition
    union all
    select 'relay', p.topic, p.partition, coalesce(r.next_offset, 0), p.next_offset from log.partition p join log.relayed r using (topic, partition)
    order by 1, 2, 3`,
  );
  return found.map((row) => ({ ...row, lag: Math.max(0, row.end - row.position) }));
}
