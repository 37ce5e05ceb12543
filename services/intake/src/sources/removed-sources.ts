import { rows, scheduled, unschedule } from '@fengsui/database';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { IntakePlan } from '../plan.js';
import { PUSHED_SILENCE, queueOf, SILENCE } from './queue.js';

/**
 * Takes back what is due of sources that the plan names no longer, whether or not it names any: nobody else would, and
 * whoever waits until nothing is due would wait for ever.
 */
@Injectable()
export class RemovedSources implements OnApplicationBootstrap {
  constructor(
    private readonly db: DataSource,
    private readonly plan: IntakePlan,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const polled = new Set(this.plan.sources.map(({ name }) => name));
    await this.db.transaction(async (tx) => {
      // Earlier releases had one queue for all sources.
      const old = await scheduled(tx, 'intake', ['poll']);
      await unschedule(
        tx,
        'intake',
        'poll',
        old.map(({ key }) => key),
      );
      const known = await rows<{ name: string }>(tx, 'select name from intake.source order by name');
      const pushed = new Set(this.plan.pushed.map(({ name }) => name));
      const names = known.map(({ name }) => name);
      const gone = names.filter((name) => !polled.has(name));
      for (const name of gone) await unschedule(tx, queueOf(name), 'poll', [name]);
      await unschedule(tx, 'intake', SILENCE, gone);
      const sendNoMore = names.filter((name) => !pushed.has(name));
      await unschedule(tx, 'intake', PUSHED_SILENCE, sendNoMore);
    });
  }
}
