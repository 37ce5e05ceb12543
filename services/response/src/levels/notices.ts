import { shanghaiDate, type UtcInstant } from '@fengsui/contracts';
import { insertRows, one, type Tx } from '@fengsui/database';
import {
  namesOfAreas,
  noticeText,
  type FloodPlan,
  type FloodResponse,
  type NoticeText,
  type Ruling,
} from '@fengsui/rules';
import { Injectable } from '@nestjs/common';
import { ResponsePlan } from '../plan.js';
import { NoticeRow } from '../tables/tables.js';

/** What was ordered, and what it was before. */
export type Ordered = Readonly<{
  before: FloodResponse;
  after: FloodResponse;
  ruling: Extract<Ruling, { kind: 'change' }>;
  /** Event of the change. */ event: string;
  at: UtcInstant;
  decidedBy: string;
}>;

/** Puts on paper what was ordered. The number is given with the order, in its transaction: there is no gap. */
@Injectable()
export class Notices {
  constructor(private readonly plan: ResponsePlan) {}

  /** @returns the number of the notice; null where the authority writes none here */
  async issue(
    { before, after, ruling, event, at, decidedBy }: Ordered,
    plan: FloodPlan,
    tx: Tx,
  ): Promise<string | null> {
    const { authority } = after;
    const form = this.plan.noticeFormOf(authority);
    if (form === null) return null;
    const year = Number(shanghaiDate(at).slice(0, 4));
    await one(tx, 'select pg_advisory_xact_lock(hashtext($1))', [`notice/${authority}`]);
    const last = await one<{ number: number | null }>(
      tx,
      'select max(number) as number from response.notice where authority = $1 and year = $2',
      [authority, year],
    );
    const number = (last?.number ?? 0) + 1;
    const body: NoticeText = noticeText(form, {
      number,
      at,
      change: ruling.change,
      issuedAs: ruling.to === 'none' ? before.issuedAs : after.issuedAs,
      issuedAsBefore: before.issuedAs,
      from: before.level,
      to: ruling.to,
      areas: Object.entries(after.areas).map(([area, level]) => ({ name: namesOfAreas([area], plan), level })),
      reason: reasonOf(before, ruling),
    });
    await insertRows(tx, NoticeRow, [{ authority, year, number, event, at, decidedBy, body }], 'nothing');
    return body.number;
  }
}

/** Why: the grounds of what was proposed, and what the leader added. */
function reasonOf({ proposal }: FloodResponse, { proposalId, reason }: Ordered['ruling']): string {
  const grounds = proposal !== null && proposal.id === proposalId ? proposal.reason : '';
  return [...new Set([grounds, reason])].filter((part) => part.trim() !== '').join('。');
}
