import * as path from 'node:path';
import { Clock, Notifications } from '@fengsui/database';
import { FEEDS, LOG, type KafkaFeeds, type Log } from '@fengsui/log';
import type { Settings } from '@fengsui/settings';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Answers } from './doors/answers.js';
import { FeedTopics } from './doors/feed-topics.js';
import { InboxFolder } from './doors/folder.js';
import { DOOR_SETTINGS, HttpDoor } from './doors/http-door.js';
import { Polling } from './doors/polling.js';
import { IntakePlan } from './plan.js';
import { IntakeQuery } from './query.js';
import { Receiving } from './receive.js';

@Module({})
export class IntakeModule {
  /** @param doors whether this process watches the inbox and polls the sources; HTTP opens with the application's port */
  static of(plan: IntakePlan, settings: Settings, doors: boolean): DynamicModule {
    const spool = path.resolve(settings.FENGSUI_HOME, 'spool');
    const inbox = settings.FENGSUI_INBOX;
    const active: Provider[] = [
      ...(inbox === undefined
        ? []
        : [
            {
              provide: InboxFolder,
              inject: [Receiving, Clock],
              useFactory: (receiving: Receiving, clock: Clock) => new InboxFolder(path.resolve(inbox), receiving, clock),
            },
          ]),
      ...(settings.KAFKA_BROKERS === undefined
        ? []
        : [
            {
              provide: FeedTopics,
              inject: [FEEDS, Receiving, Clock],
              useFactory: (feeds: KafkaFeeds, receiving: Receiving, clock: Clock) => new FeedTopics(feeds, receiving, clock),
            },
          ]),
      ...(plan.sources.length === 0
        ? []
        : [
            {
              provide: Polling,
              inject: [DataSource, Clock, Notifications, LOG, Receiving],
              useFactory: (db: DataSource, clock: Clock, notifications: Notifications, log: Log, receiving: Receiving) =>
                new Polling(db, clock, notifications, log, plan, receiving, keysOf(settings.FENGSUI_SOURCE_KEYS), spool),
            },
          ]),
    ];
    return {
      module: IntakeModule,
      controllers: [HttpDoor],
      providers: [
        { provide: IntakePlan, useValue: plan },
        { provide: DOOR_SETTINGS, useValue: settings },
        {
          provide: Receiving,
          inject: [DataSource, LOG, Clock],
          useFactory: (db: DataSource, log: Log, clock: Clock) => new Receiving(db, log, clock, plan.readers),
        },
        { provide: Answers, inject: [DataSource, Clock], useFactory: (db: DataSource, clock: Clock) => new Answers(db, clock) },
        { provide: IntakeQuery, inject: [DataSource], useFactory: (db: DataSource) => new IntakeQuery(db) },
        ...(doors ? active : []),
      ],
      exports: [Receiving, IntakeQuery],
    };
  }
}

const keysOf = (written = ''): ReadonlyMap<string, string> =>
  new Map(
    written
      .split(',')
      .filter((pair) => pair.includes('='))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
