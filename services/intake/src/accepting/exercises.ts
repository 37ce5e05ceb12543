import type { ObservedEvent, Refusal } from '@fengsui/contracts';

/** Contracts that carry no status: of what they tell, only the words say that it is an exercise. */
const IN_WORDS: ReadonlySet<ObservedEvent['type']> = new Set([
  'public-report.v1',
  'incident.v1',
  'situation.v1',
  'authority-level.v1',
]);

/** `【演练】`, `（应急演练）`, `[测试]`, `演习：` at the beginning. What tells of an exercise further on may be real. */
const MARK =
  /^\s*(?:[【[（(〔][^】\]）)〕]{0,12}(?:演练|演习|测试|试验)[^】\]）)〕]{0,6}[】\]）)〕]|(?:演练|演习|测试)\s*[：:])/u;

/**
 * An exercise is nothing that happened: it rings nobody, raises nothing and is counted nowhere. What came in is kept
 * as every refused record is.
 * @returns why the record is not taken, or null
 */
export function exerciseIn(type: ObservedEvent['type'], data: object): Refusal | null {
  if (!IN_WORDS.has(type)) return null;
  const words = data as Readonly<Record<string, unknown>>;
  for (const field of ['text', 'place']) {
    const said = words[field];
    const mark = typeof said === 'string' ? MARK.exec(said)?.[0] : undefined;
    if (mark !== undefined)
      return {
        place: field,
        reason: `${mark.trim()}：演练、测试信息不作实情处理 / marked as an exercise, and not taken as something that happened`,
        expected: 'a report of something real, without the mark',
      };
  }
  return null;
}
