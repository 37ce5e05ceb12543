import { readFileSync } from 'node:fs';
import * as zlib from 'node:zlib';
import type { Settings } from '@fengsui/settings';
import kafkajs, { type Kafka, type KafkaConfig } from 'kafkajs';
// @ts-expect-error it brings no types, and the client's registry takes it as it is
import snappy from 'kafkajs-snappy';
import { compressFrame, decompressFrame } from 'lz4-napi';
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
    // Patience is with the callers: they know what they hold and may wait with it.
    retry: { initialRetryTime: 200, maxRetryTime: 2_000, retries: 15 },
    logLevel: kafkajs.logLevel.ERROR,
    logCreator:
      () =>
      ({ log }) =>
        onTrouble(`kafka client: ${log.message}${log['error'] === undefined ? '' : ` (${String(log['error'])})`}`),
  });
}

function securityOf({ KAFKA_TLS, KAFKA_TLS_CA, KAFKA_SASL, KAFKA_USERNAME, KAFKA_PASSWORD }: Settings): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  const ssl = KAFKA_TLS ? (KAFKA_TLS_CA === undefined ? true : { ca: [readFileSync(KAFKA_TLS_CA, 'utf8')] }) : false;
  if (KAFKA_SASL === undefined) return { ssl };
  const [username, password] = [KAFKA_USERNAME ?? '', KAFKA_PASSWORD ?? ''];
  return { ssl, sasl: { mechanism: KAFKA_SASL as 'plain', username, password } };
}

let registered = false;

/** The client has gzip only and dies on everything else. zstd comes with the runtime from Node.js 22.15 on; before, it says so. */
function registerCodecs(): void {
  if (registered) return;
  registered = true;
  const { CompressionTypes, CompressionCodecs } = kafkajs;
  CompressionCodecs[CompressionTypes.Snappy] = snappy as never;
  CompressionCodecs[CompressionTypes.LZ4] = (() => ({
    compress: ({ buffer }: { buffer: Buffer }) => compressFrame(buffer),
    decompress: (buffer: Buffer) => decompressFrame(buffer),
  })) as never;
  const { zstdCompressSync, zstdDecompressSync } = zlib as unknown as Record<string, ((buffer: Buffer) => Buffer) | undefined>;
  CompressionCodecs[CompressionTypes.ZSTD] = (() => ({
    compress: async ({ buffer }: { buffer: Buffer }) => zstd(zstdCompressSync, buffer),
    decompress: async (buffer: Buffer) => zstd(zstdDecompressSync, buffer),
  })) as never;
}

function zstd(codec: ((buffer: Buffer) => Buffer) | undefined, buffer: Buffer): Buffer {
  if (codec === undefined)
    throw new Error(
      `a batch compressed with zstd, which Node.js ${process.versions.node} cannot read: run Node.js 22.15 or later, or let the producer use lz4`,
    );
  return codec(buffer);
}
