import { X509Certificate } from 'node:crypto';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AccessPlan } from '@fengsui/access';
import { COLOURS, CONTRACTS, utc, type ObservedEvent, type UtcInstant } from '@fengsui/contracts';
import { Counties, readGauges } from '@fengsui/regions';
import { readPlanYaml, SettingsError } from '@fengsui/settings';
import { Type, type Static } from 'typebox';
import { AHEAD, type Ahead } from './accepting/ahead.js';
import type { Sender } from './accepting/believing.js';
import { Stations } from './accepting/stations.js';
import { OBSERVED_TYPES } from './readers/contract-json.js';
import { MappingFiles, type BrokenMapping } from './readers/csv/mapping-files.js';
import { readersOf, type SourceRules } from './readers/index.js';
import type { Reader } from './readers/reader.js';

const strict = { additionalProperties: false };

const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const pem = Type.String({ pattern: '^-----BEGIN CERTIFICATE-----' });
const instant = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T.*(Z|[+-]\\d{2}:\\d{2})$' });

const SendersFile = Type.Object(
  {
    city: Type.Object({ code: Type.String({ pattern: '^\\d{4}00$' }), name: Type.String({ minLength: 2 }) }, strict),
    senders: Type.Array(
      Type.Object(
        {
          sender: Type.String({ minLength: 1 }),
          names: Type.Optional(Type.Array(Type.String({ minLength: 2 }))),
          areas: Type.Array(Type.String({ pattern: '^\\d{2}(\\d{2}(\\d{2})?)?$' }), { minItems: 1 }),
          kinds: Type.Optional(Type.Array(Type.String({ pattern: '^1[1-4][A-Z]\\d{2}$' }), { minItems: 1 })),
          colours: Type.Optional(Type.Array(Type.String({ enum: [...COLOURS] }), { minItems: 1 })),
          mustSign: Type.Boolean(),
          certificates: Type.Array(
            Type.Union([
              pem,
              Type.Object({ pem, from: Type.Optional(instant), until: Type.Optional(instant) }, strict),
            ]),
          ),
          verified: Type.Optional(Type.Boolean()),
        },
        strict,
      ),
      { minItems: 1, description: 'an empty list would trust all, or nobody' },
    ),
    feeders: Type.Array(
      Type.Object(
        {
          name: Type.String({ pattern: '^[a-z0-9-]{2,60}$' }),
          keySha256: Type.Optional(sha256),
          keys: Type.Optional(
            Type.Array(Type.Object({ sha256, until: Type.Optional(instant) }, strict), { minItems: 1, maxItems: 2 }),
          ),
          contracts: Type.Array(Type.String(), { minItems: 1 }),
          areas: Type.Optional(Type.Array(Type.String({ pattern: '^\\d{2}(\\d{2}(\\d{2})?)?$' }), { minItems: 1 })),
          perMinute: Type.Optional(Type.Integer({ minimum: 1 })),
        },
        strict,
      ),
    ),
  },
  strict,
);
const address = Type.String({ pattern: '^https?://' });
const Polled = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z0-9-]{2,60}$' }),
    /** `file`: the address gives an input. `cap-index`: it gives an index, whose links give inputs. */
    kind: Type.Union([Type.Literal('file'), Type.Literal('cap-index')]),
    /** Several: those behind the first stand in for it. `{key}`, `{date}`, `{days}`, `{hours}` are filled in. */
    url: Type.Union([address, Type.Array(address, { minItems: 1, maxItems: 5 })]),
    schedule: Type.String({ description: 'cron, five fields' }),
    as: Type.Optional(Type.String()),
    silentAfterMinutes: Type.Integer({ minimum: 1 }),
    timeoutSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 600 })),
    /** For addresses that say from when they are asked: what comes again, what the source still has, what it gives. */
    overlapHours: Type.Optional(Type.Integer({ minimum: 0, maximum: 72 })),
    keepsDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 366 })),
    mostDaysAtOnce: Type.Optional(Type.Integer({ minimum: 1, maximum: 31 })),
    /** Other hosts (`name` or `name:port`) that its links may lead to, also inside the network. */
    hosts: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Za-z0-9.:\\[\\]-]+$' }))),
  },
  strict,
);
/** A source that sends by itself, and from which something is to be heard. */
const Pushed = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z0-9-]{2,60}$' }),
    door: Type.Union([Type.Literal('http'), Type.Literal('folder'), Type.Literal('kafka')]),
    /** How the names of its inputs begin: `POST /v1/readings`, a file's name, `feed.readings`. */
    begins: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    silentAfterMinutes: Type.Integer({ minimum: 1, maximum: 44_640 }),
  },
  strict,
);
const minutes = Type.Integer({ minimum: 0 });
const SourcesFile = Type.Object(
  {
    timezone: Type.String(),
    ahead: Type.Optional(
      Type.Object(
        {
          minutes: Type.Object(
            {
              default: minutes,
              ...Object.fromEntries(OBSERVED_TYPES.map((contract) => [contract, Type.Optional(minutes)])),
            },
            strict,
          ),
          forecastDays: Type.Integer({ minimum: 1 }),
        },
        strict,
      ),
    ),
    /** Days for which names are kept after nothing has come in under their key: then the key is destroyed. */
    persons: Type.Optional(
      Type.Object(
        { keptDays: Type.Integer({ minimum: 30, maximum: 36_500 }), source: Type.String(), verified: Type.Boolean() },
        strict,
      ),
    ),
    sources: Type.Array(Polled),
    pushed: Type.Optional(Type.Array(Pushed)),
  },
  strict,
);
export type PolledSource = Static<typeof Polled>;
export type PushedSource = Static<typeof Pushed>;
export type Feeder = Static<typeof SendersFile>['feeders'][number];

/** Mappings that come with the product; a city adds its own under `mappings/` of its plan. */
const SHIPPED = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', 'mappings');

/**
 * What the city lays down about where its data come from: whom it believes, who may feed, what is polled, how tables
 * are read.
 */
export class IntakePlan {
  private readonly folder: string;
  private readonly mappings: MappingFiles;
  readonly feeders: readonly Feeder[];
  readonly sources: readonly PolledSource[];
  /** Sources that send by themselves. */
  readonly pushed: readonly PushedSource[];
  readonly timezone: string;
  /** What may be said ahead of its receipt. */
  readonly ahead: Ahead;
  /** Days for which whom pseudonyms stand for is kept. */
  readonly personsKeptDays: number;
  /** Finds the county of a position. */
  readonly counties: Counties;
  /** What the gauges are called. */
  readonly stations: Stations;
  private madeReaders: readonly Reader[];

  private constructor(
    /** What the readers are made from. */ readonly rules: SourceRules,
    /** Who may warn of what. */ readonly senders: readonly Sender[],
    doors: Readonly<{
      folder: string;
      mappings: MappingFiles;
      counties: Counties;
      feeders: readonly Feeder[];
      sources: readonly PolledSource[];
      pushed: readonly PushedSource[];
      timezone: string;
      ahead: Ahead;
      personsKeptDays: number;
    }>,
    /** Who may give which orders. */ readonly access: AccessPlan,
  ) {
    this.madeReaders = readersOf(rules);
    this.folder = doors.folder;
    this.mappings = doors.mappings;
    this.counties = doors.counties;
    this.stations = new Stations(readGauges(doors.folder).value);
    this.feeders = doors.feeders;
    this.sources = doors.sources;
    this.pushed = doors.pushed;
    this.timezone = doors.timezone;
    this.ahead = doors.ahead;
    this.personsKeptDays = doors.personsKeptDays;
  }

  /** Every format that is read, with the mapping files as they were taken up last. */
  get readers(): readonly Reader[] {
    return this.madeReaders;
  }

  /** Mapping files of the city that cannot be used, and why. */
  get brokenMappings(): readonly BrokenMapping[] {
    return this.mappings.broken;
  }

  /** Takes up mapping files that are new or were changed. @returns their names */
  takeUpMappings(): readonly string[] {
    const changed = this.mappings.look();
    if (changed.length > 0) this.madeReaders = readersOf({ ...this.rules, mappings: this.mappings.current });
    return changed;
  }

  /**
   * The feeders as the plan has them now: a key that is withdrawn works no longer, without a restart. A file that does
   * not fit any more leaves those of the start.
   */
  feedersNow(): readonly Feeder[] {
    try {
      return readPlanYaml(this.folder, 'senders.yaml', SendersFile).value.feeders;
    } catch {
      return this.feeders;
    }
  }

  /** @throws SettingsError naming the file, the place in it and what was expected */
  static read(folder: string): IntakePlan {
    const counties = Counties.ofPlan(folder);
    const { city, senders, feeders } = readPlanYaml(folder, 'senders.yaml', SendersFile).value;
    const written = readPlanYaml(folder, 'sources.yaml', SourcesFile).value;
    const { sources, pushed = [], timezone, ahead = AHEAD, persons } = written;
    const names = [...sources, ...pushed].map(({ name }) => name);
    const twice = names.filter((name, index) => names.indexOf(name) !== index);
    if (twice.length > 0)
      throw new SettingsError(`${folder}/sources.yaml does not fit`, [`two sources are called ${twice.join(', ')}`]);
    const personsKeptDays = persons?.keptDays ?? PERSONS_KEPT_DAYS;
    const mappings = new MappingFiles(SHIPPED, path.join(folder, 'mappings'));
    const keyless = feeders.filter(({ keySha256, keys }) => (keySha256 === undefined) === (keys === undefined));
    if (keyless.length > 0)
      throw new SettingsError(
        `${folder}/senders.yaml does not fit`,
        keyless.map(({ name }) => `${name}: keySha256, or keys`),
      );
    const unknown = feeders.flatMap(({ contracts }) =>
      contracts.filter((one) => !(one in CONTRACTS) || !OBSERVED_TYPES.includes(one as ObservedEvent['type'])),
    );
    if (unknown.length > 0)
      throw new SettingsError(`${folder}/senders.yaml does not fit`, [
        `contracts ${unknown.join(', ')}: one of ${OBSERVED_TYPES.join(', ')}`,
      ]);
    const known = senders.map(senderOf);
    const unsignable = known.filter(({ mustSign, certificates }) => mustSign && certificates.length === 0);
    if (unsignable.length > 0)
      throw new SettingsError(
        `${folder}/senders.yaml does not fit`,
        unsignable.map(({ sender }) => `${sender} must sign, and no certificate is pinned for it`),
      );
    const weak = known.flatMap(({ sender, certificates }) =>
      certificates.flatMap(({ pem: text }) =>
        bitsOf(text) < LEAST_RSA_BITS ? [`${sender}: RSA of ${bitsOf(text)} bits`] : [],
      ),
    );
    if (weak.length > 0) throw new SettingsError(`${folder}/senders.yaml does not fit`, weak);
    const pinned = known
      .filter(({ certificates }) => certificates.length > 0)
      .map(({ sender, certificates }) => ({ sender, certificates: certificates.map((one) => one.pem) }));
    const doors = { folder, mappings, counties, feeders, sources, pushed, timezone, ahead, personsKeptDays };
    const rules = { mappings: mappings.current, pinned, divisions: [city, ...counties.all()] };
    return new IntakePlan(rules, known, doors, AccessPlan.read(folder));
  }
}

/** A shorter key can be computed. */
const LEAST_RSA_BITS = 2_048;
/** Bits of an RSA key; of another kind as many as it takes. @throws SettingsError */
function bitsOf(certificate: string): number {
  try {
    return new X509Certificate(certificate).publicKey.asymmetricKeyDetails?.modulusLength ?? LEAST_RSA_BITS;
  } catch (error) {
    throw new SettingsError('senders.yaml: a certificate cannot be read', [(error as Error).message]);
  }
}

/** A sender as the plan has it: a certificate alone has no dates. */
function senderOf(written: Static<typeof SendersFile>['senders'][number]): Sender {
  const { sender, names = [], areas, kinds = null, colours = null, mustSign, certificates } = written;
  return {
    sender,
    names,
    areas,
    kinds,
    colours,
    mustSign,
    certificates: certificates.map((one) =>
      typeof one === 'string'
        ? { pem: one, from: null, until: null }
        : { pem: one.pem, from: instantOrNull(one.from), until: instantOrNull(one.until) },
    ),
  };
}

/** Where the city lays nothing down: three years, as long as level orders. */
const PERSONS_KEPT_DAYS = 1_095;

const instantOrNull = (text: string | undefined): UtcInstant | null => (text === undefined ? null : utc(text));
