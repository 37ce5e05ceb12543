import type { OrderV1, UtcInstant } from '@fengsui/contracts';
import { DocumentColumn, InstantColumn, Key, TextColumn } from '@fengsui/database';

/** What became of each order that a service was given. Each service has this table in its own schema. */
export abstract class GivenOrder {
  @Key('event of the order') event!: string;
  @TextColumn('kind of order') kind!: string;
  @TextColumn('what it is about', { nullable: true }) target!: string | null;
  @InstantColumn('when the person gave it', { nullable: true }) givenAt!: UtcInstant | null;
  @TextColumn('waiting, done or rejected') outcome!: string;
  @TextColumn('why, or what was done') reason!: string;
  @InstantColumn('since when this is so') at!: UtcInstant;
  @InstantColumn('waits until; null: does not wait', { nullable: true }) until!: UtcInstant | null;
  @DocumentColumn('the order itself, while it waits', { nullable: true }) body!: OrderV1 | null;
}
