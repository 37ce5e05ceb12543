import { existsSync, readdirSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { readPlanYaml, SettingsError } from '@fengsui/settings';
import { mappedCsv } from './mapped-csv.js';
import { MappingFile, type Mapping } from './mapping.js';

/** A mapping file that cannot be used, and why. */
export type BrokenMapping = Readonly<{ file: string; reason: string }>;
type Known = Readonly<{ state: string; mapping: Mapping | null; broken: string | null }>;

/**
 * The mapping files that come with the product, and those of the city. A city's file that is broken stops nothing but
 * itself: what it said before goes on, if it said anything.
 */
export class MappingFiles {
  private readonly shipped: readonly Mapping[];
  private files = new Map<string, Known>();

  /** @throws SettingsError when a file of the product does not fit */
  constructor(
    shipped: string,
    private readonly folder: string,
  ) {
    this.shipped = namesIn(shipped).map((name) => readPlanYaml(shipped, name, MappingFile).value);
    this.look();
  }

  get current(): readonly Mapping[] {
    return [...[...this.files.values()].flatMap(({ mapping }) => mapping ?? []), ...this.shipped];
  }

  get broken(): readonly BrokenMapping[] {
    return [...this.files].flatMap(([file, { broken }]) => (broken === null ? [] : [{ file, reason: broken }]));
  }

  /** Reads what is new or has changed. @returns the names of those files; of one that is gone its name, too */
  look(): readonly string[] {
    const found = new Map<string, Known>();
    const changed: string[] = [];
    for (const name of namesIn(this.folder)) {
      const { mtimeMs, size, ino } = statSync(path.join(this.folder, name));
      const state = `${mtimeMs} ${size} ${ino}`;
      const before = this.files.get(name);
      if (before?.state === state) found.set(name, before);
      else {
        changed.push(name);
        found.set(name, this.read(name, state, before?.mapping ?? null, found));
      }
    }
    changed.push(...[...this.files.keys()].filter((name) => !found.has(name)));
    this.files = found;
    return changed;
  }

  private read(name: string, state: string, before: Mapping | null, others: ReadonlyMap<string, Known>): Known {
    try {
      const mapping = readPlanYaml(this.folder, name, MappingFile).value;
      const taken = [...others.values(), ...this.shipped.map((one) => ({ mapping: one }))];
      if (taken.some((other) => other.mapping?.format === mapping.format))
        throw new SettingsError(`${name}: two mappings have one name`, [mapping.format]);
      mappedCsv(mapping); // a column or unit that cannot be shows here, and not with the first row
      return { state, mapping, broken: null };
    } catch (error) {
      return { state, mapping: before, broken: (error as Error).message.slice(0, 500) };
    }
  }
}

const namesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.yaml'))
        .sort()
    : [];
