import 'reflect-metadata';
import type { DomainEvent, EventType } from '@fengsui/contracts';
import { readPlans } from '@fengsui/cli';
import { connect } from '@fengsui/database';
import { INTAKE_SCHEMA, IntakeModule } from '@fengsui/intake';
import type { UnitOfWork } from '@fengsui/log';
import { startServices } from '@fengsui/service';
import { readSettings } from '@fengsui/settings';
import { PositionOutsideTransaction } from '../oracle/position-outside-transaction.js';

/**
 * A process of the fault suite beside the services' own programs. FAULTS_ROLE says which:
 * `witness` reads what is observed and writes down every event it is given, without looking whether it was there:
 * whatever is lost, doubled or out of order by the log shows here. `intake` is intake without its relay, and `relay`
 * is that alone, so that it can be killed alone.
 */
const { FAULTS_ROLE: role = 'witness', FAULTS_BREAK: broken = '', ...environment } = process.env;
const settings = readSettings(environment);
const url = settings.DATABASE_URL ?? '';
const modules = role === 'intake' ? [IntakeModule.of(readPlans(settings.FENGSUI_PLAN).intake, settings, true)] : [];
const { app, runtime, stop } = await startServices(url, settings, {
  schemas: [INTAKE_SCHEMA],
  modules,
  consumers: [],
  relays: role === 'relay' ? ['intake'] : [],
  http: role === 'intake',
  ...(broken === 'position'
    ? { positions: new PositionOutsideTransaction(await connect(url, 'fault suite double', 16)) }
    : {}),
});
await app.init();
const note = async (events: readonly DomainEvent[], { tx }: UnitOfWork): Promise<void> => {
  await tx.query('insert into public.witness (id, key) select * from unnest($1::text[], $2::text[])', [
    events.map(({ id }) => id),
    events.map(({ type, key }) => `${type} ${key}`),
  ]);
};
const types: readonly EventType[] = ['reading.v1', 'incident.v1', 'work-record.v1', 'hotspot.v1'];
const consumption =
  role === 'witness' ? await runtime.log.consume('witness', new Map(types.map((type) => [type, note]))) : null;
process.once('SIGTERM', () => void (consumption?.stop() ?? Promise.resolve()).then(stop).then(() => process.exit(0)));
process.stderr.write('listening on nothing\n');
