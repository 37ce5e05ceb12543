import type { Service } from '@fengsui/contracts';
import type { Settings } from '@fengsui/settings';
import kafkajs, { type AclEntry, type Admin } from 'kafkajs';
import { kafkaOf } from './client.js';
import { ensureTopics, wantedTopics } from './topics.js';

/** A user at the brokers: of a service, or of the console, which asks and carries nothing. */
export type KafkaUser = Readonly<{ user: string; service: Service | 'console' }>;

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/**
 * Makes the topics and, for each user, the rules of what it may: it sees every topic, reads what services read, and
 * writes what the contracts say that it writes. An order lies in a topic that intake alone writes.
 * @throws SettingsError when a topic differs from the contracts
 */
export async function prepareBroker(settings: Settings, users: readonly KafkaUser[]): Promise<readonly string[]> {
  const admin = kafkaOf(settings, 'fengsui prepare', () => undefined).admin();
  await admin.connect();
  try {
    const faults = await ensureTopics(admin, settings.KAFKA_REPLICATION);
    if (faults.length === 0 && users.length > 0) await allow(admin, users);
    return faults;
  } finally {
    await admin.disconnect();
  }
}

async function allow(admin: Admin, users: readonly KafkaUser[]): Promise<void> {
  const acl = users.flatMap(rulesOf);
  // A rule that is there already is no second one.
  await admin.createAcls({ acl });
}

/** What one user may do. */
function rulesOf({ user, service }: KafkaUser): AclEntry[] {
  const rule = (
    resourceType: number,
    resourceName: string,
    resourcePatternType: number,
    operation: number,
  ): AclEntry => ({
    principal: `User:${user}`,
    host: '*',
    permissionType: AclPermissionTypes.ALLOW,
    resourceType,
    resourceName,
    resourcePatternType,
    operation,
  });
  const topics = (prefix: string, operation: number): AclEntry =>
    rule(AclResourceTypes.TOPIC, prefix, ResourcePatternTypes.PREFIXED, operation);
  const seen = ['feed.', 'observed.', 'decided.'].flatMap((prefix) => [
    topics(prefix, AclOperationTypes.DESCRIBE),
    topics(prefix, AclOperationTypes.DESCRIBE_CONFIGS),
  ]);
  if (service === 'console') return seen;
  const read = service === 'intake' ? ['feed.'] : ['observed.', 'decided.'];
  const written = wantedTopics().filter(({ writer }) => writer === service || writer === 'whoever parks');
  return [
    ...seen,
    ...read.map((prefix) => topics(prefix, AclOperationTypes.READ)),
    ...written.map(({ topic }) =>
      rule(AclResourceTypes.TOPIC, topic, ResourcePatternTypes.LITERAL, AclOperationTypes.WRITE),
    ),
    rule(AclResourceTypes.GROUP, `fengsui-${service}`, ResourcePatternTypes.LITERAL, AclOperationTypes.READ),
  ];
}
