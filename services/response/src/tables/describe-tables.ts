import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What each table and column of schema `response` means, in the database itself: as its entities say it. */
export class DescribeTables1795641700003 implements MigrationInterface {
  readonly name = 'DescribeTables1795641700003';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      comment on table response.state is 'The flood response of each authority as it stands';
      comment on column response.state."authority" is 'authority, GB/T 2260';
      comment on column response.state."hazard" is 'hazard';
      comment on column response.state."body" is 'the aggregate that libs/rules decides on';
      comment on table response.level_history is 'Every level that was ordered, for good';
      comment on column response.level_history."event" is 'event of the change';
      comment on column response.level_history."authority" is 'authority';
      comment on column response.level_history."hazard" is 'hazard';
      comment on column response.level_history."at" is 'from when on';
      comment on column response.level_history."level" is 'level from then on';
      comment on column response.level_history."decided_by" is 'who ordered it';
      comment on column response.level_history."reason" is 'why';
      comment on column response.level_history."plan" is 'version of the plan';
      comment on table response.warning is 'Weather warnings that concern floods here';
      comment on column response.warning."event" is 'event';
      comment on column response.warning."sender" is 'CAP sender';
      comment on column response.warning."identifier" is 'CAP identifier';
      comment on column response.warning."sent_at" is 'CAP sent';
      comment on column response.warning."event_code" is 'national event code (GB/T 35561)';
      comment on column response.warning."colour" is 'colour of the signal; null: not known';
      comment on column response.warning."counties" is 'counties it covers';
      comment on column response.warning."expires_at" is 'until when it holds; null: until it is ended';
      comment on column response.warning."ended_by" is 'event that updated or cancelled it';
      comment on table response.ended_warning is 'What updates and cancels refer to, also before it has come';
      comment on column response.ended_warning."sender" is 'CAP sender';
      comment on column response.ended_warning."identifier" is 'CAP identifier';
      comment on column response.ended_warning."sent_at" is 'CAP sent; null: whatever was sent under the identifier';
      comment on column response.ended_warning."by_event" is 'event that ends it';
      comment on column response.ended_warning."before" is 'where sent is not known: what was sent before this is ended';
      comment on table response.stage is 'The newest stage of each gauge';
      comment on column response.stage."station" is 'station';
      comment on column response.stage."at" is 'measured at';
      comment on column response.stage."stage_m" is 'metres above the station’s zero';
      comment on column response.stage."event" is 'event';
      comment on column response.stage."band" is 'how many thresholds of the plan it has reached';
      comment on table response.rain is 'Rain of the last 24 hours at each gauge, by window';
      comment on column response.rain."station" is 'station';
      comment on column response.rain."minutes" is 'length of the window, minutes';
      comment on column response.rain."at" is 'end of the window';
      comment on column response.rain."mm" is 'millimetres';
      comment on column response.rain."event" is 'event';
      comment on table response.rain_band is 'How many thresholds of the plan the rain at a gauge has reached';
      comment on column response.rain_band."station" is 'station';
      comment on column response.rain_band."band" is 'thresholds reached';
      comment on column response.rain_band."at" is 'as of';
      comment on table response.forecast is 'The newest forecast of each issuer for each station and moment';
      comment on column response.forecast."station" is 'station';
      comment on column response.forecast."issuer" is 'issuer';
      comment on column response.forecast."issued_at" is 'issued at';
      comment on column response.forecast."valid_at" is 'moment that is forecast';
      comment on column response.forecast."stage_m" is 'stage, metres';
      comment on column response.forecast."flow_m3s" is 'discharge, cubic metres a second';
      comment on column response.forecast."return_period_years" is 'return period, years';
      comment on column response.forecast."event" is 'event';
      comment on table response.task is 'Transfer tasks: one risk point in one response';
      comment on column response.task."id" is 'episode/risk point';
      comment on column response.task."episode" is 'the response from its start to its end';
      comment on column response.task."county" is 'county';
      comment on column response.task."risk_point" is 'risk point of the plan';
      comment on column response.task."name" is 'its name';
      comment on column response.task."people" is 'persons on the ledger';
      comment on column response.task."organiser" is 'who organises';
      comment on column response.task."destination" is 'where to';
      comment on column response.task."level" is 'level that demands it';
      comment on column response.task."raised_at" is 'raised at';
      comment on column response.task."due_at" is 'moved by';
      comment on column response.task."absent" is 'not there';
      comment on column response.task."refusing" is 'still refusing';
      comment on column response.task."moved" is 'moved, with evidence';
      comment on column response.task."state" is 'raised, moving, overdue or closed';
      comment on column response.task."reason" is 'which level demands it, in words';
      comment on column response.task."events" is 'what was said of it';
      comment on table response.moved is 'Who was moved in which task, each person once';
      comment on column response.moved."task" is 'task';
      comment on column response.moved."person" is 'person of the ledger, by pseudonym';
      comment on table response.given_order is 'What became of each order about levels and transfers';
      comment on column response.given_order."event" is 'event of the order';
      comment on column response.given_order."kind" is 'kind of order';
      comment on column response.given_order."target" is 'what it is about';
      comment on column response.given_order."given_at" is 'when the person gave it';
      comment on column response.given_order."outcome" is 'waiting, done or rejected';
      comment on column response.given_order."reason" is 'why, or what was done';
      comment on column response.given_order."at" is 'since when this is so';
      comment on column response.given_order."until" is 'waits until; null: does not wait';
      comment on column response.given_order."body" is 'the order itself, while it waits';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}
