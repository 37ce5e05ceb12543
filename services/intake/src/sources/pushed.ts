import { addMinutes, type UtcInstant } from '@fengsui/contracts';
import { Clock, insertRows, one, schedule, type Job, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { Due } from '@fengsui/service';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { UNREAD } from '../keeping/kept-inputs.js';
import { IntakePlan, type PushedSource } from '../plan.js';
import { SourceRow } from '../tables/tables.js';
import { ASLEEP_MINUTES, heardAgain, silent, withGap } from './heard-and-silent.js';
import { PUSHED_SILENCE } from './queue.js';

/** While a source is silent it is looked at so often, so that its return is known. */
const LOOK_AGAIN_MINUTES = 1;

/**
 * Sources that send by themselves, by HTTP, file or topic: nobody asks them, so nobody is told that they do not answer.
 * What came in says when each was heard last; one from which nothing has come for longer than the plan allows is
 * announced, once, and so is its return. Looked at when it is due, and never while something comes in.
 */
@Injectable()
export class PushedSources implements OnApplicationBootstrap {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly plan: IntakePlan,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.db.transaction(async (tx) => {
      const now = await this.clock.now(tx);
      for (const source of this.plan.pushed) {
        // Silence counts from here: one that never sends is silent, too, and who was away itself waits first.
        await insertRows(tx, SourceRow, [{ name: source.name, askedAt: now }], 'nothing');
        await lookAt(tx, source, addMinutes(now, source.silentAfterMinutes));
      }
    });
  }

  @Due('intake', PUSHED_SILENCE)
  async look(jobs: readonly Job[], unit: UnitOfWork): Promise<void> {
    const { tx, now } = unit;
    const asleep = await this.clock.isVirtual();
    for (const { key } of jobs) {
      const source = this.plan.pushed.find(({ name }) => name === key);
      if (source === undefined) continue;
      if (asleep) await lookAt(tx, source, addMinutes(now, ASLEEP_MINUTES));
      else await this.lookOne(source, unit);
    }
  }

  private async lookOne(source: PushedSource, { tx, now, append }: UnitOfWork): Promise<void> {
    const { name, silentAfterMinutes } = source;
    const row = await tx
      .getRepository(SourceRow)
      .findOneOrFail({ where: { name }, lock: { mode: 'pessimistic_write' } });
    const before = row.heardAt ?? row.askedAt ?? now;
    const heardAt = (await lastHeard(tx, source, before)) ?? row.heardAt;
    const since = addMinutes(heardAt ?? before, silentAfterMinutes);
    const isSilent = since <= now;
    if (isSilent && row.silentSince === null)
      append(silent(name, heardAt, since, `${silentAfterMinutes}分钟内未收到数据 / nothing came in`, now));
    if (!isSilent && row.silentSince !== null && heardAt !== null) {
      append(heardAgain(name, row.silentSince, now));
      await withGap(tx, { source: name, fromAt: before, toAt: heardAt, reaches: null });
    }
    const silentSince = isSilent ? (row.silentSince ?? since) : null;
    await tx.getRepository(SourceRow).update({ name }, { heardAt, silentSince, lastError: null });
    await lookAt(tx, source, isSilent ? addMinutes(now, LOOK_AGAIN_MINUTES) : since);
  }
}

const lookAt = (tx: Tx, { name }: PushedSource, dueAt: UtcInstant): Promise<void> =>
  schedule(tx, 'intake', [{ kind: PUSHED_SILENCE, key: name, dueAt, payload: {} }]);

/** When the last input of a source came in that could be read, after a time; null: none did. */
async function lastHeard(tx: Tx, { door, begins = '' }: PushedSource, after: UtcInstant): Promise<UtcInstant | null> {
  const found = await one<{ at: UtcInstant | null }>(
    tx,
    `select max(received_at) as at from intake.input
     where received_at > $1 and door = $2 and starts_with(name, $3) and format <> $4`,
    [after, door, begins, UNREAD],
  );
  return found?.at ?? null;
}
