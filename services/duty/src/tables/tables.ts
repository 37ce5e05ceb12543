import type { CallCause, UtcInstant } from '@fengsui/contracts';
import { FlagColumn, InstantColumn, Key, TextColumn, TextsColumn, WholeColumn } from '@fengsui/database';
import { GivenOrder } from '@fengsui/service';
import { Check, Entity, Index } from 'typeorm';

@Entity({
  schema: 'duty',
  name: 'call',
  comment: 'Calls 叫应, from their start until someone answers or nobody is needed any more',
})
@Index('call_about_idx', ['about'])
@Check('call_state_check', `state in ('ringing', 'answered', 'exhausted', 'closed')`)
export class CallRow {
  @Key('cause and what it is about') id!: string;
  @TextColumn('what the call is about') cause!: CallCause;
  @TextColumn('proposal, episode, task, fire or source') about!: string;
  @TextColumn('whose people are called first; null: the city’s', { nullable: true }) authority!: string | null;
  @FlagColumn('rings at night, too') urgent!: boolean;
  @TextColumn('subject of the message') subject!: string;
  @TextColumn('what is said') text!: string;
  @TextsColumn('events that it was decided from') causes!: readonly string[];
  @TextColumn('ringing, answered, exhausted or closed') state!: 'ringing' | 'answered' | 'exhausted' | 'closed';
  @InstantColumn('started at') startedAt!: UtcInstant;
  @WholeColumn('steps of the chain called so far') stepsCalled!: number;
  @InstantColumn('when the last step was called', { nullable: true }) lastCalledAt!: UtcInstant | null;
  @InstantColumn('answer by') dueAt!: UtcInstant;
  @TextColumn('the person who answered', { nullable: true }) answeredBy!: string | null;
  @InstantColumn('when', { nullable: true }) answeredAt!: UtcInstant | null;
  @TextColumn('which duty rule') reason!: string;
  @TextsColumn('what was said of it') events!: readonly string[];
  @TextColumn('why nobody is needed any more', { nullable: true }) closedReason!: string | null;
}

@Entity({
  schema: 'duty',
  name: 'delivery',
  comment: 'Messages to people: one key a call, step, person and channel, written before anything is handed over',
})
@Index('delivery_call_idx', ['call'])
@Check('delivery_state_check', `state in ('pending', 'sent', 'shown', 'withdrawn', 'failed')`)
export class DeliveryRow {
  @Key('call/step/person/channel; an attempt in doubt is repeated under it') key!: string;
  @TextColumn('call') call!: string;
  @WholeColumn('step of the chain') step!: number;
  @TextColumn('person') person!: string;
  @TextColumn('channel that it goes by') channel!: string;
  @TextColumn('pending, sent, shown, withdrawn or failed') state!:
    'pending' | 'sent' | 'shown' | 'withdrawn' | 'failed';
  @WholeColumn('attempts', { default: 0 }) attempts!: number;
  @InstantColumn('written at') createdAt!: UtcInstant;
  @InstantColumn('done at', { nullable: true }) doneAt!: UtcInstant | null;
  @TextColumn('what the last attempt said', { nullable: true }) note!: string | null;
  @TextColumn('what an answer to this message carries, where nobody is logged in', { nullable: true }) code!:
    string | null;
  @InstantColumn('the code works until', { nullable: true }) codeEndsAt!: UtcInstant | null;
}

@Entity({
  schema: 'duty',
  name: 'bundle',
  comment: 'Transfer tasks of one change, gathered before someone is called for them',
})
export class BundleRow {
  @Key('call') call!: string;
  @Key('task') task!: string;
  @WholeColumn('people') people!: number;
  @InstantColumn('moved by') dueAt!: UtcInstant;
  @TextColumn('event') event!: string;
  @WholeColumn('in which call for this change it was named; null: in none yet', { nullable: true }) round!:
    number | null;
}

@Entity({ schema: 'duty', name: 'given_order', comment: 'What became of each answer' })
@Index('given_order_target_idx', ['target'])
export class DutyOrder extends GivenOrder {}
