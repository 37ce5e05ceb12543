import { fileOf, type Settings } from '@fengsui/settings';
import kafkajs, { type Kafka, type KafkaConfig } from 'kafkajs';
import { registerCodecs } from './codecs.js';
import { signingOn } from './signing-on.js';
import { joinGroupsAs } from './static-membership.js';

/** What talks to the brokers. Nothing else in the project names the client. */
export function kafkaOf(settings: Settings, clientId: string, onTrouble: (what: string) => void): Kafka {
  registerCodecs();
  joinGroupsAs(settings.KAFKA_INSTANCE);
  return new kafkajs.Kafka({
    clientId,
    brokers: (settings.KAFKA_BROKERS ?? '').split(','),
    ...securityOf(settings),
    connectionTimeout: 5_000,
    requestTimeout: 30_000,
    // For consumers and producers as well. Patience beyond it is with the callers: they know what they hold and may
    // wait with it.
    retry: { initialRetryTime: 200, maxRetryTime: 2_000, retries: 15 },
    logLevel: kafkajs.logLevel.ERROR,
    logCreator:
      () =>
      ({ log }) =>
        onTrouble(`kafka client: ${log.message}${log['error'] === undefined ? '' : ` (${String(log['error'])})`}`),
  });
}

function securityOf({
  KAFKA_TLS,
  KAFKA_TLS_CA,
  KAFKA_SASL,
  KAFKA_USERNAME,
  KAFKA_PASSWORD,
}: Settings): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  const ssl = KAFKA_TLS ? (KAFKA_TLS_CA === undefined ? true : { ca: [fileOf('KAFKA_TLS_CA', KAFKA_TLS_CA)] }) : false;
  if (KAFKA_SASL === undefined) return { ssl };
  return { ssl, sasl: signingOn(KAFKA_SASL, KAFKA_USERNAME ?? '', KAFKA_PASSWORD ?? '') };
}
