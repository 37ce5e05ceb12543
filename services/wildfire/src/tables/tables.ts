import type { UtcInstant } from '@fengsui/contracts';
import { FlagColumn, InstantColumn, Key, NumberColumn, TextColumn, TextsColumn, WholeColumn } from '@fengsui/database';
import { GivenOrder } from '@fengsui/service';
import { Check, Entity, Index } from 'typeorm';

@Entity({ schema: 'wildfire', name: 'fire', comment: 'Fires to verify, and what was found' })
@Index('fire_last_seen_at_idx', ['lastSeenAt'])
@Check('fire_state_check', `state in ('to-verify', 'overdue', 'judged', 'merged')`)
export class FireRow {
  @Key('county, local time of the first sign, and a short mark') id!: string;
  @TextColumn('county of the first sign') county!: string;
  @NumberColumn('degrees north; null: no position is known', { nullable: true }) latitude!: number | null;
  @NumberColumn('degrees east; null: no position is known', { nullable: true }) longitude!: number | null;
  @TextColumn('satellite or report') firstSeenBy!: string;
  @InstantColumn('time of the first sign') firstSeenAt!: UtcInstant;
  @InstantColumn('time of the last sign') lastSeenAt!: UtcInstant;
  @InstantColumn('raised at') raisedAt!: UtcInstant;
  @InstantColumn('verify by') dueAt!: UtcInstant;
  @TextColumn('to-verify, overdue, judged or merged') state!: 'to-verify' | 'overdue' | 'judged' | 'merged';
  @TextColumn('the fire that it ended in', { nullable: true }) mergedInto!: string | null;
  @TextColumn('what it was', { nullable: true }) verdict!: string | null;
  @WholeColumn('persons killed', { nullable: true }) deaths!: number | null;
  @NumberColumn('damaged forest, hectares', { nullable: true }) burnedAreaHa!: number | null;
  @TextColumn('who gave the verdict', { nullable: true }) decidedBy!: string | null;
  @InstantColumn('when', { nullable: true }) judgedAt!: UtcInstant | null;
  @TextColumn('why it was raised, or what was found') reason!: string;
  @TextsColumn('what was said of it') events!: readonly string[];
}

@Entity({ schema: 'wildfire', name: 'sign', comment: 'Hotspots and reports of fire in this city' })
@Index('sign_fire_idx', ['fire'])
@Check('sign_by_whom_check', `by_whom in ('satellite', 'report')`)
export class SignRow {
  @Key('event') event!: string;
  @InstantColumn('seen at') at!: UtcInstant;
  @NumberColumn('degrees north; null: no position', { nullable: true }) latitude!: number | null;
  @NumberColumn('degrees east; null: no position', { nullable: true }) longitude!: number | null;
  @TextColumn('county') county!: string;
  @TextColumn('satellite or report') byWhom!: 'satellite' | 'report';
  @TextColumn('fire that it belongs to; null: not gathered yet', { nullable: true }) fire!: string | null;
  @WholeColumn('FIRMS type: 0 vegetation, 1 volcano, 2 other static heat, 3 offshore; null: not known', {
    nullable: true,
  })
  pixelType!: number | null;
  @FlagColumn('history when it came in: raises no fire by itself', { default: false }) late!: boolean;
  @FlagColumn('late, and no fire of its time was near', { default: false }) aside!: boolean;
}

@Entity({ schema: 'wildfire', name: 'given_order', comment: 'What became of each verdict' })
@Index('given_order_target_idx', ['target'])
export class WildfireOrder extends GivenOrder {}
