import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PERSON_STATES, progress, unaccounted, type PersonState, type Progress, type TransferTask } from './index.js';

const NOBODY = { told: 0, elsewhere: 0, refused: 0, notFound: 0 };
const task = (over: Partial<TransferTask> = {}): TransferTask => ({
  people: 3,
  moved: 0,
  absent: 0,
  refusing: 0,
  named: NOBODY,
  closed: false,
  ...over,
});
const report = (over: Partial<Progress> = {}): Progress => ({
  moved: [],
  absent: 0,
  refusing: 0,
  evidence: 'head-count',
  ...over,
});
const moved = (...persons: string[]): ReadonlyMap<string, PersonState> => new Map(persons.map((one) => [one, 'moved']));
const LEDGER = ['a', 'b', 'c'].map((person) => ({ person, knownAs: [`name of ${person}`, 'the same name'] }));

describe('accounting for people without a ledger of names', () => {
  it('counts nobody twice, and nobody without evidence', () => {
    const said = (persons: string[], absent: number, refusing: number, evidence: 'photo' | 'none') =>
      progress(task({ moved: 1 }), report({ moved: persons, absent, refusing, evidence }), moved('a'));
    expect(said(['a', 'b', 'b'], 0, 0, 'photo')).toMatchObject({ newlyMoved: ['b'], closes: false });
    expect(said(['b', 'c'], 0, 0, 'none')).toMatchObject({ newlyMoved: [], closes: false });
    expect(said(['b'], 1, 0, 'photo').closes).toBe(true);
    expect(said(['b'], 1, 1, 'photo').closes).toBe(false);
    // Nobody is away on somebody's word alone.
    expect(said(['b', 'c'], 2, 0, 'none')).toMatchObject({ task: { absent: 0 }, closes: false });
  });

  it('counts no more people than there are: who is named beyond the ledger is in no figure', () => {
    const names = Array.from({ length: 279 }, (_, n) => `p${n}`);
    const told = progress(task({ people: 93 }), report({ moved: names, absent: 5, evidence: 'photo' }), new Map());
    expect(told).toMatchObject({ task: { moved: 93, absent: 0 }, absentBeyond: 5, closes: true });
    expect([told.newlyMoved.length, told.beyondLedger.length]).toEqual([93, 186]);
  });

  it('is open again when somebody comes back or refuses', () => {
    const closed = task({ moved: 3, closed: true });
    const known = moved('a', 'b', 'c');
    expect(progress(closed, report({ returned: ['a', 'x'] }), known)).toMatchObject({
      task: { moved: 2, closed: false },
      returned: ['a'],
      reopens: true,
    });
    expect(progress(closed, report({ refusing: 1 }), known)).toMatchObject({ reopens: true });
    expect(progress(closed, report(), known)).toMatchObject({ reopens: false, task: { closed: true } });
    // What was closed with people missing, because the response ended, is not opened by a late report.
    expect(progress({ ...closed, moved: 1 }, report({ moved: ['b'] }), moved('a'))).toMatchObject({
      reopens: false,
      task: { moved: 2 },
    });
  });
});

describe('accounting for the people of a ledger', () => {
  const said = (over: Partial<Progress>, known: ReadonlyMap<string, PersonState> = new Map(), of = task()) =>
    progress(of, report(over), known, LEDGER);

  it('knows a person by whatever the ledger says for them', () => {
    expect(said({ moved: ['name of b'] }).newlyMoved).toEqual(['b']);
    expect(said({ moved: ['b', 'name of b'] }).task.moved).toBe(1);
  });

  it('puts a name that it does not have, or several share, before a person, and counts neither', () => {
    const odd = said({ moved: ['stranger', 'the same name', 'a'] });
    expect(odd).toMatchObject({ beyondLedger: ['stranger'], ambiguous: ['the same name'], task: { moved: 1 } });
  });

  it('keeps apart who was told, refuses, cannot be found and is elsewhere', () => {
    const one = said({ told: ['a'], refused: ['b'], notFound: ['c'] });
    expect(one.task).toMatchObject({ moved: 0, refusing: 1, named: { told: 1, refused: 1, notFound: 1 } });
    const known = new Map(
      [...one.changes].flatMap(([person, state]) => (state === null ? [] : [[person, state] as const])),
    );
    const two = progress(one.task, report({ checkedIn: ['a'], elsewhere: ['b'], moved: ['c'] }), known, LEDGER);
    expect(two).toMatchObject({ task: { moved: 2, absent: 1, refusing: 0, named: NOBODY_BUT_ONE }, closes: true });
  });
  const NOBODY_BUT_ONE = { told: 0, elsewhere: 1, refused: 0, notFound: 0 };

  it('takes a scan for evidence, and a word for none', () => {
    expect(said({ checkedIn: ['a'], evidence: 'none', by: 'scan' }).task.moved).toBe(1);
    expect(said({ elsewhere: ['a'], evidence: 'none', by: 'contact' }).task.absent).toBe(0);
  });

  it('takes nobody out of a shelter by a later word that they were told or moved', () => {
    const known = new Map<string, PersonState>([['a', 'checked-in']]);
    const later = said({ told: ['a'], moved: ['a'] }, known, task({ moved: 1 }));
    expect(later).toMatchObject({ task: { moved: 1 } });
    expect([...later.changes]).toEqual([]);
  });

  it('counts who was moved and refuses now as somebody who is back', () => {
    const back = said({ refused: ['a'] }, moved('a', 'b', 'c'), task({ moved: 3, closed: true }));
    expect(back).toMatchObject({ returned: ['a'], reopens: true, task: { moved: 2, refusing: 1 } });
  });
});

it('the counts are those of the persons, whatever is reported in whatever order', () => {
  const person = fc.constantFrom('a', 'b', 'c', 'name of a', 'stranger');
  const list = fc.array(person, { maxLength: 3 });
  const any = fc.record({
    moved: list,
    returned: list,
    told: list,
    checkedIn: list,
    elsewhere: list,
    refused: list,
    notFound: list,
    evidence: fc.constantFrom('photo' as const, 'none' as const),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 8 }), (reports) => {
      let now = task();
      const known = new Map<string, PersonState>();
      for (const one of reports) {
        const result = progress(now, report(one), known, LEDGER);
        now = result.task;
        for (const [who, state] of result.changes)
          if (state === null) known.delete(who);
          else known.set(who, state);
        const count = (...states: PersonState[]): number =>
          [...known.values()].filter((s) => states.includes(s)).length;
        const [told, didMove, checkedIn, elsewhere, refused, notFound] = PERSON_STATES.map((s) => count(s));
        expect(now.moved).toBe((didMove ?? 0) + (checkedIn ?? 0));
        expect(now.named).toEqual({ told, elsewhere, refused, notFound });
        expect(unaccounted(now)).toBe(3 - now.moved - (elsewhere ?? 0));
      }
    }),
  );
});
