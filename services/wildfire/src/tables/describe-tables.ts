import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What each table and column of schema `wildfire` means, in the database itself: as its entities say it. */
export class DescribeTables1795641700004 implements MigrationInterface {
  readonly name = 'DescribeTables1795641700004';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      comment on table wildfire.fire is 'Fires to verify, and what was found';
      comment on column wildfire.fire."id" is 'county, local time of the first sign, and a short mark';
      comment on column wildfire.fire."county" is 'county of the first sign';
      comment on column wildfire.fire."latitude" is 'degrees north; null: no position is known';
      comment on column wildfire.fire."longitude" is 'degrees east; null: no position is known';
      comment on column wildfire.fire."first_seen_by" is 'satellite or report';
      comment on column wildfire.fire."first_seen_at" is 'time of the first sign';
      comment on column wildfire.fire."last_seen_at" is 'time of the last sign';
      comment on column wildfire.fire."raised_at" is 'raised at';
      comment on column wildfire.fire."due_at" is 'verify by';
      comment on column wildfire.fire."state" is 'to-verify, overdue, judged or merged';
      comment on column wildfire.fire."merged_into" is 'the fire that it ended in';
      comment on column wildfire.fire."verdict" is 'what it was';
      comment on column wildfire.fire."deaths" is 'persons killed';
      comment on column wildfire.fire."burned_area_ha" is 'damaged forest, hectares';
      comment on column wildfire.fire."decided_by" is 'who gave the verdict';
      comment on column wildfire.fire."judged_at" is 'when';
      comment on column wildfire.fire."reason" is 'why it was raised, or what was found';
      comment on column wildfire.fire."events" is 'what was said of it';
      comment on table wildfire.sign is 'Hotspots and reports of fire in this city';
      comment on column wildfire.sign."event" is 'event';
      comment on column wildfire.sign."at" is 'seen at';
      comment on column wildfire.sign."latitude" is 'degrees north; null: no position';
      comment on column wildfire.sign."longitude" is 'degrees east; null: no position';
      comment on column wildfire.sign."county" is 'county';
      comment on column wildfire.sign."by_whom" is 'satellite or report';
      comment on column wildfire.sign."fire" is 'fire that it belongs to; null: not gathered yet';
      comment on table wildfire.given_order is 'What became of each verdict';
      comment on column wildfire.given_order."event" is 'event of the order';
      comment on column wildfire.given_order."kind" is 'kind of order';
      comment on column wildfire.given_order."target" is 'what it is about';
      comment on column wildfire.given_order."given_at" is 'when the person gave it';
      comment on column wildfire.given_order."outcome" is 'waiting, done or rejected';
      comment on column wildfire.given_order."reason" is 'why, or what was done';
      comment on column wildfire.given_order."at" is 'since when this is so';
      comment on column wildfire.given_order."until" is 'waits until; null: does not wait';
      comment on column wildfire.given_order."body" is 'the order itself, while it waits';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}
