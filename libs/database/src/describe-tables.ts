import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What each table and column of schema `schedule` means, in the database itself: as its entities say it. */
export class DescribeTables1795641700000 implements MigrationInterface {
  readonly name = 'DescribeTables1795641700000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      comment on table schedule.clock is 'Time of this installation: one row';
      comment on column schedule.clock."one" is 'always true: there is one row';
      comment on column schedule.clock."virtual_now" is 'now, while a demonstration or a test plays; null: wall time';
      comment on column schedule.clock."jobs_up_to" is 'on virtual time, jobs up to this number are released';
      comment on table schedule.job is 'Everything that is due later: one row a thing';
      comment on column schedule.job."service" is 'who does it: a service, or service/queue for work that leaves the system';
      comment on column schedule.job."kind" is 'what is to be done';
      comment on column schedule.job."key" is 'to what';
      comment on column schedule.job."seq" is 'counts up with every time it is asked for';
      comment on column schedule.job."due_at" is 'when';
      comment on column schedule.job."payload" is 'what whoever does it must know';
      comment on column schedule.job."attempts" is 'failures in a row';
      comment on column schedule.job."last_error" is 'what the last failure said';
      comment on table schedule.demonstration is 'The demonstration of this installation: at most one row';
      comment on column schedule.demonstration."one" is 'always true: there is at most one row';
      comment on column schedule.demonstration."script" is 'hash of the script that is played';
      comment on column schedule.demonstration."delivered" is 'deliveries given so far';
      comment on column schedule.demonstration."deliveries" is 'deliveries in all';
      comment on column schedule.demonstration."ended_at" is 'virtual instant at which it ended; null: not yet';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}
