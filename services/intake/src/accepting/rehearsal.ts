import type { DataSource } from 'typeorm';
import type { KeptInputs } from '../keeping/kept-inputs.js';
import { areaOf, type Names } from './area-names.js';
import type { Candidate, Judged } from './judging.js';
import { idsOf, KnownFacts } from './known-facts.js';
import type { Rehearsed, Tally } from './receipt.js';

/** Says what each record of an input would be beside what is here, and beside what came before it in the same input. */
export class Rehearsal {
  private readonly known = new KnownFacts();
  private readonly looked = new Set<string>();

  constructor(
    private readonly db: DataSource,
    private readonly kept: KeptInputs,
    private readonly names: Names,
    readonly tally: Tally,
  ) {}

  async take(judged: readonly Judged[]): Promise<void> {
    const candidates = judged.flatMap((one) => ('candidates' in one ? one.candidates : []));
    const db = this.db.manager;
    // What was looked up before holds what came in between, too.
    const ids = candidates.flatMap(idsOf).filter((id) => !this.looked.has(id));
    for (const id of ids) this.looked.add(id);
    this.known.add(await this.kept.contentsOf(db, ids));
    const samenesses = candidates.map(({ sameness }) => sameness);
    this.known.addRoundings(await this.kept.roundingsOf(db, samenesses));
    for (const one of judged)
      if ('refusals' in one) this.tally.refuse(one.refusals);
      else {
        const would = one.candidates.map((candidate) => this.wouldBe(candidate));
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

  private wouldBe(candidate: Candidate): Rehearsed {
    const { event, record } = candidate;
    const placed = this.known.place(candidate);
    return {
      place: record.place,
      event: event.id,
      contract: event.type,
      area: areaOf(event, this.names),
      duplicateOf: 'sameAs' in placed ? placed.sameAs : null,
      conflictsWith: 'first' in placed && placed.conflict ? placed.first : null,
    };
  }
}
