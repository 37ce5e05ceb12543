import type { UtcInstant } from '@fengsui/contracts';
import { Check, Entity, Index } from 'typeorm';
import { DocumentColumn, InstantColumn, Key, LongColumn, TextColumn, WholeColumn } from './columns.js';

@Entity({ schema: 'schedule', name: 'clock', comment: 'Time of this installation: one row' })
@Check('clock_one_check', 'one')
export class ClockRow {
  @Key('always true: there is one row', 'boolean', { default: true }) one!: boolean;
  @InstantColumn('now, while a demonstration or a test plays; null: wall time', { nullable: true })
  virtualNow!: UtcInstant | null;
  @LongColumn('on virtual time, jobs up to this number are released', { default: 0 }) jobsUpTo!: number;
}

@Entity({ schema: 'schedule', name: 'job', comment: 'Everything that is due later: one row a thing' })
@Index('job_due', ['service', 'dueAt', 'kind', 'key'])
export class JobRow {
  @Key('who does it: a service, or service/queue for work that leaves the system') service!: string;
  @Key('what is to be done') kind!: string;
  @Key('to what') key!: string;
  @LongColumn('counts up with every time it is asked for', { generated: 'increment' }) seq!: number;
  @InstantColumn('when') dueAt!: UtcInstant;
  @DocumentColumn('what whoever does it must know') payload!: Readonly<Record<string, unknown>>;
  @WholeColumn('failures in a row', { default: 0 }) attempts!: number;
  @TextColumn('what the last failure said', { nullable: true }) lastError!: string | null;
}

@Entity({
  schema: 'schedule',
  name: 'demonstration',
  comment: 'The demonstration of this installation: at most one row',
})
@Check('demonstration_one_check', 'one')
export class DemonstrationRow {
  @Key('always true: there is at most one row', 'boolean', { default: true }) one!: boolean;
  @TextColumn('hash of the script that is played') script!: string;
  @WholeColumn('deliveries given so far') delivered!: number;
  @WholeColumn('deliveries in all') deliveries!: number;
  @InstantColumn('virtual instant at which it ended; null: not yet', { nullable: true }) endedAt!: UtcInstant | null;
}
