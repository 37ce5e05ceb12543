import { SERVICES, TOPICS, type Service } from '@fengsui/contracts';
import { ACCESS_SCHEMA } from '@fengsui/access';
import type { DatabaseRole, OwnedSchema } from '@fengsui/database';
import { DUTY_SCHEMA } from '@fengsui/duty';
import { INTAKE_SCHEMA } from '@fengsui/intake';
import { REPORTING_SCHEMA } from '@fengsui/reporting';
import { RESPONSE_SCHEMA } from '@fengsui/response';
import { BASE_SCHEMAS } from '@fengsui/service';
import { WILDFIRE_SCHEMA } from '@fengsui/wildfire';

const OWN: Readonly<Record<Service, OwnedSchema>> = {
  intake: INTAKE_SCHEMA,
  response: RESPONSE_SCHEMA,
  wildfire: WILDFIRE_SCHEMA,
  duty: DUTY_SCHEMA,
  reporting: REPORTING_SCHEMA,
};

const topicsOf = (service: Service): string[] => [
  ...new Set(
    Object.values(TOPICS)
      .filter(({ writer }) => writer === service)
      .map(({ topic }) => topic),
  ),
];
export const roleName = (process: string): string => `fengsui_${process}`;

/** A role for each service that runs alone: its own tables, and of the log the topics that it writes. */
const ofServices = SERVICES.map((service): DatabaseRole => ({
  name: roleName(service),
  writes: [OWN[service]],
  reads: [],
  topics: topicsOf(service),
}));

/** Of the console: it takes things in, logs people in, and shows what the others have. */
const ofConsole: DatabaseRole = {
  name: roleName('console'),
  writes: [INTAKE_SCHEMA, ACCESS_SCHEMA],
  reads: [RESPONSE_SCHEMA, WILDFIRE_SCHEMA, DUTY_SCHEMA, REPORTING_SCHEMA],
  topics: topicsOf('intake'),
};

/** Of whoever analyses 统计分析: the views of the reporting store, and no table, no other schema, nothing to write. */
export const ROLE_OF_ANALYSTS: DatabaseRole = {
  name: roleName('analyst'),
  writes: [],
  reads: [],
  views: [REPORTING_SCHEMA],
  topics: [],
};

/** One role a process, for a database that processes share. */
export const SEPARATE_ROLES: readonly DatabaseRole[] = [...ofServices, ofConsole];

/** The role of a process that runs all services: it, too, owns nothing. */
export const ROLE_OF_ALL: DatabaseRole = {
  name: roleName('all'),
  writes: [...BASE_SCHEMAS, ...Object.values(OWN)],
  reads: [],
  topics: null,
};
