import { addMinutes } from '@fengsui/contracts';
import type { UnitOfWork } from '@fengsui/log';
import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { WriteMessages } from '../delivery/write-messages.js';
import { DeliveryRow, type CallRow } from '../tables/tables.js';

/** A notice that comes later than this tells nobody anything. */
const WORTH_MINUTES = 120;

/**
 * What everybody is told who was told of a call: that somebody has answered, that it needs nobody any more. Once, and
 * on the channel that reached them; nothing is wanted of them.
 */
@Injectable()
export class Notices {
  constructor(private readonly messages: WriteMessages) {}

  /**
   * @param calls about one thing, the oldest first: whoever was told of several is told once, of the last of them
   * @param except whoever knows it, because they did it
   * @param only nobody but them
   */
  async tell(
    calls: readonly CallRow[],
    kind: 'answered' | 'over' | 'handed-over',
    words: string,
    { except = null, only = null }: Readonly<{ except?: string | null; only?: string | null }>,
    { tx, now }: Pick<UnitOfWork, 'tx' | 'now'>,
  ): Promise<void> {
    const told = await tx.getRepository(DeliveryRow).find({
      where: {
        call: In(calls.map(({ id }) => id)),
        subject: IsNull(),
        state: In(['attempt', 'accepted', 'delivered', 'shown']),
      },
      order: { key: 'asc' },
    });
    const turn = new Map(calls.map((call, index) => [call.id, index]));
    const inTurn = [...told].sort((a, b) => (turn.get(a.call) ?? 0) - (turn.get(b.call) ?? 0));
    const ways = new Map(inTurn.map((one) => [`${one.person}/${one.channel}/${one.contact}`, one]));
    const rows = [...ways].flatMap(([way, { person, channel, contact, note, call }]) => {
      const about = calls.find(({ id }) => id === call);
      if (person === except || (only !== null && person !== only) || about === undefined) return [];
      const { subject, text, stepsCalled, urgent } = about;
      const row = {
        // A call may be over by itself, and later once more with the others about the same thing.
        key: `${call}/${stepsCalled}/${kind}${calls.length > 1 ? `-of-${calls.length}` : ''}/${way}`,
        call,
        step: stepsCalled,
        person,
        channel,
        contact,
        note,
        state: 'queued' as const,
        createdAt: now,
        code: null,
        codeEndsAt: addMinutes(now, WORTH_MINUTES),
        subject: `【${words}】${subject}`.slice(0, 200),
        text: `${words}，您无须应答。\n原通知：${text.split('\n')[0] ?? ''}`,
      };
      return [{ row, urgent }];
    });
    await this.messages.write(rows, tx, now);
  }
}
