import type { DataSource } from 'typeorm';
import type { KeptInputs } from '../keeping/kept-inputs.js';
import { areaOf, type Names } from './area-names.js';
import { ANY_CONTENT } from './checking.js';
import type { Candidate, Judged } from './judging.js';
import type { Rehearsed, Tally } from './receipt.js';

type Contents = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Says what each record of an input would be beside what is here, and beside what came before it in the same input. */
export class Rehearsal {
  private readonly own = new Map<string, Map<string, string>>();

  constructor(
    private readonly db: DataSource,
    private readonly kept: KeptInputs,
    private readonly names: Names,
    readonly tally: Tally,
  ) {}

  async take(judged: readonly Judged[]): Promise<void> {
    const candidates = judged.flatMap((one) => ('candidates' in one ? one.candidates : []));
    const known = await this.kept.contentsOf(
      this.db.manager,
      candidates.map(({ sameness }) => sameness.identity),
    );
    for (const one of judged)
      if ('refusals' in one) this.tally.refuse(one.refusals);
      else {
        const would = one.candidates.map((candidate) => this.wouldBe(candidate, known));
        this.tally.rehearsed(would);
        const fresh = one.candidates.flatMap(({ event }, n) => (would[n]?.duplicateOf === null ? [event] : []));
        if (fresh.length === 0) this.tally.duplicate();
        else
          this.tally.accept(
            fresh,
            would.some(({ conflictsWith }) => conflictsWith !== null),
            one.notes,
          );
      }
  }

  private wouldBe({ event, sameness, content, record }: Candidate, known: Contents): Rehearsed {
    const { identity } = sameness;
    const here = [...(known.get(identity) ?? []), ...(this.own.get(identity) ?? [])];
    const same = here.find(([said]) => said === content || content === ANY_CONTENT)?.[1] ?? null;
    this.own.set(identity, (this.own.get(identity) ?? new Map<string, string>()).set(content, identity));
    return {
      place: record.place,
      event: event.id,
      contract: event.type,
      area: areaOf(event, this.names),
      duplicateOf: same,
      conflictsWith: same === null && sameness.later === null ? (here[0]?.[1] ?? null) : null,
    };
  }
}
