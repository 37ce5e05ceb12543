import type { Rule } from './finding.js';
import { numeralOf, type Piece } from './text.js';

const ANNOUNCED = /([一二两三四五六七八九十]{1,3}|\d{1,2})(?:个方面|项(?:重点)?(?:工作|任务|措施)|点)[^。;]{0,8}:$/;
const LISTED_IN_IT = /[一二三四五六七八九十]是/g;
const PART = /^\s*[(]?[一二三四五六七八九十]{1,3}[)]/;
const SECTION = /^\s*[一二三四五六七八九十]{1,3}、/;

/** 主要表现在四个方面: as many follow. */
export const announced: Rule = ({ text, at }: Piece, index, all) => {
  const match = ANNOUNCED.exec(text.trimEnd());
  const many = numeralOf(match?.[1] ?? '');
  if (match === null || many === null) return [];
  const next = all.findIndex((one, n) => n > index && SECTION.test(one.text));
  const following = all.slice(index + 1, next === -1 ? undefined : next);
  const parts = following.filter((one) => PART.test(one.text)).length;
  const listed =
    parts > 0 ? parts : following.reduce((sum, one) => sum + (one.text.match(LISTED_IN_IT)?.length ?? 0), 0);
  if (listed === 0 || listed === many) return [];
  const reason = `预告${many}，其后列出${listed} / announced ${many}, ${listed} follow`;
  return [{ rule: 'announced', certain: true, at: at + match.index, printed: match[0], possible: reason }];
};
