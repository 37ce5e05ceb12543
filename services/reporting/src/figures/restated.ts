import { fromShanghai, shanghaiDate, type UtcInstant } from '@fengsui/contracts';
import { rows, type Tx } from '@fengsui/database';
import { addDays } from '../calendar.js';
import { asKeptNow, type FactContent, type KeptEntry } from '../facts/fact-content.js';
import type { Period } from '../period.js';
import type { RestatedCase } from '../views.js';
import type { Catalogue } from './catalogue.js';

/** As many as a person reads; the others are counted in the figure all the same. */
const MOST = 50;
const MOST_READ = 5_000;

type Span = Readonly<{
  /** When the figures were closed. */ from: UtcInstant;
  /** Until when it is known what became of them. */ to: UtcInstant;
  base: Period;
  county: string | null;
}>;
type Changed = Readonly<{
  subject: string;
  contract: string;
  recordedAt: UtcInstant;
  content: FactContent | null;
  before: FactContent | null;
  wasKnown: boolean;
  entry: KeptEntry | null;
}>;

/** Indicators of which something became known after the figures of a span were closed. */
export async function changedSince(tx: Tx, { from, to, base }: Span): Promise<readonly string[]> {
  const found = await rows<{ indicator: string }>(
    tx,
    `select indicator from (
       select indicator, day, recorded_day from reporting.counter
       union all select indicator, day, recorded_day from reporting.distinct_key) as counted
     where day between $1 and $2 and recorded_day between $3 and $4 group by indicator`,
    [base.from, base.to, shanghaiDate(from), shanghaiDate(to)],
  );
  return found.map(({ indicator }) => indicator);
}

/** By indicator, the cases by which its figure of a closed period is another one now, each with why. */
export async function restatedCases(
  tx: Tx,
  catalogue: Catalogue,
  ids: readonly string[],
  { from, to, base, county }: Span,
): Promise<ReadonlyMap<string, readonly RestatedCase[]>> {
  const found = await rows<Changed>(
    tx,
    `select f.subject, f.contract, f.recorded_at as "recordedAt", f.content,
            (select p.content from reporting.fact p
             where p.kind = f.kind and p.subject = f.subject and p.recorded_at <= $2
             order by p.version desc limit 1) as before,
            exists (select 1 from reporting.fact p
                    where p.kind = f.kind and p.subject = f.subject and p.recorded_at <= $2) as "wasKnown",
            (select s.entries -> f.event from reporting.subject s where s.kind = f.kind and s.id = f.subject) as entry
     from (select distinct on (kind, subject) * from reporting.fact
           where kind = any($1) and recorded_at > $2 and recorded_at <= $3
             and (kind, subject) in (select kind, subject from reporting.fact
                                     where kind = any($1) and at >= $4 and at < $5)
           order by kind, subject, version desc) as f
     order by f.recorded_at, f.subject limit ${MOST_READ}`,
    // A week counts on its Thursday, up to three days from the day of its fact.
    [catalogue.kindsOf(ids), from, to, fromShanghai(addDays(base.from, -3)), fromShanghai(addDays(base.to, 4))],
  );
  const amountOf = (id: string, content: FactContent | null): number => {
    if (content === null || !content.region.startsWith(county ?? '')) return 0;
    const own = catalogue.counting(content.kind).filter((one) => one.id === id);
    return own.reduce((sum, { contribution }) => {
      const counted = contribution(content);
      return counted !== null && counted.day >= base.from && counted.day <= base.to ? sum + counted.amount : sum;
    }, 0);
  };
  const changed = found.map((one) => ({ ...one, before: asKeptNow(one.before), content: asKeptNow(one.content) }));
  const casesOf = (id: string): RestatedCase[] =>
    changed.flatMap((one) => {
      const [was, is] = [amountOf(id, one.before), amountOf(id, one.content)];
      const { subject, ...rest } = one;
      return was === is ? [] : [{ case: subject, from: was, to: is, reason: reasonOf(rest, was, is) }];
    });
  return new Map(ids.map((id) => [id, casesOf(id).slice(0, MOST)]));
}

const WORDS = {
  'write-off': { zh: '核销', en: 'written off' },
  correct: { zh: '更正撤销', en: 'withdrawn as recorded in error' },
  joined: { zh: '并入他案', en: 'joined to another' },
  moved: { zh: '移出本范围', en: 'moved elsewhere' },
  late: { zh: '迟报', en: 'reported late' },
  again: { zh: '恢复统计', en: 'reinstated' },
  changed: { zh: '数字更正', en: 'corrected' },
} as const;

function reasonOf({ recordedAt, ...changed }: Omit<Changed, 'subject'>, was: number, is: number) {
  const { zh, en } = WORDS[wordOf(changed, was, is)];
  const day = shanghaiDate(recordedAt);
  const change = was !== 0 && is !== 0 ? ` ${was} → ${is}` : '';
  return { zh: `${zh} ${day}${change}`, en: `${en} ${day}${change}` };
}

function wordOf(
  { contract, before, wasKnown, content, entry }: Omit<Changed, 'subject' | 'recordedAt'>,
  was: number,
  is: number,
): keyof typeof WORDS {
  if (entry?.['stage'] === 'write-off') return 'write-off';
  if (entry?.['note'] === 'joined') return 'joined';
  if (is === 0 && contract === 'order.v1') return 'correct';
  if (was === 0) return !wasKnown ? 'late' : before === null ? 'again' : 'changed';
  if (is === 0) return content === null || content.region !== before?.region ? 'moved' : 'changed';
  return 'changed';
}
