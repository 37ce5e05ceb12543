import type { Figure } from '../views.js';
import { againstStore } from './against-store.js';
import { announced } from './announced.js';
import { changes } from './changes.js';
import { grades } from './grades.js';
import type { Finding, Rule } from './finding.js';
import type { CheckedFile } from './files.js';
import { partChanges } from './part-changes.js';
import { parts } from './parts.js';
import { shares } from './shares.js';
import { checkTable } from './tables.js';
import { paragraphsOf, plain } from './text.js';
import { toldTwice } from './told-twice.js';
import { units } from './units.js';

/** Figures to which a text is held, of a period that it calls so: 2020年上半年. */
export type Held = Readonly<{ figures: readonly Figure[]; period: string }>;
const NOTHING: Held = { figures: [], period: '' };

const RULES: readonly Rule[] = [shares, changes, parts, partChanges, grades, announced, units];

/**
 * What no whole numbers can give in a bulletin or summary, by its own words. Several readings count in its favour.
 * @param held figures of the store, where the text is to be held to them, and how their period is called in words
 */
export function checkText(given: string, held: Held = NOTHING): readonly Finding[] {
  const text = plain(given);
  const paragraphs = paragraphsOf(text);
  return [
    ...paragraphs.flatMap((paragraph, index) => RULES.flatMap((rule) => rule(paragraph, index, paragraphs))),
    ...toldTwice(paragraphs),
    ...againstStore(paragraphs, held.figures, held.period),
  ]
    .sort((a, b) => a.at - b.at)
    .map(({ at, ...found }) => ({ ...found, place: placeOf(text, at), text: around(text, at) }));
}

/** A text with its tables. */
export const checkDocument = ({ text, tables }: CheckedFile, held: Held = NOTHING): readonly Finding[] => [
  ...checkText(text, held),
  ...tables.flatMap(checkTable),
];

/** So many characters before and after. */
const AROUND = 24;
const around = (text: string, at: number): string => {
  const from = Math.max(text.lastIndexOf('\n', at - 1) + 1, at - AROUND);
  const end = text.indexOf('\n', at);
  return text.slice(from, Math.min(end === -1 ? text.length : end, at + AROUND));
};

function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split('\n');
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}
