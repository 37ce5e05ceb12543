import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What each table and column of schema `intake` means, in the database itself: as its entities say it. */
export class DescribeTables1795641700002 implements MigrationInterface {
  readonly name = 'DescribeTables1795641700002';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      comment on table intake.input is 'Every input that came in, by the hash of its bytes';
      comment on column intake.input."sha256" is 'SHA-256 of the unpacked bytes';
      comment on column intake.input."door" is 'http, file, folder, poll, kafka, cli or demonstration';
      comment on column intake.input."name" is 'file name or address';
      comment on column intake.input."format" is 'format that it was read as';
      comment on column intake.input."received_at" is 'received at';
      comment on column intake.input."size" is 'bytes';
      comment on table intake.input_part is 'The bytes of the inputs, in parts of a megabyte';
      comment on column intake.input_part."sha256" is 'input';
      comment on column intake.input_part."from" is 'place of the first byte';
      comment on column intake.input_part."bytes" is 'the bytes as they came';
      comment on table intake.accepted is 'Every event that was accepted, and where in which input it stood';
      comment on column intake.accepted."event_id" is 'event';
      comment on column intake.accepted."identity" is 'what makes it the same fact as another';
      comment on column intake.accepted."content" is 'hash of what it says';
      comment on column intake.accepted."contract" is 'type of the event';
      comment on column intake.accepted."sha256" is 'input that it came in with';
      comment on column intake.accepted."place" is 'place in the input, in words';
      comment on column intake.accepted."from" is 'place of its first byte';
      comment on column intake.accepted."length" is 'bytes';
      comment on column intake.accepted."recorded_at" is 'accepted at';
      comment on column intake.accepted."conflict" is 'the identity was taken by other content';
      comment on column intake.accepted."coarse" is 'hashes of what the identity would be with fewer decimals';
      comment on column intake.accepted."may_be_coarse" is 'may be the rounding of a finer one';
      comment on table intake.refusal is 'Why records were refused';
      comment on column intake.refusal."sha256" is 'input';
      comment on column intake.refusal."place" is 'place in the input';
      comment on column intake.refusal."reason" is 'what is wrong';
      comment on column intake.refusal."expected" is 'what was expected';
      comment on column intake.refusal."at" is 'when';
      comment on table intake.note is 'What was odd about records that were accepted all the same';
      comment on column intake.note."sha256" is 'input';
      comment on column intake.note."place" is 'place in the input';
      comment on column intake.note."note" is 'what was odd';
      comment on table intake.source is 'Sources that are polled, and when they last answered';
      comment on column intake.source."name" is 'name in the plan';
      comment on column intake.source."etag" is 'ETag of the last answer';
      comment on column intake.source."last_modified" is 'Last-Modified of the last answer';
      comment on column intake.source."asked_at" is 'asked at';
      comment on column intake.source."heard_at" is 'answered at';
      comment on column intake.source."silent_since" is 'announced as silent since';
      comment on column intake.source."failures" is 'failures in a row';
      comment on column intake.source."last_error" is 'what the last failure said';
      comment on table intake.seen_link is 'Links of indexes that were fetched';
      comment on column intake.seen_link."source" is 'source';
      comment on column intake.seen_link."link" is 'address, with what the index says of its age';
      comment on column intake.seen_link."seen_at" is 'fetched at';
      comment on table intake.answered is 'Answers under idempotency keys, for who did not hear them';
      comment on column intake.answered."feeder" is 'feeder';
      comment on column intake.answered."key" is 'idempotency key';
      comment on column intake.answered."sha256" is 'hash of the body';
      comment on column intake.answered."door" is 'door';
      comment on column intake.answered."status" is 'HTTP status';
      comment on column intake.answered."answer" is 'the answer';
      comment on column intake.answered."at" is 'answered at';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}
