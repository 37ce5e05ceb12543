import type { CallCause, Level, UtcInstant } from '@fengsui/contracts';
import {
  DocumentColumn,
  FlagColumn,
  InstantColumn,
  Key,
  TextColumn,
  TextsColumn,
  WholeColumn,
} from '@fengsui/database';
import { GivenOrder } from '@fengsui/service';
import { Check, Entity, Index } from 'typeorm';
import type { Policy } from '../plan.js';

export type CallState = 'ringing' | 'unanswered' | 'answered' | 'closed';

@Entity({
  schema: 'duty',
  name: 'call',
  comment: 'Calls 叫应, from their start until someone answers or nobody is needed any more',
})
@Index('call_about_idx', ['about'])
@Check('call_state_check', `state in ('ringing', 'unanswered', 'answered', 'closed')`)
export class CallRow {
  @Key('cause and what it is about') id!: string;
  @TextColumn('what the call is about') cause!: CallCause;
  @TextColumn('proposal, episode, task, fire or source') about!: string;
  @TextColumn('whose people are called first; null: the city’s', { nullable: true }) authority!: string | null;
  @TextColumn('level of the response that it is about; null: of none', { nullable: true }) level!: Level | null;
  @FlagColumn('rings at night, too') urgent!: boolean;
  @TextColumn('subject of the message') subject!: string;
  @TextColumn('what is said') text!: string;
  @TextsColumn('events that it was decided from') causes!: readonly string[];
  @TextColumn('ringing, unanswered, answered or closed') state!: CallState;
  @InstantColumn('started at') startedAt!: UtcInstant;
  @DocumentColumn('how it climbs, as the plan was when its chain began; null: as the plan is', { nullable: true })
  policy!: Policy | null;
  @WholeColumn('steps of the chain called so far') stepsCalled!: number;
  @WholeColumn('of these, before the chain began anew', { default: 0 }) chainFrom!: number;
  @InstantColumn('when the last step was called', { nullable: true }) lastCalledAt!: UtcInstant | null;
  @InstantColumn('answer by') dueAt!: UtcInstant;
  @TextColumn('the person who answered', { nullable: true }) answeredBy!: string | null;
  @InstantColumn('when', { nullable: true }) answeredAt!: UtcInstant | null;
  @InstantColumn('what was promised with the answer is due', { nullable: true }) promisedUntil!: UtcInstant | null;
  @TextColumn('who has it in hand since it was answered: they, or whoever took the shift over', { nullable: true })
  heldBy!: string | null;
  @TextColumn('two digits that an answer reads back 复述码; null: it need not', { nullable: true }) readBack!:
    string | null;
  @TextColumn('which duty rule') reason!: string;
  @TextsColumn('what was said of it') events!: readonly string[];
  @TextColumn('why nobody is needed any more', { nullable: true }) closedReason!: string | null;
  @TextColumn('superseded, merged, source-heard or grounds-gone', { nullable: true }) closedOutcome!: string | null;
}

@Entity({ schema: 'duty', name: 'answer', comment: 'What people replied to a call: the first answer, and all others' })
@Index('answer_call_idx', ['call'])
@Check('answer_reply_check', `reply in ('accept', 'decline', 'hand-on')`)
export class AnswerRow {
  @Key('event of the order') event!: string;
  @TextColumn('call') call!: string;
  @WholeColumn('step of the chain that was called') step!: number;
  @TextColumn('who was called and replies') person!: string;
  @TextColumn('who said so: themselves, or on their behalf 代答') actor!: string;
  @TextColumn('accept, decline or hand-on') reply!: 'accept' | 'decline' | 'hand-on';
  @InstantColumn('when') at!: UtcInstant;
  @TextColumn('to whom it is handed on', { nullable: true }) handedTo!: string | null;
  @TextColumn('why', { default: '' }) reason!: string;
}

export type DeliveryState =
  'queued' | 'attempt' | 'accepted' | 'delivered' | 'shown' | 'withdrawn' | 'failed' | 'expired';

@Entity({
  schema: 'duty',
  name: 'delivery',
  comment: 'Messages to people: one key a call, step, person and channel, written before anything is handed over',
})
@Index('delivery_call_idx', ['call'])
@Index('delivery_code_idx', ['code'], { unique: true, where: 'code is not null' })
@Index('delivery_receipt_idx', ['receipt'], { where: 'receipt is not null' })
@Check(
  'delivery_state_check',
  `state in ('queued', 'attempt', 'accepted', 'delivered', 'shown', 'withdrawn', 'failed', 'expired')`,
)
export class DeliveryRow {
  @Key('call/step/person/channel; an attempt in doubt is repeated under it') key!: string;
  @TextColumn('call') call!: string;
  @WholeColumn('step of the chain') step!: number;
  @TextColumn('person') person!: string;
  @TextColumn('channel that it goes by') channel!: string;
  @WholeColumn('which of the person’s contacts by this channel, 0 for the first', { default: 0 }) contact!: number;
  @TextColumn('queued, attempt, accepted, delivered, shown, withdrawn, failed or expired') state!: DeliveryState;
  @WholeColumn('attempts', { default: 0 }) attempts!: number;
  @InstantColumn('written at') createdAt!: UtcInstant;
  @InstantColumn('done at', { nullable: true }) doneAt!: UtcInstant | null;
  @TextColumn('what the last attempt said', { nullable: true }) note!: string | null;
  @TextColumn('number that the other side gave it, which its report names', { nullable: true }) receipt!: string | null;
  @TextColumn('what an answer to this message carries, where nobody is logged in', { nullable: true }) code!:
    string | null;
  @InstantColumn('the code works until', { nullable: true }) codeEndsAt!: UtcInstant | null;
  @TextColumn('subject of a notice; null: the call itself, as it is worded when it is sent', { nullable: true })
  subject!: string | null;
  @TextColumn('what a notice says', { nullable: true }) text!: string | null;
}

@Entity({
  schema: 'duty',
  name: 'attempt',
  comment:
    'Every try to hand over a message, written before it is made. One that stays open was cut off: it is in doubt',
})
@Check('attempt_outcome_check', `outcome in ('open', 'accepted', 'refused', 'temporary', 'in-doubt')`)
export class AttemptRow {
  @Key('message') delivery!: string;
  @Key('1 for the first', 'int') n!: number;
  @InstantColumn('begun at') startedAt!: UtcInstant;
  @InstantColumn('over at', { nullable: true }) endedAt!: UtcInstant | null;
  @TextColumn('open, accepted, refused, temporary or in-doubt') outcome!:
    'open' | 'accepted' | 'refused' | 'temporary' | 'in-doubt';
  @TextColumn('what the other side said', { nullable: true }) note!: string | null;
  @TextColumn('the words that were sent; null: of an earlier release', { nullable: true }) words!: string | null;
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
  @TextColumn('event by which nobody needs to be called for it any more; null: somebody does', { nullable: true })
  doneBy!: string | null;
  @WholeColumn('in which call for this change it was named; null: in none yet', { nullable: true }) round!:
    number | null;
}

@Entity({
  schema: 'duty',
  name: 'gathered',
  comment: 'Ordinary things of one kind that come together, and the call in which they are',
})
@Index('gathered_about_idx', ['about'])
@Index('gathered_call_idx', ['call'])
@Index('gathered_cause_idx', ['cause', 'rungAt'])
export class GatheredRow {
  @Key('the call that it would have alone') id!: string;
  @TextColumn('what the call is about') cause!: CallCause;
  @TextColumn('fire, source, gauge or matter') about!: string;
  @TextColumn('whose people are called first; null: the city’s', { nullable: true }) authority!: string | null;
  @TextColumn('what it is rung with: a pass and a county; null: with all of its kind', { nullable: true }) bundle!:
    string | null;
  @WholeColumn('what weighs more is said first', { default: 0 }) weight!: number;
  @TextColumn('cause of the call when it is more urgent than its kind; null: it is not', { nullable: true })
  urgentAs!: CallCause | null;
  @TextColumn('call in which it is; null: in none yet', { nullable: true }) call!: string | null;
  @TextColumn('subject, alone') subject!: string;
  @TextColumn('what is said, alone') text!: string;
  @TextColumn('event that it was decided from') event!: string;
  @InstantColumn('came at') at!: UtcInstant;
  @InstantColumn('its call began at', { nullable: true }) rungAt!: UtcInstant | null;
  @TextColumn('event by which it needs nobody any more; null: it does', { nullable: true }) doneBy!: string | null;
}

@Entity({
  schema: 'duty',
  name: 'roster_change',
  comment: 'Swaps and leave, by whoever may, on top of the plan’s rotations; what is withdrawn stays',
})
export class RosterChangeRow {
  @Key('order by which it was changed') id!: string;
  @TextColumn('whose roster') authority!: string;
  @TextColumn('role that the person has; null: they are away', { nullable: true }) role!: string | null;
  @TextColumn('person') person!: string;
  @InstantColumn('from', { name: 'from_at' }) from!: UtcInstant;
  @InstantColumn('until', { name: 'until_at' }) until!: UtcInstant;
  @TextColumn('who changed it', { name: 'given_by' }) by!: string;
  @TextColumn('why') reason!: string;
  @InstantColumn('when it was changed') givenAt!: UtcInstant;
  @InstantColumn('withdrawn at', { nullable: true }) withdrawnAt!: UtcInstant | null;
  @TextColumn('by whom', { nullable: true }) withdrawnBy!: string | null;
  @TextColumn('why it was withdrawn', { nullable: true }) withdrawnReason!: string | null;
}

/** A call that is open when a shift ends, and whether whoever comes has accepted it. */
export type HandedOver = Readonly<{ call: string; subject: string }>;

@Entity({ schema: 'duty', name: 'handover', comment: 'Handovers 交接班: what was open, and who signed' })
@Index('handover_at_idx', ['at'])
export class HandoverRow {
  @Key('authority, role and time') id!: string;
  @TextColumn('whose desk') authority!: string;
  @TextColumn('role') role!: string;
  @InstantColumn('border of the shifts') at!: UtcInstant;
  @TextColumn('who goes', { name: 'from_person' }) from!: string;
  @TextColumn('who comes', { name: 'to_person' }) to!: string;
  @DocumentColumn('calls that were open') items!: readonly HandedOver[];
  @TextsColumn('calls that whoever comes has accepted') accepted!: readonly string[];
  @InstantColumn('when who goes signed', { nullable: true }) gaveAt!: UtcInstant | null;
  @InstantColumn('when who comes signed', { nullable: true }) tookAt!: UtcInstant | null;
}

@Entity({ schema: 'duty', name: 'given_order', comment: 'What became of each answer' })
@Index('given_order_target_idx', ['target'])
export class DutyOrder extends GivenOrder {}
