import { LocalLogin, Sessions } from '@fengsui/access';
import { Clock, Notifications } from '@fengsui/database';
import type { Settings } from '@fengsui/settings';
import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { IdentityPages } from './pages.js';
import { PeopleHttp } from './people-http.js';
import { ProviderHttp } from './provider-http.js';
import { Provider, type ProviderSettings } from './provider.js';
import { SealAudit } from './seal-audit.js';
import { SecondFactorHttp } from './second-factor-http.js';
import { SessionHttp } from './session-http.js';

/** Login, sessions, people and roles. */
@Module({})
export class IdentityModule {
  static of(settings: ProviderSettings & Pick<Settings, 'FENGSUI_HOME'>): DynamicModule {
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
          provide: SealAudit,
          inject: [DataSource, Clock, Notifications],
          useFactory: (db: DataSource, clock: Clock, notifications: Notifications) =>
            new SealAudit(db, clock, notifications, settings.FENGSUI_HOME),
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
