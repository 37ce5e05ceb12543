import type { Rule } from './finding.js';
import { numeralOf, type Piece } from './text.js';

const ANNOUNCED =
  /(?<!这|\d)([一二两三四五六七八九十]{1,3}|\d{1,2}(?!点))(?:个方面|项(?:重点)?(?:工作|任务|措施)|点)[^。;]{0,8}:$/;
const SECTION = /^\s*[一二三四五六七八九十]{1,3}、/;
/** How the parts of a list are numbered: a list is of one kind. */
const KINDS = [
  /([一二三四五六七八九十]{1,2})是/g,
  /^\s*[(]([一二三四五六七八九十]{1,3})[)]/gm,
  /^\s*(\d{1,2})[.、](?!\d)/gm,
];

/** 主要表现在四个方面: as many follow, in one run from the first on. */
export const announced: Rule = ({ text, at }: Piece, index, all) => {
  const match = ANNOUNCED.exec(text.trimEnd());
  const many = numeralOf(match?.[1] ?? '');
  if (match === null || many === null) return [];
  // Up to the next chapter, or to what announces another list.
  const next = all.findIndex((one, n) => n > index && (SECTION.test(one.text) || /:\s*$/.test(one.text)));
  const following = all
    .slice(index + 1, next === -1 ? undefined : next)
    .map((one) => one.text)
    .join('\n');
  const runs = KINDS.map((kind) =>
    [...following.matchAll(kind)].map((found) => ({ at: found.index, n: numeralOf(found[1] ?? '') })),
  );
  const first = runs.filter((run) => run[0]?.n === 1).sort((a, b) => (a[0]?.at ?? 0) - (b[0]?.at ?? 0))[0];
  if (first === undefined) return [];
  const end = first.findIndex(({ n }, place) => n !== place + 1);
  const listed = end === -1 ? first.length : end;
  if (listed === many) return [];
  const reason = `预告${many}，其后列出${listed} / announced ${many}, ${listed} follow`;
  return [{ rule: 'announced', certain: true, at: at + match.index, printed: match[0], possible: reason }];
};
