/**
 * `npm start`: sets up what is missing, then `fengsui up` with the same options. `npm run start:kafka` (`--kafka`) starts an Apache Kafka
 * of its own first, unless KAFKA_BROKERS names one, and runs one process a service over it.
 */
import * as path from 'node:path';
import { ROOT, setUp } from './setup.mjs';

setUp();
const words = process.argv.slice(2).filter((word) => word !== '--kafka');
let kafka = null;
if (process.argv.includes('--kafka')) {
  words.push('--processes');
  if (process.env['KAFKA_BROKERS'] === undefined) {
    const { startKafka } = await import('./kafka/broker.mjs');
    kafka = await startKafka({ folder: path.join(ROOT, '.fengsui', 'kafka-1') });
    process.env['KAFKA_BROKERS'] = kafka.brokers.join(',');
    process.stderr.write(`· Kafka ${process.env['KAFKA_BROKERS']}\n`);
  }
}
const { main } = await import('../services/fengsui/dist/main.js');
process.exitCode = await main(['up', ...words]);
await kafka?.stop();
