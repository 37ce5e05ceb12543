import type { Piece } from './text.js';

/** Something in a text that cannot be so, or hardly. */
export type Finding = Readonly<{
  rule: 'share' | 'change' | 'part' | 'grade' | 'announced' | 'sum' | 'unit' | 'twice' | 'store';
  /** No whole numbers give it; or it is so under what the text seems to say. */ certain: boolean;
  /** Line and column of a text, from 1; sheet, row and column of a table. */ place: string;
  /** The numbers as they are written. */ printed: string;
  /** Why it cannot be, and what would be. */ possible: string;
  /** What stands around it. */ text: string;
}>;
/** What a rule finds in a paragraph: where it begins in the whole text. */
export type Found = Pick<Finding, 'rule' | 'certain' | 'printed' | 'possible'> & Readonly<{ at: number }>;
export type Rule = (paragraph: Piece, index: number, all: readonly Piece[]) => readonly Found[];
