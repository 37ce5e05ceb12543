import { LocalLogin, newSecretKey, SecretBox, Sessions } from '@fengsui/access';
import { Clock, Notifications } from '@fengsui/database';
import { ownFile, type Settings } from '@fengsui/settings';
import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LoginPace } from './login-pace.js';
import { IdentityPages } from './pages.js';
import { PeopleHttp } from './people-http.js';
import { ProviderHttp } from './provider-http.js';
import { Provider, type ProviderSettings } from './provider.js';
import { SealAudit } from './seal-audit.js';
import { SecondFactorHttp } from './second-factor-http.js';
import { SessionHttp } from './session-http.js';

/** Opens the secrets of one-time codes: a database that is restored elsewhere needs it. */
const SECRETS_KEY = 'secrets.key';

/** Login, sessions, people and roles. */
@Module({})
export class IdentityModule {
  static of(settings: ProviderSettings & Pick<Settings, 'FENGSUI_HOME'>): DynamicModule {
    return {
      module: IdentityModule,
      controllers: [SessionHttp, SecondFactorHttp, PeopleHttp, ProviderHttp, IdentityPages],
      providers: [
        {
          provide: SecretBox,
          useFactory: () => new SecretBox(ownFile(settings.FENGSUI_HOME, SECRETS_KEY, newSecretKey).text),
        },
        {
          provide: LocalLogin,
          inject: [DataSource, Clock, Sessions, SecretBox],
          useFactory: (db: DataSource, clock: Clock, sessions: Sessions, box: SecretBox) =>
            new LocalLogin(db, clock, sessions, box),
        },
        { provide: LoginPace, inject: [Clock], useFactory: (clock: Clock) => new LoginPace(clock) },
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
