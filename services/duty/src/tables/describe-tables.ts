import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What each table and column of schema `duty` means, in the database itself: as its entities say it. */
export class DescribeTables1795641700005 implements MigrationInterface {
  readonly name = 'DescribeTables1795641700005';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      comment on table duty.call is 'Calls 叫应, from their start until someone answers or nobody is needed any more';
      comment on column duty.call."id" is 'cause and what it is about';
      comment on column duty.call."cause" is 'what the call is about';
      comment on column duty.call."about" is 'proposal, episode, task, fire or source';
      comment on column duty.call."urgent" is 'rings at night, too';
      comment on column duty.call."subject" is 'subject of the message';
      comment on column duty.call."text" is 'what is said';
      comment on column duty.call."causes" is 'events that it was decided from';
      comment on column duty.call."state" is 'ringing, answered, exhausted or closed';
      comment on column duty.call."started_at" is 'started at';
      comment on column duty.call."steps_called" is 'steps of the chain called so far';
      comment on column duty.call."last_called_at" is 'when the last step was called';
      comment on column duty.call."due_at" is 'answer by';
      comment on column duty.call."answered_by" is 'the person who answered';
      comment on column duty.call."answered_at" is 'when';
      comment on column duty.call."reason" is 'which duty rule';
      comment on column duty.call."events" is 'what was said of it';
      comment on column duty.call."closed_reason" is 'why nobody is needed any more';
      comment on table duty.delivery is 'Messages to people: one key a call, step, person and channel, written before anything is handed over';
      comment on column duty.delivery."key" is 'call/step/person/channel; an attempt in doubt is repeated under it';
      comment on column duty.delivery."call" is 'call';
      comment on column duty.delivery."step" is 'step of the chain';
      comment on column duty.delivery."person" is 'person';
      comment on column duty.delivery."channel" is 'channel that it goes by';
      comment on column duty.delivery."state" is 'pending, sent, shown, withdrawn or failed';
      comment on column duty.delivery."attempts" is 'attempts';
      comment on column duty.delivery."created_at" is 'written at';
      comment on column duty.delivery."done_at" is 'done at';
      comment on column duty.delivery."note" is 'what the last attempt said';
      comment on table duty.bundle is 'Transfer tasks of one change, gathered before someone is called for them';
      comment on column duty.bundle."call" is 'call';
      comment on column duty.bundle."task" is 'task';
      comment on column duty.bundle."people" is 'people';
      comment on column duty.bundle."due_at" is 'moved by';
      comment on column duty.bundle."event" is 'event';
      comment on column duty.bundle."round" is 'in which call for this change it was named; null: in none yet';
      comment on table duty.given_order is 'What became of each answer';
      comment on column duty.given_order."event" is 'event of the order';
      comment on column duty.given_order."kind" is 'kind of order';
      comment on column duty.given_order."target" is 'what it is about';
      comment on column duty.given_order."given_at" is 'when the person gave it';
      comment on column duty.given_order."outcome" is 'waiting, done or rejected';
      comment on column duty.given_order."reason" is 'why, or what was done';
      comment on column duty.given_order."at" is 'since when this is so';
      comment on column duty.given_order."until" is 'waits until; null: does not wait';
      comment on column duty.given_order."body" is 'the order itself, while it waits';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}
