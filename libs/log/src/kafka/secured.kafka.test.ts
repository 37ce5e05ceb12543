import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readSettings } from '@fengsui/settings';
import { SERVICES } from '@fengsui/contracts';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes, type Kafka } from 'kafkajs';
import { prepareBroker, type KafkaUser } from './acls.js';
import { kafkaOf } from './client.js';
import { makeTopics, wantedTopics } from './topics.js';

const BROKER = path.resolve(
  path.dirname(fileURLToPath(import.meta.url)),
  '..',
  '..',
  '..',
  '..',
  'infra',
  'kafka',
  'broker.mjs',
);
const PASSWORD = 'only-for-this-test';
const USERS: readonly KafkaUser[] = [...SERVICES, 'console' as const].map((service) => ({
  user: `fengsui_${service}`,
  service,
}));

/** What became of one try to come into a group: joined, or the broker's words. */
async function tryToJoin(kafka: Kafka, groupId: string, topic: string): Promise<string> {
  const reader = kafka.consumer({ groupId, retry: { restartOnFailure: async () => false } });
  const outcome = new Promise<string>((resolve) => {
    reader.on(reader.events.GROUP_JOIN, () => resolve('joined'));
    reader.on(reader.events.CRASH, ({ payload }) => resolve(payload.error.message));
  });
  await reader.connect();
  await reader.subscribe({ topic });
  await reader.run({ eachMessage: async () => undefined }).catch(() => undefined);
  const became = await outcome;
  await reader.disconnect();
  return became;
}

/**
 * The last word of ten tries: a coordinator is a while coming, that of the first group of all above all, and the client
 * says of one that may not be asked for what it says of one that is not there yet.
 */
async function joinedBy(kafka: Kafka, groupId: string, topic: string): Promise<string> {
  let became = '';
  for (let tries = 0; tries < 10 && became !== 'joined' && !/not authorized/i.test(became); tries += 1) {
    if (tries > 0) await sleep(500);
    became = await tryToJoin(kafka, groupId, topic);
  }
  return became;
}

/** A broker that speaks TLS alone and lets in who logs in, with a certificate made for this run. */
describe('a broker with TLS and passwords', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-tls-'));
  const authority = path.join(folder, 'broker.pem');
  let child: ChildProcess;
  let port: number;
  beforeAll(async () => {
    const { freePort, startBroker } = (await import(BROKER)) as {
      freePort: () => Promise<number>;
      startBroker: (folder: string, properties: object, formatted: string[]) => Promise<ChildProcess>;
    };
    const store = path.join(folder, 'broker.p12');
    const own = ['-keystore', store, '-storepass', PASSWORD, '-alias', 'broker'];
    keytool(
      '-genkeypair',
      '-keyalg',
      'EC',
      '-storetype',
      'PKCS12',
      '-dname',
      'CN=broker',
      '-ext',
      'san=ip:127.0.0.1',
      '-validity',
      '2',
      ...own,
    );
    keytool('-exportcert', '-rfc', '-file', authority, ...own);
    port = await freePort();
    const [controller, home] = [await freePort(), path.join(folder, 'kafka')];
    mkdirSync(home);
    const login = (module: string, more: string): string =>
      `org.apache.kafka.common.security.${module} required username="fengsui" password="${PASSWORD}"${more};`;
    child = await startBroker(
      home,
      {
        'process.roles': 'broker,controller',
        'node.id': 1,
        'controller.quorum.bootstrap.servers': `127.0.0.1:${controller}`,
        listeners: `CLIENT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
        'controller.listener.names': 'CONTROLLER',
        'inter.broker.listener.name': 'CLIENT',
        'listener.security.protocol.map': 'CLIENT:SASL_SSL,CONTROLLER:PLAINTEXT',
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
        'sasl.mechanism.inter.broker.protocol': 'PLAIN',
        'listener.name.client.plain.sasl.jaas.config': login('plain.PlainLoginModule', ` user_fengsui="${PASSWORD}"`),
        'listener.name.client.scram-sha-256.sasl.jaas.config': login('scram.ScramLoginModule', ''),
        'listener.name.client.scram-sha-512.sasl.jaas.config': login('scram.ScramLoginModule', ''),
        // Whoever is not named may nothing; the services' user may everything, and the controller has no name.
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:fengsui;User:ANONYMOUS',
        'allow.everyone.if.no.acl.found': false,
        'ssl.keystore.location': store,
        'ssl.keystore.password': PASSWORD,
        'ssl.key.password': PASSWORD,
        'ssl.truststore.location': store,
        'ssl.truststore.password': PASSWORD,
        'log.dirs': path.join(home, 'data'),
        'offsets.topic.replication.factor': 1,
        'transaction.state.log.replication.factor': 1,
        'transaction.state.log.min.isr': 1,
        'share.coordinator.state.topic.replication.factor': 1,
        'share.coordinator.state.topic.min.isr': 1,
      },
      [
        '--standalone',
        ...['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
          '--add-scram',
          `${mechanism}=[name=fengsui,password=${PASSWORD}]`,
        ]),
        '--add-scram',
        `SCRAM-SHA-512=[name=county-water,password=${PASSWORD}]`,
        ...USERS.flatMap(({ user }) => ['--add-scram', `SCRAM-SHA-512=[name=${user},password=${PASSWORD}]`]),
      ],
    );
    while ((await topics('plain', PASSWORD, authority)) !== 'in') await sleep(300);
  });
  afterAll(async () => {
    await new Promise((resolve) => child.once('exit', resolve).kill('SIGKILL'));
    rmSync(folder, { recursive: true, force: true });
  });

  function keytool(...words: string[]): void {
    const { status, stdout, stderr } = spawnSync('keytool', words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`keytool: ${stdout}${stderr}`);
  }

  const clientOf = (user: string, mechanism: string, password: string, ca: string | null): Kafka =>
    kafkaOf(
      readSettings({
        KAFKA_BROKERS: `127.0.0.1:${port}`,
        KAFKA_TLS: 'true',
        ...(ca === null ? {} : { KAFKA_TLS_CA: ca }),
        KAFKA_SASL: mechanism,
        KAFKA_USERNAME: user,
        KAFKA_PASSWORD: password,
      }),
      'tls test',
      () => undefined,
    );

  /** Asks for the topics as a service would. @returns `in`, or why not */
  async function topics(mechanism: string, password: string, ca: string | null): Promise<string> {
    const kafka = clientOf('fengsui', mechanism, password, ca);
    const admin = kafka.admin({ retry: { retries: 1 } });
    try {
      await admin.connect();
      await admin.listTopics();
      return 'in';
    } catch (error) {
      return String((error as Error).message);
    } finally {
      await admin.disconnect();
    }
  }

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])('lets in with %s', async (mechanism) => {
    expect(await topics(mechanism, PASSWORD, authority)).toBe('in');
  });

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])('keeps out a wrong password with %s', async (mechanism) => {
    expect(await topics(mechanism, 'wrong', authority)).toMatch(/authentication/i);
  });

  /** As docs/kafka.md says to set it up: otherwise whoever reaches the broker gives orders. */
  it('lets an outsider write what it feeds, and neither give an order nor read a decision', async () => {
    const ours = clientOf('fengsui', 'scram-sha-512', PASSWORD, authority);
    const admin = ours.admin();
    await admin.connect();
    const names = ['feed.readings', 'observed.orders', 'decided.calls'];
    await makeTopics(
      admin,
      names.map((topic) => ({ topic, numPartitions: 1 })),
    );
    await admin.createAcls({
      acl: [
        {
          resourceType: AclResourceTypes.TOPIC,
          resourceName: 'feed.',
          resourcePatternType: ResourcePatternTypes.PREFIXED,
          principal: 'User:county-water',
          host: '*',
          operation: AclOperationTypes.WRITE,
          permissionType: AclPermissionTypes.ALLOW,
        },
      ],
    });
    await admin.disconnect();
    const theirs = clientOf('county-water', 'scram-sha-512', PASSWORD, authority);
    const producer = theirs.producer({ retry: { retries: 0 } });
    await producer.connect();
    const write = (topic: string): Promise<string> =>
      producer.send({ topic, messages: [{ key: 'k', value: '{}' }] }).then(
        () => 'written',
        (error: Error) => error.message,
      );
    while ((await write('feed.readings')) !== 'written') await sleep(200); // until the rule has reached the broker
    expect(await write('observed.orders')).toMatch(/not authorized/i);
    await producer.disconnect();
    const asks = theirs.admin({ retry: { retries: 0 } });
    await asks.connect();
    await expect(asks.fetchTopicOffsets('decided.calls')).rejects.toThrow(/not authorized/i);
    await asks.disconnect();
  });

  /** Every service tries every topic, over TLS with SCRAM: an order lies in a topic that intake alone writes. */
  it('lets each service write what the contracts say, and read what services read', async () => {
    const settings = readSettings({
      KAFKA_BROKERS: `127.0.0.1:${port}`,
      KAFKA_TLS: 'true',
      KAFKA_TLS_CA: authority,
      KAFKA_SASL: 'scram-sha-512',
      KAFKA_USERNAME: 'fengsui',
      KAFKA_PASSWORD: PASSWORD,
    });
    const admin = clientOf('fengsui', 'scram-sha-512', PASSWORD, authority).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: ['feed.readings', 'observed.orders', 'decided.calls'] }).catch(() => undefined);
    while ((await admin.listTopics()).some((topic) => /^(feed|observed|decided)\./.test(topic))) await sleep(100);
    await admin.disconnect();
    expect(await prepareBroker(settings, USERS)).toEqual([]);
    expect(await prepareBroker(settings, USERS)).toEqual([]); // again, as after an update
    for (const { user, service } of USERS) {
      const kafka = clientOf(user, 'scram-sha-512', PASSWORD, authority);
      const asks = kafka.admin({ retry: { retries: 0 } });
      await asks.connect();
      // Until the rules have reached the broker.
      while ((await asks.fetchTopicOffsets('decided.calls').catch(() => [])).length === 0) await sleep(100);
      const producer = kafka.producer({ retry: { retries: 0 } });
      await producer.connect();
      const may: string[] = [];
      for (const { topic } of wantedTopics()) {
        const sent = producer.send({ topic, messages: [{ key: 'k', value: '{}' }] });
        const outcome = await sent.then(
          () => 'written',
          (error: Error) => error.message,
        );
        if (outcome === 'written') may.push(topic);
        else expect([user, topic, outcome]).toEqual([user, topic, expect.stringMatching(/not authorized/i)]);
      }
      await producer.disconnect();
      const writes = ({ writer }: { writer: string }): boolean =>
        service !== 'console' && (writer === service || writer === 'whoever parks');
      expect([user, may.sort()]).toEqual([
        user,
        wantedTopics()
          .filter(writes)
          .map(({ topic }) => topic)
          .sort(),
      ]);
      const groupId = `fengsui-${service === 'duty' ? 'response' : service}`;
      const joined = await joinedBy(kafka, groupId, service === 'intake' ? 'feed.readings' : 'decided.calls');
      // The console reads nothing, and nobody joins the group of another.
      const expected =
        service === 'console' || service === 'duty'
          ? expect.stringMatching(/not authorized|find group coordinator/i)
          : 'joined';
      expect([user, joined]).toEqual([user, expected]);
      await expect(asks.createTopics({ topics: [{ topic: 'observed.mine' }] })).rejects.toThrow();
      await asks.disconnect();
    }
  });

  it('is not trusted without its authority', async () => {
    expect(await topics('plain', PASSWORD, null)).toMatch(/certificate/i);
  });
});
