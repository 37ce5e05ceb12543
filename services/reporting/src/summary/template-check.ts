import { utc } from '@fengsui/contracts';
import type { FileFault } from '@fengsui/settings';
import type { FactContent } from '../facts/fact-content.js';
import type { Indicator } from '../figures/indicator.js';
import { ANNUAL, type ReportingPlan } from '../plan.js';
import type { Figure } from '../views.js';
import type { Behind } from './cases.js';
import { holds, TemplateFault, type FigureOf } from './conditions.js';
import type { Course } from './response-course.js';
import { textsIn } from './texts.js';
import { fill, type Filling } from './wording.js';

/**
 * What of the templates of a plan would stop a report in January: every sentence, every branch of it, and every
 * condition, tried with figures that are there.
 */
export function templateFaults(plan: ReportingPlan): readonly FileFault[] {
  const filling = tried(plan.catalogue.indicators);
  return [...plan.templates].flatMap(([name, template]) => {
    const file = name === ANNUAL ? `${name}.yaml` : `bulletins/${name}.yaml`;
    return textsIn(template).flatMap(({ place, text, isCondition }) =>
      (isCondition ? [{ condition: text }] : expressionsIn(text)).flatMap((part) => {
        const fault = faultOf(part, { ...filling, place });
        return fault === null ? [] : [{ file, place, fault, counterExample: text.trim().slice(0, 80) }];
      }),
    );
  });
}

type Part = Readonly<{ condition: string }> | Readonly<{ expression: string }>;
/** What stands between brackets, and of a choice its condition and what stands in both its branches. */
function expressionsIn(text: string): Part[] {
  const outer = [...text.matchAll(/\{\{\s*(.+?)\s*\}\}/gs)].map(([, one = '']) => one);
  const simple = text.replaceAll(/\{\{\s*(.+?)\s*\}\}/gs, '');
  return [
    // Brackets that do not close.
    { expression: simple },
    ...outer.flatMap((one): Part[] => {
      const [, condition] = /^if (.+?) \?/s.exec(one) ?? [];
      const inner = [...one.matchAll(/\[\[\s*(.+?)\s*\]\]/gs)].map(([, part = '']) => ({ expression: `{{${part}}}` }));
      return condition === undefined ? [{ expression: `{{${one}}}` }] : [{ condition }, ...inner];
    }),
  ];
}

function faultOf(part: Part, filling: Filling): string | null {
  try {
    if ('expression' in part) fill(part.expression, filling);
    else holds(part.condition, filling.place, figureIn(filling));
    return null;
  } catch (error) {
    if (!(error instanceof TemplateFault)) return null; // of what nobody holds the sentence is left out
    return error.message.replace(`${filling.place}: `, '');
  }
}

const figureIn =
  ({ figures, place }: Filling): FigureOf =>
  (id) => {
    const found = figures.get(id);
    if (found === undefined) throw new TemplateFault(`${place}: there is no figure ${id}`);
    return found;
  };

/** Figures, facts and a response with something of everything. */
function tried(indicators: readonly Indicator[]): Omit<Filling, 'place'> {
  const figures = new Map(indicators.map((one) => [one.id, figureOf(one)]));
  const kinds = new Map(indicators.flatMap((one) => ('kind' in one ? [[one.id, one.kind] as const] : [])));
  const facts = new Map([...kinds].map(([id, kind]) => [id, [factOf(kind)]]));
  const behind: Behind = { facts, counties: new Map() };
  const period = { name: '2020', from: '2020-01-01', to: '2020-12-31' };
  return { period, figures, chain: figures, average: figures, ranks: new Map(), behind, course: COURSE, parts: 3 };
}

const figureOf = ({ id, label, unit, version, method, definition }: Indicator): Figure => ({
  id,
  label,
  unit,
  version,
  method,
  definition,
  indicator: id,
  value: 5,
  exact: 5,
  since: null,
  previous: 4,
  base: { kind: 'known', period: '2019', value: 4, published: null, source: null, restated: [] },
  change: 25,
  changeNote: null,
  direction: 'up',
});

/** Whatever field is asked for, it has a word in it. */
const factOf = (kind: string): FactContent =>
  new Proxy({ kind, at: utc('2020-06-03T01:00:00Z'), region: '440000', deaths: 1, place: '' } as object, {
    get: (own, field) => (field in own ? Reflect.get(own, field) : field === 'record' ? ANY_RECORD : '甲'),
  }) as FactContent;
const ANY_RECORD = new Proxy({}, { get: () => '甲' });

const COURSE: Course = {
  isOver: true,
  days: { name: '2020-06-07..2020-06-08', from: '2020-06-07', to: '2020-06-08' },
  changes: [
    {
      kind: 'response-change',
      at: utc('2020-06-06T18:14:00Z'),
      region: '440000',
      hazards: ['flood'],
      change: 'end',
      from: 'IV',
      to: 'none',
      episodeId: '',
      counties: [],
      notice: null,
      reason: '',
    },
  ],
};
