import { LocalLogin, Sessions } from '@fengsui/access';
import { Clock } from '@fengsui/database';
import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { IdentityPages } from './pages.js';
import { PeopleHttp } from './people-http.js';
import { ProviderHttp } from './provider-http.js';
import { Provider, type ProviderSettings } from './provider.js';
import { SecondFactorHttp } from './second-factor-http.js';
import { SessionHttp } from './session-http.js';

/** Login, sessions, people and roles. */
@Module({})
export class IdentityModule {
  static of(settings: ProviderSettings): DynamicModule {
    return {
      module: IdentityModule,
      controllers: [SessionHttp, SecondFactorHttp, PeopleHttp, ProviderHttp, IdentityPages],
      providers: [
        {
          provide: LocalLogin,
          inject: [DataSource, Clock, Sessions],
          useFactory: (db: DataSource, clock: Clock, sessions: Sessions) => new LocalLogin(db, clock, sessions),
        },
        {
          provide: Provider,
          inject: [DataSource],
          useFactory: (db: DataSource) => new Provider(settings, db),
        },
      ],
    };
  }
}
