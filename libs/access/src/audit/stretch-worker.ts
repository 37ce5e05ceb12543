import { copiedBy, serverAt } from '@fengsui/database/copy';
import pg from 'pg';
import { workerData } from 'piscina';
import { goneThrough, type Stretch, type StretchVerdict } from './stretch.js';

/** The program of a thread that goes through a stretch of the chain; it is started with the server's address. */
export default async function (stretch: Stretch): Promise<StretchVerdict> {
  const { url, ssl } = serverAt(workerData as string);
  const client = new pg.Client({ connectionString: url, ssl, application_name: 'audit' });
  await client.connect();
  try {
    return await goneThrough(stretch, (select, fields, row) => copiedBy(client, select, fields, row));
  } finally {
    await client.end();
  }
}
