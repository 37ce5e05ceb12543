import type { Tx } from '@fengsui/database';
import { PositionRows, type Position } from '@fengsui/log';
import type { DataSource } from 'typeorm';

/**
 * The mistake that the crash test and the fault suite must find: the position is moved on a connection of its own,
 * outside the transaction of the work it stands for. Killed between the two, the work is lost and the position says
 * it was done.
 */
export class PositionOutsideTransaction extends PositionRows {
  constructor(private readonly own: DataSource) {
    super();
  }

  override async lock(_: Tx, at: Position): Promise<number> {
    return super.lock(this.own.manager, at);
  }

  override async move(_: Tx, at: Position, next: number): Promise<void> {
    await super.move(this.own.manager, at, next);
  }
}
