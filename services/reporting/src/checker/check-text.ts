import { announced } from './announced.js';
import { changes } from './changes.js';
import { grades } from './grades.js';
import type { Finding, Rule } from './finding.js';
import { parts } from './parts.js';
import { shares } from './shares.js';
import { paragraphsOf, plain } from './text.js';

const RULES: readonly Rule[] = [shares, changes, parts, grades, announced];

/** What no whole numbers can give in a bulletin or summary, by its own words. Several readings count in its favour. */
export function checkText(given: string): readonly Finding[] {
  const text = plain(given);
  const paragraphs = paragraphsOf(text);
  return paragraphs
    .flatMap((paragraph, index) => RULES.flatMap((rule) => rule(paragraph, index, paragraphs)))
    .sort((a, b) => a.at - b.at)
    .map(({ at, ...found }) => ({ ...found, ...placeOf(text, at), text: around(text, at) }));
}

/** So many characters before and after. */
const AROUND = 24;
const around = (text: string, at: number): string => {
  const from = Math.max(text.lastIndexOf('\n', at - 1) + 1, at - AROUND);
  const end = text.indexOf('\n', at);
  return text.slice(from, Math.min(end === -1 ? text.length : end, at + AROUND));
};

function placeOf(text: string, at: number): Readonly<{ line: number; column: number }> {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
