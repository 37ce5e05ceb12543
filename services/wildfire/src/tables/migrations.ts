import type { OwnedSchema } from '@fengsui/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DESCRIBE_FIRE_LIFE } from './describe-fire-life.js';
import { DescribeTables1795641700004 } from './describe-tables.js';
import { DESCRIBE_HEAT_MASK } from './describe-heat-mask.js';
import { HeatMaskRow, HeatPlaceRow } from './heat-tables.js';
import {
  DangerRow,
  FireRow,
  MembershipRow,
  NumberRow,
  PassRow,
  PermitRow,
  SignRow,
  TakenBackRow,
  VerdictRow,
  WildfireOrder,
  WindRow,
} from './tables.js';

/** Signs of fire, and the fires they make. First version. */
class CreateWildfire1795469100000 implements MigrationInterface {
  static readonly formerly = 'CreateWildfire1700000000000';
  readonly name = 'CreateWildfire1795469100000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table wildfire.fire (
        id text primary key, county text not null, latitude float8, longitude float8, first_seen_by text not null,
        first_seen_at timestamptz not null, last_seen_at timestamptz not null, raised_at timestamptz not null, due_at timestamptz not null,
        state text not null check (state in ('to-verify', 'overdue', 'judged', 'merged')), merged_into text references wildfire.fire,
        verdict text, deaths int, burned_area_ha float8, decided_by text, judged_at timestamptz, reason text not null, events text[] not null
      );
      create index on wildfire.fire (last_seen_at);
      create table wildfire.sign (
        event text primary key, at timestamptz not null, latitude float8, longitude float8, county text not null,
        by_whom text not null check (by_whom in ('satellite', 'report')), fire text references wildfire.fire
      );
      create index on wildfire.sign (fire);
      create index sign_loose on wildfire.sign (event) where fire is null;
      create table wildfire.waiting_verdict (event text primary key, fire text not null, body jsonb not null);
      create index on wildfire.waiting_verdict (fire);
      create table wildfire.order_outcome (event text primary key, outcome text not null, reason text not null, at timestamptz not null);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** One table for what becomes of an order, the same in every service. */
class OneDeskForOrders1795641600001 implements MigrationInterface {
  readonly name = 'OneDeskForOrders1795641600001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table wildfire.order_outcome rename to given_order;
      alter table wildfire.given_order rename constraint order_outcome_pkey to given_order_pkey;
      alter table wildfire.given_order
        add column kind text not null default 'verdict', add column target text, add column given_at timestamptz,
        add column until timestamptz, add column body jsonb;
      alter table wildfire.given_order alter column kind drop default;
      insert into wildfire.given_order (event, kind, outcome, reason, at, target, given_at, body)
        select event, 'verdict', 'waiting', 'there is no fire ' || fire, (body->>'recordedAt')::timestamptz,
               fire, (body->>'occurredAt')::timestamptz, body
        from wildfire.waiting_verdict on conflict do nothing;
      drop table wildfire.waiting_verdict;
      create index given_order_target_idx on wildfire.given_order (target);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** Heat of last year that comes today sends nobody out. */
class LateSigns1795700000001 implements MigrationInterface {
  readonly name = 'LateSigns1795700000001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table wildfire.sign
        add column pixel_type int, add column late boolean not null default false, add column aside boolean not null default false;
      comment on column wildfire.sign."pixel_type" is
        'FIRMS type: 0 vegetation, 1 volcano, 2 other static heat, 3 offshore; null: not known';
      comment on column wildfire.sign."late" is 'history when it came in: raises no fire by itself';
      comment on column wildfire.sign."aside" is 'late, and no fire of its time was near';
      create index sign_loose_idx on wildfire.sign (at) where fire is null;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** A fire's life: asked again, asleep, extinguished, ended, joined and parted; who belonged to what, and every verdict. */
class FireLife1796000000002 implements MigrationInterface {
  readonly name = 'FireLife1796000000002';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table wildfire.fire drop constraint fire_state_check;
      alter table wildfire.fire
        add constraint fire_state_check
          check (state in ('to-verify', 'overdue', 'judged', 'noted', 'merged', 'withdrawn')),
        add column asked int not null default 0,
        add column phase text constraint fire_phase_check check (phase in ('awake', 'asleep', 'extinguished', 'ended')),
        add column extinguished_at timestamptz, add column apart boolean not null default false;
      update wildfire.fire set asked = 1;
      update wildfire.fire set phase = 'ended' where state = 'judged' and verdict in ('forest-fire', 'grass-fire');
      drop index wildfire.sign_loose_idx;
      alter table wildfire.sign alter column county drop not null, drop column aside,
        add column cell int, add column township text, add column recorded_at timestamptz, add column source text, add column confidence text,
        add column frp_mw float8, add column scan_km float8, add column track_km float8, add column day_night text,
        add column border_km float8, add column border_bearing float8, add column withdrawn_by text;
      update wildfire.sign set
        cell = floor((latitude + 90) / 0.02)::int * 18000 + floor((longitude + 180) / 0.02)::int where latitude is not null;
      create index sign_cell_idx on wildfire.sign (cell, at);
      create index sign_loose_idx on wildfire.sign (at, event) where fire is null and county is not null and withdrawn_by is null;
      create table wildfire.membership (
        sign text not null, n int not null, fire text, since timestamptz not null,
        because text not null constraint membership_because_check
          check (because in ('raised', 'joined', 'merged', 'parted', 'withdrawn', 'corrected')),
        event text, primary key (sign, n)
      );
      create index membership_fire_idx on wildfire.membership (fire);
      insert into wildfire.membership (sign, n, fire, since, because)
        select s.event, 1, s.fire, f.raised_at, 'joined' from wildfire.sign s join wildfire.fire f on f.id = s.fire;
      create table wildfire.verdict (
        event text primary key, fire text not null, verdict text not null, at timestamptz not null,
        recorded_at timestamptz not null, decided_by text not null, deaths int not null,
        serious_injuries int not null default 0, injuries int not null default 0, burned_area_ha float8,
        damaged_area_ha float8, permit text, photo text, reason text not null
      );
      create index verdict_fire_idx on wildfire.verdict (fire);
      insert into wildfire.verdict (event, fire, verdict, at, recorded_at, decided_by, deaths, burned_area_ha, reason)
        select (select e from unnest(events) e where e like 'fire-judged/%' limit 1), id, verdict, judged_at, judged_at,
               decided_by, coalesce(deaths, 0), burned_area_ha, reason
        from wildfire.fire f where verdict is not null and exists (select 1 from unnest(events) e where e like 'fire-judged/%');
      create table wildfire.number (county text not null, day text not null, last bigint not null, primary key (county, day));
      create table wildfire.taken_back (event text primary key, "order" text not null);
    `);
    await db.query(DESCRIBE_FIRE_LIFE);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** Signals by which a fire is urgent, permits by which heat is expected, and passes: no pass is not no fire. */
class FireDanger1796000000004 implements MigrationInterface {
  readonly name = 'FireDanger1796000000004';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table wildfire.danger (
        sender text not null, identifier text not null, part int not null, county text, colour text not null,
        since timestamptz not null, until timestamptz not null, primary key (sender, identifier, part)
      );
      create table wildfire.permit (
        permit text primary key, purpose text not null, place text not null, latitude float8 not null,
        longitude float8 not null, radius_km float8 not null, from_at timestamptz not null, until_at timestamptz not null,
        event text not null
      );
      comment on table wildfire.permit is 'What may be burned, where and when 用火许可: heat of it is expected';
      comment on column wildfire.permit."permit" is 'number';
      comment on column wildfire.permit."purpose" is 'site-clearing or prescribed-burn';
      comment on column wildfire.permit."place" is 'where, in words';
      comment on column wildfire.permit."latitude" is 'degrees north';
      comment on column wildfire.permit."longitude" is 'degrees east';
      comment on column wildfire.permit."radius_km" is 'kilometres around it';
      comment on column wildfire.permit."from_at" is 'from';
      comment on column wildfire.permit."until_at" is 'until';
      comment on column wildfire.permit."event" is 'order by which it was entered';
      create table wildfire.pass (
        satellite text not null, at timestamptz not null, pixels int not null, inside int not null,
        came_at timestamptz not null, primary key (satellite, at)
      );
      comment on table wildfire.pass is 'Passes of satellites of which anything came, also where there was no heat here';
      comment on column wildfire.pass."satellite" is 'satellite';
      comment on column wildfire.pass."at" is 'begun within the quarter of an hour from';
      comment on column wildfire.pass."pixels" is 'pixels that came of it, wherever they are';
      comment on column wildfire.pass."inside" is 'of these in this city';
      comment on column wildfire.pass."came_at" is 'when the first of it came';
      comment on table wildfire.danger is 'Fire-danger signals 森林火险预警, by county';
      comment on column wildfire.danger."sender" is 'CAP sender';
      comment on column wildfire.danger."identifier" is 'CAP identifier';
      comment on column wildfire.danger."part" is 'which of its signals and places';
      comment on column wildfire.danger."county" is 'county; null: the whole city';
      comment on column wildfire.danger."colour" is 'colour';
      comment on column wildfire.danger."since" is 'in force from';
      comment on column wildfire.danger."until" is 'in force until';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** A report that is said again with another place is the same report. */
class MovedReports1796000000006 implements MigrationInterface {
  readonly name = 'MovedReports1796000000006';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table wildfire.sign add column report_id text;
      update wildfire.sign set report_id = substr(event, 8) where by_whom = 'report' and event like 'report/%';
      comment on column wildfire.sign."report_id" is 'number of the report; null: a satellite saw it';
      create index sign_report_id_idx on wildfire.sign (report_id) where report_id is not null;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** What is around a fire: what grows there, and the wind. */
class Surroundings1796000000007 implements MigrationInterface {
  readonly name = 'Surroundings1796000000007';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table wildfire.sign add column land_cover text, add column neighbour text, add column published_at timestamptz;
      comment on column wildfire.sign."township" is 'township, as who reported it names it, or by its outline';
      comment on column wildfire.sign."land_cover" is 'what grows there, by the layer of the plan or the list';
      create table wildfire.wind (
        station text not null, at timestamptz not null, speed_ms double precision not null, primary key (station, at));
      comment on table wildfire.wind is 'Wind measured at the stations of the plan';
      comment on column wildfire.wind."station" is 'station';
      comment on column wildfire.wind."at" is 'measured at';
      comment on column wildfire.wind."speed_ms" is 'mean over ten minutes, metres a second';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/** Places at which heat is no fire. */
class HeatMask1796000000008 implements MigrationInterface {
  readonly name = 'HeatMask1796000000008';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table wildfire.fire add column heat_place text;
      create table wildfire.heat_mask (
        version int primary key, learned_at timestamptz not null, learned_by text not null, signs int not null,
        weeks jsonb not null, lost jsonb not null, plan text not null, applied_at timestamptz, applied_by text,
        accepted text[] not null, ended_at timestamptz);
      create table wildfire.heat_place (
        version int not null, n int not null, latitude double precision not null, longitude double precision not null,
        because text not null constraint heat_place_because_check check (because in ('verdict', 'recurrence')),
        pinned_by text, since timestamptz not null, until timestamptz not null, signs int not null, days int not null,
        night_share double precision, frp_least double precision, frp_median double precision,
        frp_most double precision, types jsonb not null, verdicts jsonb not null, primary key (version, n));
      ${DESCRIBE_HEAT_MASK}`);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

/**
 * For which signs somebody was asked. And no fire is ever deleted: looking each one up for every sign was a fifth of
 * what putting a dense pass to fires took.
 */
class AskedFor1796000000009 implements MigrationInterface {
  readonly name = 'AskedFor1796000000009';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table wildfire.fire add column asked_for text[] not null default '{}';
      alter table wildfire.fire alter column asked_for drop default;
      comment on column wildfire.fire."asked_for" is 'signs for which somebody was asked again the last time, when they are few';
      alter table wildfire.sign drop constraint sign_fire_fkey`);
  }

  async down(): Promise<void> {
    throw new Error('migrations only append');
  }
}

export const WILDFIRE_SCHEMA: OwnedSchema = {
  schema: 'wildfire',
  entities: [
    DangerRow,
    FireRow,
    HeatMaskRow,
    HeatPlaceRow,
    PassRow,
    PermitRow,
    SignRow,
    MembershipRow,
    VerdictRow,
    NumberRow,
    TakenBackRow,
    WindRow,
    WildfireOrder,
  ],
  migrations: [
    CreateWildfire1795469100000,
    OneDeskForOrders1795641600001,
    DescribeTables1795641700004,
    LateSigns1795700000001,
    FireLife1796000000002,
    FireDanger1796000000004,
    MovedReports1796000000006,
    Surroundings1796000000007,
    HeatMask1796000000008,
    AskedFor1796000000009,
  ],
};
