import { SERVICES } from '@fengsui/contracts';
import { ConsoleModule } from '@fengsui/console';
import { VirtualTime, type Clock, type OwnedSchema } from '@fengsui/database';
import type { Stage } from '@fengsui/demonstration';
import { DUTY_SCHEMA, DutyModule, DutyPlan, DutyQuery } from '@fengsui/duty';
import { IdentityModule } from '@fengsui/identity';
import { INTAKE_SCHEMA, IntakeModule, IntakePlan, IntakeQuery, Receiving } from '@fengsui/intake';
import { ParkedMessages, type Log, type Positions } from '@fengsui/log';
import {
  Reports,
  REPORTING_SCHEMA,
  ReportingModule,
  ReportingPlan,
  ReportingQuery,
  Rollups,
  ReportVersions,
} from '@fengsui/reporting';
import { RESPONSE_SCHEMA, ResponseModule, ResponsePlan, ResponseQuery } from '@fengsui/response';
import { startServices } from '@fengsui/service';
import type { Settings } from '@fengsui/settings';
import { WILDFIRE_SCHEMA, WildfireModule, WildfirePlan, WildfireQuery } from '@fengsui/wildfire';
import type { DataSource } from 'typeorm';

/** Everything that the city has laid down. */
export type Plans = Readonly<{
  intake: IntakePlan;
  response: ResponsePlan;
  wildfire: WildfirePlan;
  duty: DutyPlan;
  reporting: ReportingPlan;
}>;
/** @throws SettingsError naming file, place and what was expected */
export const readPlans = (folder: string): Plans => ({
  intake: IntakePlan.read(folder),
  response: ResponsePlan.read(folder),
  wildfire: WildfirePlan.read(folder),
  duty: DutyPlan.read(folder),
  reporting: ReportingPlan.read(folder),
});

/** The tables of the services, each schema with its one owner. */
export const SERVICE_SCHEMAS: readonly OwnedSchema[] = [
  INTAKE_SCHEMA,
  RESPONSE_SCHEMA,
  WILDFIRE_SCHEMA,
  DUTY_SCHEMA,
  REPORTING_SCHEMA,
];

/** The ports of the services, for the command: what it may ask, and the one door in. */
export type Ports = Readonly<{
  db: DataSource;
  clock: Clock;
  log: Log;
  parked: ParkedMessages;
  receiving: Receiving;
  intake: IntakeQuery;
  response: ResponseQuery;
  wildfire: WildfireQuery;
  duty: DutyQuery;
  reporting: ReportingQuery;
  rollups: Rollups;
  reports: Reports;
  versions: ReportVersions;
}>;

export type OneProcess = Readonly<{
  ports: Ports;
  /** The address of the HTTP door and the query API, when it was asked for. */ address: string | null;
  stop: () => Promise<void>;
}>;

/**
 * What runs: `services` consume and do due jobs; `http` opens the door. Without either only the ports are there, for
 * a single question.
 */
export type Parts = Readonly<{ services: boolean; http: boolean }>;

/**
 * Wires all services in this process.
 * @param positions where consumers keep their place; only the crash test, which shows what a wrong one does, gives
 * its own
 */
export async function startOneProcess(
  url: string,
  settings: Settings,
  plans: Plans,
  parts: Parts,
  positions?: Positions,
): Promise<OneProcess> {
  const { app, runtime, stop } = await startServices(url, settings, {
    schemas: SERVICE_SCHEMAS,
    modules: [
      IntakeModule.of(plans.intake, settings, parts.services && parts.http),
      ResponseModule.of(plans.response),
      WildfireModule.of(plans.wildfire),
      DutyModule.of(plans.duty, settings),
      ReportingModule.of(plans.reporting, settings.FENGSUI_PDF_PROGRAM),
      ...(parts.http ? [ConsoleModule, IdentityModule.of(settings)] : []),
    ],
    consumers: parts.services ? ['response', 'wildfire', 'duty', 'reporting'] : [],
    relays: parts.services ? SERVICES : [],
    http: parts.http,
    ...(positions === undefined ? {} : { positions }),
  });
  const { db, clock, log } = runtime;
  const ports: Ports = {
    db,
    clock,
    log,
    parked: new ParkedMessages(db),
    receiving: app.get(Receiving, { strict: false }),
    intake: app.get(IntakeQuery, { strict: false }),
    response: app.get(ResponseQuery, { strict: false }),
    wildfire: app.get(WildfireQuery, { strict: false }),
    duty: app.get(DutyQuery, { strict: false }),
    reporting: app.get(ReportingQuery, { strict: false }),
    rollups: app.get(Rollups, { strict: false }),
    reports: app.get(Reports, { strict: false }),
    versions: app.get(ReportVersions, { strict: false }),
  };
  return { ports, address: parts.http ? (await app.getUrl()).replace('[::1]', 'localhost') : null, stop };
}

/** This installation as a stage for the demonstration. */
export const stageOf = ({ db, log, receiving, rollups }: Ports): Stage => ({
  db,
  time: new VirtualTime(db, log),
  give: (bytes, about) => receiving.receiveBytes(bytes, about),
  skipGap: (tx, wallNow) => rollups.skipGap(tx, wallNow),
});
