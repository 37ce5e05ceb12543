import { shanghaiDate } from '@fengsui/contracts';
import { insertRows, type Tx } from '@fengsui/database';
import { indicatorsFor } from '../figures/indicators.js';
import { CounterRow, DistinctKeyRow } from '../tables/tables.js';
import type { FactContent } from './fact-content.js';

/** What facts add to counters, gathered before anything is written. */
export class Tally {
  private readonly counters = new Map<string, number>();
  private readonly keys = new Map<string, number>();

  /**
   * A correction is the new contribution less the old one.
   * @param only of these indicators; without it of all
   */
  count(content: FactContent | null, sign: 1 | -1, only: ReadonlySet<string> | null = null): void {
    if (content === null) return;
    for (const indicator of indicatorsFor(content.kind)) {
      if (only?.has(indicator.id) === false) continue;
      const contribution = indicator.contribution(content);
      if (contribution === null) continue;
      if (contribution.key !== null)
        add(this.keys, JSON.stringify([indicator.id, contribution.year, contribution.key]), sign);
      add(
        this.counters,
        JSON.stringify([indicator.id, shanghaiDate(content.at), content.region, contribution.dimension]),
        sign * contribution.amount,
      );
    }
  }

  async write(tx: Tx): Promise<void> {
    const amounts = [...this.counters].filter(([, amount]) => amount !== 0);
    await insertRows(
      tx,
      CounterRow,
      amounts.map(([key, amount]) => {
        const [indicator = '', day = '', region = '', dimension = ''] = JSON.parse(key) as string[];
        return { indicator, day, region, dimension, amount };
      }),
      { on: ['indicator', 'day', 'region', 'dimension'], add: ['amount'] },
    );
    const counted = [...this.keys].filter(([, n]) => n !== 0);
    await insertRows(
      tx,
      DistinctKeyRow,
      counted.map(([name, facts]) => {
        const [indicator, year, key] = JSON.parse(name) as [string, number, string];
        return { indicator, year, key, facts };
      }),
      { on: ['indicator', 'year', 'key'], add: ['facts'] },
    );
  }
}

const add = (totals: Map<string, number>, key: string, amount: number): void =>
  void totals.set(key, (totals.get(key) ?? 0) + amount);
