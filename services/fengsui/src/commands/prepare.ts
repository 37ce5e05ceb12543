import { SERVICES } from '@fengsui/contracts';
import { migrate, prepareRoles } from '@fengsui/database';
import { prepareBroker, type KafkaUser } from '@fengsui/log';
import { BASE_SCHEMAS } from '@fengsui/service';
import { namedKeys, SettingsError, type Settings } from '@fengsui/settings';
import { flagOf, type CommandOf } from '../command.js';
import { roleName, ROLE_OF_ANALYSTS, SEPARATE_ROLES } from '../database-roles.js';
import { settingsOfInstallation } from '../installation.js';
import { SCHEMAS } from '../store.js';
import { EXIT, type Terminal } from '../terminal.js';

export const PREPARE_COMMAND: CommandOf = {
  name: 'prepare',
  about: {
    zh: '以所有者身份建表、建各服务的数据库角色、建主题和授权',
    en: 'as the owner: tables, a database role a service, topics, and who may write which',
  },
  example: 'prepare --acls',
  options: [
    {
      flags: '--acls',
      about: { zh: '在 Kafka 中为各服务的用户授权', en: 'write the rules of the services’ users at the brokers' },
    },
  ],
  run: (typed, terminal) => prepare(flagOf(typed, 'acls'), terminal),
};

/** One user a service at the brokers, by the name of its role in the database. */
const USERS: readonly KafkaUser[] = [...SERVICES, 'console' as const].map((service) => ({
  user: roleName(service),
  service,
}));

/** A role a process, and one for whoever analyses. */
const ROLES = [...SEPARATE_ROLES, ROLE_OF_ANALYSTS];

/** What only the owner of tables and topics does, before services start that own nothing. Harmless to do again. */
async function prepare(acls: boolean, terminal: Terminal): Promise<number> {
  const settings = settingsOfInstallation();
  const { DATABASE_URL: url } = settings;
  if (url === undefined)
    throw new SettingsError('nothing to prepare', ['DATABASE_URL must be set: the embedded database prepares itself']);
  await migrate(url, SCHEMAS);
  const passwords = passwordsIn(settings);
  const roles = ROLES.filter(({ name }) => passwords.has(name));
  await prepareRoles(url, roles, BASE_SCHEMAS, passwords);
  const brokers = settings.KAFKA_BROKERS !== undefined;
  const faults = brokers ? await prepareBroker(settings, acls ? USERS : []) : [];
  if (faults.length > 0) throw new SettingsError('the topics at the broker are not those of the contracts', faults);
  const users = brokers && acls ? USERS.map(({ user }) => user) : [];
  terminal.result({ schemas: SCHEMAS.map(({ schema }) => schema), roles: roles.map(({ name }) => name), users }, () =>
    terminal.pick({
      zh: `已就绪：${SCHEMAS.length} 个模式，${roles.length} 个数据库角色，${users.length} 个 Kafka 用户的授权`,
      en: `ready: ${SCHEMAS.length} schemas, ${roles.length} database roles, rules of ${users.length} Kafka users`,
    }),
  );
  return EXIT.done;
}

/** @throws SettingsError for a name that is no role */
function passwordsIn({ FENGSUI_ROLE_PASSWORDS }: Settings): ReadonlyMap<string, string> {
  const named = [...namedKeys(FENGSUI_ROLE_PASSWORDS)];
  const passwords = new Map(named.map(([process, password]) => [roleName(process), password]));
  const unknown = [...passwords.keys()].filter((name) => ROLES.every((role) => role.name !== name));
  if (unknown.length > 0)
    throw new SettingsError('FENGSUI_ROLE_PASSWORDS does not fit', [
      `${unknown.join(', ')}: one of ${ROLES.map(({ name }) => name).join(', ')}`,
    ]);
  return passwords;
}
