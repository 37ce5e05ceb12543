import {
  hazardsInChinese,
  LEVEL_IN_CHINESE,
  LEVELS,
  shanghaiDate,
  shanghaiMinute,
  type UtcInstant,
} from '@fengsui/contracts';
import { rows, type Tx } from '@fengsui/database';
import { asKeptNow, type FactContent } from '../facts/fact-content.js';
import { spanOf, type Period } from '../period.js';
import { NotHeld, TemplateFault } from './conditions.js';

/** A period that is a response from its start to its end: `response:441800-flood-2020-E01`. */
const RESPONSE = 'response:';
export const isResponse = (period: string): boolean => period.startsWith(RESPONSE);

type Change = Extract<FactContent, { kind: 'response-change' }>;
/** A response from its start to its end, or to now. */
export type Course = Readonly<{
  changes: readonly Change[];
  /** In Beijing, both with it. */ days: Period;
  isOver: boolean;
}>;

/** @param asked `response:` and the number of the response. @returns null when nothing is known of it */
export async function courseOf(tx: Tx, asked: string, at: UtcInstant): Promise<Course | null> {
  const found = await rows<{ content: FactContent | null }>(
    tx,
    `with known as (
       select distinct on (subject) content from reporting.fact
       where kind = 'response-change' and recorded_at <= $2 order by subject, version desc)
     select content from known where content->>'episodeId' = $1 order by content->>'at'`,
    [asked.slice(RESPONSE.length), at],
  );
  const changes = found.flatMap(({ content }) => {
    const kept = asKeptNow(content);
    return kept?.kind === 'response-change' ? [kept] : [];
  });
  const [first, last] = [changes[0], changes.at(-1)];
  if (first === undefined || last === undefined) return null;
  const isOver = last.to === 'none';
  return { changes, isOver, days: spanOf(shanghaiDate(first.at), shanghaiDate(isOver ? last.at : at)) };
}

const VERBS = {
  start: '启动',
  raise: '提升至',
  widen: '扩大范围',
  narrow: '缩小范围',
  lower: '降至',
  convert: '转换为',
  end: '结束',
} as const;

/** Rows of a table: when, what, where, why. */
export const courseRows = (
  { changes }: Course,
  counties: ReadonlyMap<string, string>,
): readonly (readonly string[])[] =>
  changes.map(({ at, change, to, hazards = ['flood'], notice, counties: codes, reason }) => [
    minuteInWords(at),
    `${VERBS[change]}${to === 'none' ? '' : `${hazardsInChinese(hazards)}${LEVEL_IN_CHINESE[to]}应急响应`}${notice === null ? '' : `（${notice}）`}`,
    codes.length === 0 ? '全市' : codes.map((code) => counties.get(code) ?? code).join('、'),
    reason,
  ]);

/**
 * What `response …` says in a template: `began`, `ended`, `hours`, `against` at its start, `hazards` of all of it,
 * `first`, `highest`, `changes` between its start and its end.
 * @throws NotHeld for the end of what has not ended; TemplateFault for another word, or where there is no response
 */
export function courseInWords(word: string, course: Course | undefined, place: string): string {
  const [first, last] = [course?.changes[0], course?.changes.at(-1)];
  if (course === undefined || first === undefined || last === undefined)
    throw new TemplateFault(`${place}: response ${word}: the report is of no response`);
  const { changes, isOver } = course;
  switch (word) {
    case 'began':
      return minuteInWords(first.at);
    case 'first':
      return LEVEL_IN_CHINESE[first.to];
    case 'highest':
      return LEVEL_IN_CHINESE[
        [...changes].sort((a, b) => LEVELS.indexOf(b.to) - LEVELS.indexOf(a.to))[0]?.to ?? first.to
      ];
    case 'hazards':
      return hazardsInChinese([...new Set(changes.flatMap(({ hazards = ['flood'] }) => hazards))]);
    case 'against':
      return hazardsInChinese(first.hazards ?? ['flood']);
    case 'changes':
      return String(changes.filter(({ change }) => change !== 'start' && change !== 'end').length);
    case 'ended':
    case 'hours': {
      if (!isOver) throw new NotHeld('the end of the response');
      const hours = Math.round((Date.parse(last.at) - Date.parse(first.at)) / 3_600_000);
      return word === 'ended' ? minuteInWords(last.at) : String(hours);
    }
    default:
      throw new TemplateFault(`${place}: cannot read {{response ${word}}}`);
  }
}

/** 6月7日2时14分. */
function minuteInWords(at: UtcInstant): string {
  const [, month, day, hour, minute] = shanghaiMinute(at).split(/[-T:]/).map(Number);
  return `${month}月${day}日${hour}时${minute}分`;
}
