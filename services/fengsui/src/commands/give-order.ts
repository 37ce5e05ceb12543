import { identityHere, osUserHere } from '@fengsui/access';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderV1, UtcInstant } from '@fengsui/contracts';
import { giverOf, type Giver } from '@fengsui/intake';
import type { Ports } from '../one-process.js';
import { withSession, workedThrough, type Session } from '../session.js';
import type { OrderOutput } from '../shapes.js';
import { EXIT, Misuse, type Said, type Terminal } from '../terminal.js';

export type Fields = OrderV1['data'] extends infer D
  ? D extends unknown
    ? Omit<D, 'orderId' | 'actor' | 'speaksFor' | 'reason'>
    : never
  : never;
/** Who gives the order for whom, and why. */
export type Given = Readonly<{
  by?: string | undefined;
  reason?: string | undefined;
  id?: string | undefined;
  /** Decided elsewhere and entered afterwards 补录. */ late?: Late | undefined;
}>;
export type Late = Readonly<{ at: UtcInstant; decidedBy: string; where: string }>;

/** Sends an order in like any other event, and says what became of it. */
export function giveOrder(
  fieldsOf: (session: Session) => Promise<Fields>,
  { by, reason = '', id, late: decided }: Given,
  terminal: Terminal,
): Promise<number> {
  return withSession('services', async (session) => {
    const { ports } = session;
    const now = await ports.clock.now();
    const fields = await fieldsOf(session);
    const giver = await giverHere(session);
    const speaksFor = by === undefined || by === giver.person ? null : by;
    const orderId = id ?? `cli-${now.slice(0, 19).replace(/\D/g, '')}-${randomBytes(3).toString('hex')}`;
    const late = decided === undefined ? {} : { late: { decidedBy: decided.decidedBy, where: decided.where } };
    const event = {
      type: 'order.v1',
      occurredAt: decided?.at ?? now,
      data: { orderId, actor: giver.person, speaksFor, reason, ...late, ...fields },
    };
    const receipt = await ports.receiving.receiveBytes(Buffer.from(`${JSON.stringify(event)}\n`), {
      door: 'cli',
      name: 'fengsui orders',
      actor: giver.person,
      giver,
    });
    if ('skipped' in receipt || receipt.refused > 0)
      throw new Misuse(
        'skipped' in receipt
          ? receipt.skipped
          : receipt.refusals.map(({ place, reason: why, expected }) => `${place}: ${why} — ${expected}`).join('\n'),
      );
    await workedThrough(ports);
    const output: OrderOutput = {
      event: `order/${orderId}`,
      order: orderId,
      ...(await outcomeOf(ports, `order/${orderId}`)),
    };
    terminal.result(
      output,
      () =>
        `${orderId}: ${terminal.pick(OUTCOMES[output.outcome] ?? { zh: output.outcome, en: output.outcome })} ${output.reason}`,
    );
    return output.outcome === 'rejected' ? EXIT.partlyRefused : EXIT.done;
  });
}

/** Who gives a command on this machine. @throws Misuse that says what to do when nobody is known */
export async function giverHere({ ports, settings, plans }: Session): Promise<Giver> {
  const identity = await identityHere(ports.db, ports.clock, settings.FENGSUI_TOKEN);
  if (identity !== null) return giverOf(identity, plans.intake.access);
  const user = osUserHere();
  throw new Misuse(
    `本机用户 ${user} 未对应任何人员：请安全管理员执行 fengsui people add ID --name 姓名 --os-user ${user}，或设置 FENGSUI_TOKEN / ` +
      `the user ${user} of this machine is nobody here: a security administrator runs fengsui people add ID --os-user ${user}, or set FENGSUI_TOKEN`,
  );
}

const OUTCOMES: Readonly<Record<string, { zh: string; en: string }>> = {
  done: { zh: '已执行', en: 'done' },
  rejected: { zh: '未执行', en: 'not carried out' },
  waiting: { zh: '等待', en: 'waiting' },
  recorded: { zh: '已记录', en: 'recorded' },
};

export async function outcomeOf(ports: Ports, event: string): Promise<{ outcome: string; reason: string }> {
  for (let tries = 0; tries < 5; tries += 1) {
    const found =
      (await ports.response.outcomeOf(event)) ??
      (await ports.wildfire.outcomeOf(event)) ??
      (await ports.duty.outcomeOf(event)) ??
      (await ports.reporting.outcomeOf(event));
    if (found !== null) return found;
    await sleep(50);
  }
  return { outcome: 'recorded', reason: '' };
}

/**
 * A person at the command is told at once that there is no such thing; an order that travels may come before what it
 * is about.
 */
export async function known(id: string, there: (id: string) => Promise<boolean>, { zh, en }: Said): Promise<string> {
  if (await there(id)) return id;
  throw new Misuse(`${zh} / ${en}: ${id}`);
}
