import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What each table and column of schema `reporting` means, in the database itself: as its entities say it. */
export class DescribeTables1795641700006 implements MigrationInterface {
  readonly name = 'DescribeTables1795641700006';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      comment on table reporting.subject is 'What is known about each subject now, with the pieces it was summed up from';
      comment on column reporting.subject."kind" is 'kind of fact';
      comment on column reporting.subject."id" is 'what it is about';
      comment on column reporting.subject."version" is 'counts up with every change';
      comment on column reporting.subject."pieces" is 'what each event says of it, by event';
      comment on column reporting.subject."content" is 'what they come to; null: it does not count';
      comment on column reporting.subject."recorded_at" is 'since when this is known';
      comment on table reporting.fact is 'Append-only, with two times: when it was true, since when it is known';
      comment on column reporting.fact."kind" is 'kind of fact';
      comment on column reporting.fact."subject" is 'what it is about';
      comment on column reporting.fact."version" is 'version of the subject';
      comment on column reporting.fact."event" is 'event that made this version';
      comment on column reporting.fact."contract" is 'type of that event';
      comment on column reporting.fact."origins" is 'events that came in from outside, to which it goes back';
      comment on column reporting.fact."at" is 'when it was true; null: it does not count';
      comment on column reporting.fact."recorded_at" is 'since when it is known';
      comment on column reporting.fact."region" is 'GB/T 2260 code';
      comment on column reporting.fact."content" is 'what it states; null: it does not count';
      comment on table reporting.counter is 'What each indicator comes to, by day, region and dimension';
      comment on column reporting.counter."indicator" is 'indicator';
      comment on column reporting.counter."region" is 'GB/T 2260 code';
      comment on column reporting.counter."dimension" is 'what the indicator is told apart by, or nothing';
      comment on column reporting.counter."day" is 'day in Asia/Shanghai';
      comment on column reporting.counter."amount" is 'sum over the facts of the day';
      comment on table reporting.distinct_key is 'Keys that an indicator counts once a year';
      comment on column reporting.distinct_key."indicator" is 'indicator';
      comment on column reporting.distinct_key."year" is 'year in Asia/Shanghai';
      comment on column reporting.distinct_key."key" is 'what is counted once';
      comment on column reporting.distinct_key."facts" is 'facts that have it; 0: it no longer counts';
      comment on table reporting.withdrawn is 'Events that were recorded in error; also before they come';
      comment on column reporting.withdrawn."event" is 'event';
      comment on column reporting.withdrawn."order_event" is 'order that withdrew it';
      comment on column reporting.withdrawn."recorded_at" is 'when';
      comment on table reporting.rollup is 'Every roll-up that ran or was skipped';
      comment on column reporting.rollup."name" is 'daily or annual';
      comment on column reporting.rollup."due_at" is 'when it was due';
      comment on column reporting.rollup."ran_at" is 'when it ran';
      comment on column reporting.rollup."outcome" is 'done or skipped';
      comment on column reporting.rollup."findings" is 'what it found';
      comment on table reporting.annual is 'The figures of a year as the annual roll-up found them';
      comment on column reporting.annual."year" is 'year';
      comment on column reporting.annual."as_of" is 'as known then';
      comment on column reporting.annual."made_at" is 'when the roll-up ran';
      comment on column reporting.annual."figures" is 'figures';
      comment on table reporting.given_order is 'What became of each order to withdraw an event';
      comment on column reporting.given_order."event" is 'event of the order';
      comment on column reporting.given_order."kind" is 'kind of order';
      comment on column reporting.given_order."target" is 'what it is about';
      comment on column reporting.given_order."given_at" is 'when the person gave it';
      comment on column reporting.given_order."outcome" is 'waiting, done or rejected';
      comment on column reporting.given_order."reason" is 'why, or what was done';
      comment on column reporting.given_order."at" is 'since when this is so';
      comment on column reporting.given_order."until" is 'waits until; null: does not wait';
      comment on column reporting.given_order."body" is 'the order itself, while it waits';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}
