import { exerciseMark, type ObservedEvent, type Refusal, type Status } from '@fengsui/contracts';

/** Written by people who know of no status: of what they tell, the words may say that it is an exercise. */
const IN_WORDS: ReadonlySet<ObservedEvent['type']> = new Set([
  'public-report.v1',
  'incident.v1',
  'situation.v1',
  'authority-level.v1',
]);

/**
 * An exercise or a test is nothing that happened: it rings nobody, raises nothing and is counted nowhere. What came in
 * is kept as every refused record is. A warning is kept as an event, because others may refer to it: by
 * `isActual` nothing comes of it.
 * @returns why the record is not taken, or null
 */
export function exerciseIn(type: ObservedEvent['type'], data: object): Refusal | null {
  const words = data as Readonly<Record<string, unknown>>;
  const { status = 'Actual' } = data as Readonly<{ status?: Status }>;
  if (type !== 'weather-warning.v1' && status !== 'Actual')
    return {
      place: 'status',
      reason: `${status}：演练、测试信息不作实情处理 / says that it is not real, and is not taken as something that happened`,
      expected: 'Actual, or no status',
    };
  if (!IN_WORDS.has(type)) return null;
  for (const field of ['text', 'place']) {
    const said = words[field];
    const mark = typeof said === 'string' ? exerciseMark(said) : null;
    if (mark !== null)
      return {
        place: field,
        reason: `${mark}：演练、测试信息不作实情处理 / marked as an exercise, and not taken as something that happened`,
        expected: 'a report of something real, without the mark',
      };
  }
  return null;
}
