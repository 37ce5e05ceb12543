import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashOf, PlanFaults, readOptionalPlanYaml, readPlanYaml, type FileFault } from '@fengsui/settings';
import { addDays } from '../calendar.js';
import type { FactKind } from '../facts/fact-content.js';
import { IndicatorsFile, type Definition, type Test } from './definition.js';
import { FIELDS, type Field } from './fields.js';
import { indicatorOf, type Counting, type Indicator } from './indicator.js';

/** The catalogue that comes with the product. */
const SHIPPED = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const FILE = 'indicators.yaml';

/** The indicators of a city 指标目录: those that come with the product, and its own beside or instead of them. */
export class Catalogue {
  /** Versions of an indicator, by the day from which they hold. */
  private readonly versions: ReadonlyMap<string, readonly Indicator[]>;
  private readonly byKind = new Map<FactKind, Counting[]>();
  /** What is counted, by its hash: one that changes is counted anew. */
  readonly hashes: ReadonlyMap<string, string>;

  private constructor(readonly definitions: readonly Definition[]) {
    const groups = new Map<string, Definition[]>();
    for (const one of definitions) groups.set(one.id, [...(groups.get(one.id) ?? []), one]);
    const versions = new Map<string, Indicator[]>();
    for (const [id, group] of groups) {
      const inOrder = group.sort((a, b) => a.version - b.version);
      const all = inOrder.map((one, index) => indicatorOf(one, endOf(inOrder[index + 1])));
      versions.set(id, all);
      for (const one of all) if ('kind' in one) this.byKind.set(one.kind, [...(this.byKind.get(one.kind) ?? []), one]);
    }
    this.versions = versions;
    this.hashes = new Map([...groups].map(([id, group]) => [id, hashOf(...group.map((one) => JSON.stringify(one)))]));
  }

  /**
   * @param folder of the city's plan; its own `indicators.yaml` is optional
   * @throws PlanFaults, SettingsError naming the indicator, what is wrong with it and what was expected
   */
  static read(folder: string): Catalogue {
    const shipped = readPlanYaml(SHIPPED, FILE, IndicatorsFile).value.indicators;
    const own = readOptionalPlanYaml(folder, FILE, IndicatorsFile)?.value.indicators ?? [];
    const twice = own.filter((one, index) => own.findIndex((other) => isSame(one, other)) !== index);
    const all = [...shipped.map((one) => own.find((other) => isSame(one, other)) ?? one), ...own];
    const definitions = [...new Set(all)];
    const faults = [
      ...twice.map(({ id, version }) => fault(id, `版本 ${version} 写了两次 / version ${version} stands there twice`)),
      ...definitions.flatMap((one) => faultsOf(one)),
      ...faultsAmong(definitions),
    ];
    if (faults.length > 0) throw new PlanFaults(faults.map((one) => ({ ...one, file: path.join(folder, FILE) })));
    return new Catalogue(definitions);
  }

  /** The newest version of each indicator, in the order of the catalogue. */
  get indicators(): readonly Indicator[] {
    return [...this.versions.values()].map((all) => all.at(-1) as Indicator);
  }

  /** Every version of an indicator, the first one first; none: there is no such indicator. */
  versionsOf(id: string): readonly Indicator[] {
    return this.versions.get(id) ?? [];
  }

  /** By which versions an indicator counts the days of a span. */
  validIn(id: string, from: string, to: string): readonly Indicator[] {
    return this.versionsOf(id).filter(
      ({ validFrom, validUntil }) =>
        (validFrom === null || validFrom <= to) && (validUntil === null || validUntil >= from),
    );
  }

  /** What facts of a kind may count for. */
  counting(kind: FactKind): readonly Counting[] {
    return this.byKind.get(kind) ?? [];
  }

  /** Kinds of facts that indicators count. */
  kindsOf(ids: Iterable<string>): readonly FactKind[] {
    return [
      ...new Set([...ids].flatMap((id) => this.versionsOf(id).flatMap((one) => ('kind' in one ? one.kind : [])))),
    ];
  }
}

/** The day before the version after it begins; null: there is none after it. */
const endOf = (next: Definition | undefined): string | null =>
  next?.validFrom === undefined ? null : addDays(next.validFrom, -1);

const isSame = (a: Definition, b: Definition): boolean => a.id === b.id && a.version === b.version;

const fault = (place: string, words: string, counterExample = ''): FileFault => ({
  file: '',
  place,
  fault: words,
  counterExample,
});

/** What one definition says that no fact has. */
function faultsOf(one: Definition): FileFault[] {
  const place = `${one.id} v${one.version}`;
  const ways = [one.kind, one.ratio, one.constant].filter((way) => way !== undefined).length;
  if (ways !== 1) return [fault(place, '须且只须有 kind、ratio、constant 之一 / exactly one of kind, ratio, constant')];
  const counted = [one.filter, one.measure, one.distinctBy, one.on, one.dimensions];
  if (one.kind === undefined)
    return counted.some((part) => part !== undefined)
      ? [fault(place, 'filter、measure、distinctBy、on、dimensions 只用于 kind / are only for what counts facts')]
      : [];
  const fields = (FIELDS as Readonly<Record<string, Readonly<Record<string, Field>>>>)[one.kind];
  if (fields === undefined)
    return [fault(place, `没有 ${one.kind} 这类事实 / no such kind of fact; ${Object.keys(FIELDS).join(', ')}`)];
  const named = [
    ...Object.keys(one.filter ?? {}),
    ...(one.measure === undefined ? [] : [one.measure]),
    ...(one.distinctBy ?? []),
    ...(one.dimensions ?? []),
  ];
  const unknown = named.filter((name) => fields[name] === undefined);
  if (unknown.length > 0)
    return [fault(place, `${one.kind} 没有 ${unknown.join(', ')} / no such field; ${Object.keys(fields).join(', ')}`)];
  return [
    ...(one.measure !== undefined && fields[one.measure]?.type !== 'number'
      ? [fault(place, `${one.measure} 不是数 / is no number`)]
      : []),
    ...(one.measure !== undefined && one.distinctBy !== undefined
      ? [fault(place, 'measure 与 distinctBy 只能有一个 / only one of measure and distinctBy')]
      : []),
    ...Object.entries(one.filter ?? {}).flatMap(([name, test]) => testFaults(place, name, fields[name] as Field, test)),
  ];
}

/** A value that the field never has would count 0 for ever, and nobody would see why. */
function testFaults(place: string, name: string, { type, values, ordered }: Field, test: Test): FileFault[] {
  const isRange = typeof test === 'object' && !Array.isArray(test) && !('known' in test);
  if (isRange && type !== 'number' && ordered !== true) return [fault(place, `${name} 没有大小之分 / has no order`)];
  const wanted =
    typeof test !== 'object'
      ? [test]
      : Array.isArray(test)
        ? test
        : 'atLeast' in test
          ? [test.atLeast]
          : 'atMost' in test
            ? [test.atMost]
            : [];
  const kindOf = { text: 'string', list: 'string', number: 'number', flag: 'boolean' }[type];
  return wanted
    .filter((one) => typeof one !== kindOf || (values !== undefined && !values.includes(String(one))))
    .map((one) =>
      fault(
        place,
        `${name} 不会是 ${String(one)} / is never that; ${values?.join(', ') ?? kindOf}`,
        `${name}: ${String(one)} 一条也数不到，永远是0`,
      ),
    );
}

function faultsAmong(definitions: readonly Definition[]): FileFault[] {
  const faults: FileFault[] = [];
  const byId = new Map<string, Definition[]>();
  for (const one of definitions) byId.set(one.id, [...(byId.get(one.id) ?? []), one]);
  for (const [id, group] of byId) {
    const inOrder = [...group].sort((a, b) => a.version - b.version);
    inOrder.forEach(({ version, validFrom, unit }, index) => {
      const before = inOrder[index - 1];
      if (before === undefined) return;
      if (validFrom === undefined || validFrom <= (before.validFrom ?? ''))
        faults.push(
          fault(
            id,
            `版本 ${version} 须写 validFrom，晚于前一版 / version ${version} needs a validFrom after that of the one before`,
            `同一天按两种口径各数一次`,
          ),
        );
      const wayOf = (one: Definition): string =>
        [
          one.kind,
          one.ratio === undefined ? '' : 'ratio',
          one.constant,
          one.distinctBy === undefined ? 'sum' : 'distinct',
        ].join(' ');
      if (wayOf(before) !== wayOf(inOrder[index] as Definition))
        faults.push(
          fault(
            id,
            `版本 ${version} 的数法不同，请另用编号 / version ${version} counts in another way; use another id`,
          ),
        );
      if (unit !== before.unit)
        faults.push(fault(id, `版本 ${version} 的单位不同 / version ${version} has another unit; use another id`));
    });
  }
  for (const { id, ratio = [] } of definitions)
    for (const part of ratio) {
      const of = byId.get(part)?.[0];
      if (of === undefined || of.ratio !== undefined || of.constant !== undefined)
        faults.push(fault(id, `${part} 不是可以相除的指标 / is no indicator that can be divided`));
    }
  return faults;
}
