import type { WeatherWarningV1 } from '@fengsui/contracts';
import { cap12Document } from '@fengsui/intake';
import { wordOf, type CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, Misuse, type Terminal } from '../terminal.js';

export const WARNINGS_CAP_COMMAND: CommandOf = {
  name: 'warnings cap',
  formerly: ['cap'],
  about: { zh: '把一条预警写成 CAP 1.2', en: 'write a warning as CAP 1.2' },
  example: 'warnings cap warning/SENDER/IDENTIFIER/SENT',
  words: [{ name: '<event>', about: { zh: '事件编号', en: 'id of the event' } }],
  run: (typed, terminal) => cap(wordOf(typed, 0), terminal),
};

/** A warning as CAP 1.2, whatever the form it came in. */
function cap(eventId: string, terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports }) => {
    const event = await ports.intake.event(eventId);
    if (event === null || event.type !== 'weather-warning.v1')
      throw new Misuse(`没有这条预警 / there is no such warning: ${eventId}`);
    const xml = cap12Document((event as WeatherWarningV1).data);
    terminal.result({ event: eventId, cap: xml }, () => xml.trimEnd());
    return EXIT.done;
  });
}
