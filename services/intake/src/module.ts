import * as path from 'node:path';
import { Clock } from '@fengsui/database';
import type { KafkaFeeds, Log } from '@fengsui/log';
import { FEEDS, LOG } from '@fengsui/service';
import { namedKeys, type Settings } from '@fengsui/settings';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ReadingThread } from './accepting/reading-thread.js';
import { Receiving } from './accepting/receiving.js';
import { FeedTopics } from './doors/feed-topics.js';
import { AnswerLinks } from './doors/answer-links.js';
import { HTTP_SETTINGS, HttpDoor, HttpEndpoints } from './doors/http-endpoints.js';
import { InboxFolder } from './doors/inbox-folder.js';
import { KeptAnswers } from './doors/kept-answers.js';
import { MappingWatch } from './doors/mapping-watch.js';
import { IntakeHttp } from './http.js';
import { KeptInputs } from './keeping/kept-inputs.js';
import { PersonKeys } from './persons/person-keys.js';
import { Persons } from './persons/persons.js';
import { IntakePlan } from './plan.js';
import { IntakeQuery } from './query.js';
import { PushedSources } from './sources/pushed.js';
import { RemovedSources } from './sources/removed-sources.js';
import { Polling, POLLING_SETTINGS, type PollingSettings } from './sources/polling.js';

@Module({})
export class IntakeModule {
  /**
   * @param doors whether this process watches the inbox and polls the sources; HTTP opens with the application's port
   */
  static of(plan: IntakePlan, settings: Settings, doors: boolean): DynamicModule {
    return {
      module: IntakeModule,
      controllers: [AnswerLinks, HttpEndpoints, IntakeHttp],
      providers: [
        { provide: IntakePlan, useValue: plan },
        { provide: HTTP_SETTINGS, useValue: settings },
        { provide: PersonKeys, useFactory: () => new PersonKeys(personKeysFolder(settings)) },
        { provide: Persons, inject: [PersonKeys], useFactory: (keys: PersonKeys) => Persons.of(keys, plan) },
        { provide: KeptInputs, inject: [PersonKeys], useFactory: (keys: PersonKeys) => new KeptInputs(keys) },
        {
          provide: Receiving,
          inject: [DataSource, LOG, Clock, KeptInputs, ReadingThread, Persons],
          useFactory: (...[db, log, clock, kept, thread, persons]: PartsOfReceiving) =>
            new Receiving(db, log, clock, kept, {
              get readers() {
                return plan.readers; // mapping files are taken up while we run
              },
              senders: plan.senders,
              rules: plan.rules,
              ahead: plan.ahead,
              stations: plan.stations,
              counties: plan.counties,
              thread,
              pseudonyms: persons.pseudonyms,
              persons,
            }),
        },
        {
          provide: ReadingThread,
          inject: [PersonKeys],
          useFactory: (keys: PersonKeys) => new ReadingThread({ ...plan.rules, pseudonymKey: keys.pseudonyms }),
        },
        MappingWatch,
        HttpDoor,
        KeptAnswers,
        IntakeQuery,
        ...(doors ? openDoors(plan, settings) : []),
      ],
      exports: [Receiving, IntakeQuery],
    };
  }
}

type PartsOfReceiving = [DataSource, Log, Clock, KeptInputs, ReadingThread, Persons];

/** Beside the database, never in it. */
const personKeysFolder = ({ FENGSUI_HOME: home }: Settings): string => path.resolve(home, 'person-keys');

/** What takes things in by itself: the inbox, the feed topics, the polled sources, as far as they are configured. */
function openDoors(plan: IntakePlan, settings: Settings): Provider[] {
  const providers: Provider[] = [RemovedSources, ...(plan.pushed.length > 0 ? [PushedSources] : [])];
  const { FENGSUI_INBOX: inbox, KAFKA_BROKERS: brokers } = settings;
  const limit = settings.FENGSUI_BODY_LIMIT_MB * 1_000_000;
  if (inbox !== undefined)
    providers.push({
      provide: InboxFolder,
      inject: [Receiving, Clock, DataSource],
      useFactory: (receiving: Receiving, clock: Clock, db: DataSource) =>
        new InboxFolder({ folder: path.resolve(inbox), limit }, receiving, clock, db),
    });
  if (brokers !== undefined)
    providers.push({
      provide: FeedTopics,
      inject: [FEEDS, Receiving, Clock],
      useFactory: (feeds: KafkaFeeds, receiving: Receiving, clock: Clock) => new FeedTopics(feeds, receiving, clock),
    });
  if (plan.sources.length > 0) {
    const folder = path.resolve(settings.FENGSUI_HOME, 'spool');
    const keys = namedKeys(settings.FENGSUI_SOURCE_KEYS);
    providers.push(Polling, {
      provide: POLLING_SETTINGS,
      inject: [ReadingThread],
      useFactory: (thread: ReadingThread): PollingSettings => ({ folder, keys, thread }),
    });
  }
  return providers;
}
