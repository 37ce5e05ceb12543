import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderV1 } from '@fengsui/contracts';
import type { Ports } from '../one-process.js';
import { withSession, workedThrough, type Session } from '../session.js';
import type { OrderOutput } from '../shapes.js';
import { EXIT, Misuse, type Terminal } from '../terminal.js';

export type Fields = OrderV1['data'] extends infer D
  ? D extends unknown
    ? Omit<D, 'orderId' | 'actor' | 'speaksFor' | 'reason'>
    : never
  : never;
/** Who gives the order for whom, and why. */
export type Given = Readonly<{ by?: string | undefined; reason?: string | undefined; id?: string | undefined }>;

/** Sends an order in like any other event, and says what became of it. */
export function giveOrder(
  fieldsOf: (session: Session) => Promise<Fields>,
  { by, reason = '', id }: Given,
  terminal: Terminal,
): Promise<number> {
  return withSession('services', async (session) => {
    const { ports } = session;
    const now = await ports.clock.now();
    const orderId = id ?? `cli-${now.slice(0, 19).replace(/\D/g, '')}-${randomBytes(3).toString('hex')}`;
    const event = {
      type: 'order.v1',
      occurredAt: now,
      data: { orderId, actor: 'cli', speaksFor: by ?? null, reason, ...(await fieldsOf(session)) },
    };
    const receipt = await ports.receiving.receiveBytes(Buffer.from(`${JSON.stringify(event)}\n`), {
      door: 'cli',
      name: 'fengsui orders',
      actor: `cli:${process.env['USER'] ?? 'local'}`,
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

const OUTCOMES: Readonly<Record<string, { zh: string; en: string }>> = {
  done: { zh: '已执行', en: 'done' },
  rejected: { zh: '未执行', en: 'not carried out' },
  waiting: { zh: '等待', en: 'waiting' },
  recorded: { zh: '已记录', en: 'recorded' },
};

async function outcomeOf(ports: Ports, event: string): Promise<{ outcome: string; reason: string }> {
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
