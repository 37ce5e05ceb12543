import type { Contents } from '../keeping/kept-inputs.js';
import { ANY_CONTENT } from './checking.js';
import type { Candidate } from './judging.js';

/** What a candidate is beside what is known. */
export type Placed =
  | Readonly<{ sameAs: string }>
  | Readonly<{
      /** Its id. */ id: string;
      /** The first of its identity, where that was taken by other content. */ first: string | null;
      conflict: boolean;
    }>;

/** Facts that are here already, by their identities, and by what those would be with fewer decimals. */
export class KnownFacts {
  private readonly own: Contents = new Map();
  private readonly coarser: Contents = new Map();
  private readonly finer: Contents = new Map();

  addRoundings(found: Readonly<{ coarser: Contents; finer: Contents }>): void {
    for (const [name, contents] of found.coarser) this.coarser.set(name, contents);
    for (const [name, contents] of found.finer) this.finer.set(name, contents);
  }

  /** Contents that were looked up. */
  add(found: Contents): void {
    for (const [identity, contents] of found) this.own.set(identity, contents);
  }

  /** Says what a candidate is, and takes it for known from here on. */
  place({ sameness, content }: Candidate): Placed {
    const { identity, coarse } = sameness;
    const held = [
      this.own.get(identity),
      ...coarse.map((name) => this.own.get(name) ?? this.coarser.get(name)),
      this.finer.get(identity),
    ];
    const contents = held.find((one) => one !== undefined) ?? new Map<string, string>();
    const [first = null] = contents.values();
    const sameAs = contents.get(content) ?? (content === ANY_CONTENT ? first : null);
    if (sameAs !== null) return { sameAs };
    // Only what is claimed stands for others: a rounding that was itself a repetition is no fact that a third
    // pixel could repeat.
    this.own.set(identity, contents);
    for (const name of coarse) if (!this.finer.has(name)) this.finer.set(name, contents);
    const id = first === null ? identity : idOfOther(sameness.identity, content);
    contents.set(content, id);
    return { id, first, conflict: first !== null && sameness.later === null };
  }

  /** Somebody else has it: what is known is looked up again. */
  forget({ sameness, content }: Candidate): void {
    this.own.get(sameness.identity)?.delete(content);
  }
}

/** Ids under which the same fact may be here: its identity, and its own where it says what was found out later. */
export const idsOf = ({ sameness, content }: Candidate): string[] =>
  sameness.later === null ? [sameness.identity] : [sameness.identity, idOfOther(sameness.identity, content)];

/** The id of other content under an identity that is taken. */
const idOfOther = (identity: string, content: string): string => `${identity}~${content.slice(0, 12)}`;
