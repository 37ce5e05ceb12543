import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { utc, type ObservedEvent, type Refusal } from '@fengsui/contracts';
import { BadPayload, payloadOf } from '../keeping/payload.js';
import type { Sender } from './believing.js';
import { judge } from './judging.js';
import type { Note } from '../keeping/kept-inputs.js';
import { IntakePlan } from '../plan.js';
import { readInput } from './reading.js';
import type { Reader } from '../readers/reader.js';

export const PLAN = IntakePlan.read(
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans', 'qingyuan'),
);

/** What reading an input gives, without keeping anything. */
export type Read = {
  format: string | null;
  skipped: string | null;
  records: number;
  events: ObservedEvent[];
  refusals: Refusal[];
  notes: Note[];
};

/** Reads an input as intake would, up to the question whether the same facts are here already. */
export async function readWhole(
  input: Buffer | string,
  readers: readonly Reader[] = PLAN.readers,
  senders: readonly Sender[] = PLAN.senders,
): Promise<Read> {
  const read: Read = { format: null, skipped: null, records: 0, events: [], refusals: [], notes: [] };
  const payload = await payloadOf(Buffer.from(input)).catch((error: unknown) => {
    if (error instanceof BadPayload) return error;
    throw error;
  });
  if (payload instanceof BadPayload) return { ...read, skipped: payload.message };
  const opened = await readInput(payload, readers);
  if ('skipped' in opened) return { ...read, skipped: opened.skipped };
  read.format = opened.format;
  const now = utc('2026-12-31T00:00:00Z'); // after all that is read
  const told = new Set<string>();
  for await (const records of opened.records)
    for (const record of records) {
      read.records += 1;
      const { divisions } = PLAN.rules;
      const way = {
        door: 'cli',
        actor: 'test',
        giver: null,
        marked: false,
        senders,
        divisions,
        ahead: PLAN.ahead,
        stations: PLAN.stations,
        told,
      } as const;
      const judged = judge(record, way, now);
      if ('refusals' in judged) read.refusals.push(...judged.refusals);
      else {
        read.events.push(...judged.candidates.map(({ event }) => event));
        read.notes.push(...judged.notes);
      }
    }
  return read;
}

/** An alert whose outline has as many points as asked for, some kilometres around Yingde. */
export const alertOf = (points: number, identifier = 'large'): string => {
  const ring = Array.from({ length: points - 1 }, (_, n) => {
    const angle = (2 * Math.PI * n) / (points - 1);
    return `${(24.3 + 0.02 * Math.sin(angle)).toFixed(6)},${(113.69 + 0.02 * Math.cos(angle)).toFixed(6)}`;
  });
  return `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>${identifier}</identifier><sender>44188141600000</sender>
<sent>2026-01-01T08:00:00+08:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
<info><category>Met</category><event>暴雨</event><urgency>Immediate</urgency><severity>Severe</severity><certainty>Likely</certainty>
<area><areaDesc>英德</areaDesc><polygon>${[...ring, ring[0]].join(' ')}</polygon></area></info></alert>`;
};
