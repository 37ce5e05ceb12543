import { movePosition } from '@fengsui/log';
import type { CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, Misuse, type Terminal } from '../terminal.js';

export const POSITIONS_MOVE_COMMAND: CommandOf = {
  name: 'positions move',
  formerly: ['reposition'],
  about: { zh: '移动消费者在 Kafka 分区中的位置', en: 'put a consumer elsewhere in a Kafka partition' },
  example: 'positions move response observed.readings 2 0',
  words: [{ name: '<consumer>' }, { name: '<topic>' }, { name: '<partition>' }, { name: '<offset>' }],
  run: ({ words }, terminal) => move(words as readonly string[], terminal),
};

/**
 * Puts a consumer's place in a Kafka partition elsewhere: after the topic was made anew, or retention passed it. A
 * person's decision.
 */
function move(
  [consumer = '', topic = '', partition = '', to = '']: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const [number, offset] = [Number(partition), Number(to)];
  if (!Number.isInteger(number) || number < 0 || !Number.isInteger(offset) || offset < 0)
    throw new Misuse(`${partition} ${to}: 0, 1, 2 …`);
  return withSession('ports', async ({ ports: { db } }) => {
    const from = await movePosition(db, consumer, `kafka/${topic}`, number, offset);
    if (from === null) throw new Misuse(`没有这个位置 / there is no such position: ${consumer} ${topic}/${partition}`);
    terminal.result(
      { consumer, topic, partition: number, from, to: offset },
      () => `${consumer} ${topic}/${partition}: ${from} → ${offset}`,
    );
    return EXIT.done;
  });
}
