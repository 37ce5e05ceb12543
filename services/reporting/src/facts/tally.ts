import { shanghaiDate, type UtcInstant } from '@fengsui/contracts';
import { insertRows, type Tx } from '@fengsui/database';
import type { Catalogue } from '../figures/catalogue.js';
import { CounterRow, DistinctKeyRow } from '../tables/tables.js';
import type { FactContent, FactKind } from './fact-content.js';

/** Counts how many facts of a kind are held, beside the indicators: what was never held is not 0. */
export const heldOf = (kind: FactKind): string => `facts:${kind}`;

/** What facts add to counters, gathered before anything is written. */
export class Tally {
  private readonly amounts = new Map<string, number>();
  private readonly keys = new Map<string, number>();

  /** @param only of these indicators; without it of all */
  constructor(
    private readonly catalogue: Catalogue,
    private readonly only: ReadonlySet<string> | null = null,
  ) {}

  /** How many rows there are to write. */
  get size(): number {
    return this.amounts.size + this.keys.size;
  }

  /** From an instant on a subject comes to something else. */
  change(from: FactContent | null, to: FactContent | null, recordedAt: UtcInstant): void {
    const recordedDay = shanghaiDate(recordedAt);
    this.count(from, -1, recordedDay);
    this.count(to, 1, recordedDay);
  }

  private count(content: FactContent | null, sign: 1 | -1, recordedDay: string): void {
    if (content === null) return;
    const { kind, region } = content;
    const held = heldOf(kind);
    if (this.only?.has(held) !== false)
      add(this.amounts, [held, shanghaiDate(content.at), region, recordedDay].join(END), sign);
    for (const { id, contribution } of this.catalogue.counting(kind)) {
      if (this.only?.has(id) === false) continue;
      const counted = contribution(content);
      if (counted === null) continue;
      const { day, amount, key } = counted;
      if (key === null) add(this.amounts, [id, day, region, recordedDay].join(END), sign * amount);
      else add(this.keys, [id, day, key, region, recordedDay].join(END), sign);
    }
  }

  get counters(): CounterRow[] {
    return changed(this.amounts).map(([[indicator = '', day = '', region = '', recordedDay = ''], amount]) => {
      return { indicator, day, region, recordedDay, amount };
    });
  }

  get distinctKeys(): DistinctKeyRow[] {
    return changed(this.keys).map(([[indicator = '', day = '', key = '', region = '', recordedDay = ''], facts]) => {
      return { indicator, day, key, region, recordedDay, facts };
    });
  }

  async write(tx: Tx): Promise<void> {
    const at = ['indicator', 'day', 'region', 'recordedDay'] as const;
    await insertRows(tx, CounterRow, this.counters, { on: at, add: ['amount'] });
    await insertRows(tx, DistinctKeyRow, this.distinctKeys, { on: [...at, 'key'], add: ['facts'] });
    this.amounts.clear();
    this.keys.clear();
  }
}

/** Between the parts of a key: no text of the database has it. */
const END = '\u0000';

const add = (totals: Map<string, number>, key: string, amount: number): void =>
  void totals.set(key, (totals.get(key) ?? 0) + amount);

const changed = (totals: ReadonlyMap<string, number>): [string[], number][] =>
  [...totals].filter(([, amount]) => amount !== 0).map(([key, amount]) => [key.split(END), amount]);
