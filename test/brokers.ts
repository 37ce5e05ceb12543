import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));

/** A broker of infra/kafka. */
export type Broker = Readonly<{
  brokers: readonly string[];
  stop: () => Promise<void>;
  kill: (index: number) => Promise<void>;
  pause: (index: number) => void;
  resume: (index: number) => void;
  restart: (index: number) => void;
}>;
export const startBrokers = async (options: {
  brokers?: number;
  advertise?: (port: number) => number | Promise<number>;
}): Promise<Broker> => {
  const { startKafka } = (await import(path.join(HERE, '..', '..', 'infra', 'kafka', 'broker.mjs'))) as {
    startKafka: (options: object) => Promise<Broker>;
  };
  return startKafka(options);
};
