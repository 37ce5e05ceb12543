import { shanghaiDate, type UtcInstant } from '@fengsui/contracts';
import type { FactContent, FactKind, Precision } from '../facts/fact-content.js';
import { FIELDS, readerOf } from '../figures/fields.js';
import type { Figure } from '../views.js';
import { NotHeld, TemplateFault, valueOf } from './conditions.js';
import { nameOfValue } from './names.js';

/** What names and cases are taken from. */
export type Behind = Readonly<{
  /** What each indicator counts, by its id. */ facts: ReadonlyMap<string, readonly FactContent[]>;
  /** Names of counties, by code. */ counties: ReadonlyMap<string, string>;
}>;

/** `named campaigns.count by record.topic top 5`. */
const NAMED = /\bnamed (\S+) by (\S+) top (\d+)/;
/** `cases fires.deaths top 3`. */
const CASES = /\bcases (\S+) top (\d+)/;

/** More than these nobody tells one by one, or by what most of them have. */
const MOST_CASES = 1_000;
const MOST_NAMED = 20_000;

/** Indicators whose facts a template names, and how many of each can be told. */
export function namedIndicators(texts: readonly string[]): ReadonlyMap<string, number> {
  const found = (form: RegExp): string[] =>
    texts.flatMap((text) => [...text.matchAll(new RegExp(form, 'g'))].map(([, id = '']) => id));
  return new Map([
    ...found(NAMED).map((id) => [id, MOST_NAMED] as const),
    ...found(CASES).map((id) => [id, MOST_CASES] as const),
  ]);
}

/** What an expression that names facts says; null: it is none. */
export function namedInWords(
  expression: string,
  place: string,
  { figure, behind }: Readonly<{ figure: (id: string) => Figure; behind: Behind | undefined }>,
): string | null {
  const named = new RegExp(`^${NAMED.source}$`).exec(expression);
  const cases = named === null ? new RegExp(`^${CASES.source}$`).exec(expression) : null;
  const [, id = ''] = named ?? cases ?? [];
  if (id === '') return null;
  const value = valueOf(figure(id));
  const facts = behind?.facts.get(id) ?? [];
  if (value === 0) throw new NotHeld(`${id} by name`);
  if (facts.length === 0) throw new NotHeld(id, `${id}: more than can be told by name / 过多，不能逐一列出`);
  if (named === null)
    return casesInWords(facts, Number(cases?.[2]), { place, counties: behind?.counties ?? new Map() });
  const asked = { field: named[2] as string, top: Number(named[3]), counties: behind?.counties ?? new Map() };
  return valuesInWords(facts, asked, place);
}

/** 甲、乙、丙等: the values that most facts have; those that as many have, as they came. */
function valuesInWords(
  facts: readonly FactContent[],
  { field, top, counties }: Readonly<{ field: string; top: number; counties: Behind['counties'] }>,
  place: string,
): string {
  const kind = facts[0]?.kind as FactKind;
  const known = FIELDS[kind][field];
  if (known === undefined) throw new TemplateFault(`${place}: ${kind} has no field ${field}`);
  // A code is no word of a summary.
  const unnamed = known.values?.find((value) => nameOfValue(value) === value);
  if (unnamed !== undefined) throw new TemplateFault(`${place}: ${field}: ${unnamed} has no name`);
  const read = readerOf(field);
  const counts = new Map<string, number>();
  for (const fact of facts) {
    const value = read(fact);
    if (value !== null && value !== undefined && value !== '')
      counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  }
  if (counts.size === 0) throw new NotHeld(field, `${field}: no record names it`);
  const inOrder = [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([value]) => (field === 'county' ? (counties.get(value) ?? value) : nameOfValue(value)));
  return `${inOrder.slice(0, top).join('、')}${inOrder.length > top ? '等' : ''}`;
}

/** No day that nobody stated. */
function dayInWords(at: UtcInstant, precision: Precision): string {
  const [, month, day] = shanghaiDate(at).split('-').map(Number);
  if (precision === 'year') return '';
  return precision === 'month' ? `${month}月` : `${month}月${day}日`;
}

const CATEGORIES = {
  'work-accident': '生产安全事故',
  'road-accident': '道路交通事故',
  fire: '火灾',
  geological: '地质灾害',
  other: '事故',
} as const;

/** 6月3日清新区某路段道路交通事故（死亡4人）: the gravest, by when they happened. */
function casesInWords(
  facts: readonly FactContent[],
  top: number,
  { place, counties }: Readonly<{ place: string; counties: Behind['counties'] }>,
): string {
  const cases = facts.flatMap((fact) => (fact.kind === 'incident' || fact.kind === 'fire' ? [fact] : []));
  if (cases.length < facts.length) throw new TemplateFault(`${place}: cases are of incidents and fires`);
  const gravest = [...cases].sort((a, b) => b.deaths - a.deaths || (a.at < b.at ? -1 : 1)).slice(0, top);
  const told = gravest
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map((one) => {
      const when = dayInWords(one.at, one.kind === 'incident' ? one.precision : 'minute');
      const [county = '', named] = [counties.get(one.region.slice(0, 6)), one.kind === 'incident' ? one.place : ''];
      const where = county === '' || named.includes(county.slice(0, 2)) ? named : `${county}${named}`;
      const what = one.kind === 'incident' ? CATEGORIES[one.category] : '森林火灾';
      const harm = one.deaths > 0 ? `（死亡${one.deaths}人）` : '';
      return `${when}${where}${what}${harm}`;
    });
  return `${told.join('、')}${cases.length > top ? `等${cases.length}起` : ''}`;
}
