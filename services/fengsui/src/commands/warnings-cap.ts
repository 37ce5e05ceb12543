import type { WeatherWarningV1 } from '@fengsui/contracts';
import { writeFileSync } from 'node:fs';
import { cap12Document, capSigners, signedBy } from '@fengsui/intake';
import { textOf, wordOf, type CommandOf } from '../command.js';
import { withSession } from '../session.js';
import { EXIT, Misuse, type Terminal } from '../terminal.js';

export const WARNINGS_CAP_COMMAND: CommandOf = {
  name: 'warnings cap',
  formerly: ['cap'],
  about: {
    zh: '把一条预警写成 CAP 1.2，有签名证书时加签',
    en: 'write a warning as CAP 1.2, signed where there is a certificate to sign with',
  },
  example: 'warnings cap warning/SENDER/IDENTIFIER/SENT',
  words: [{ name: '<event>', about: { zh: '事件编号', en: 'id of the event' } }],
  options: [
    {
      flags: '--out <file>',
      about: { zh: '写入文件，签名在其旁', en: 'into a file, with its detached signatures beside it' },
    },
  ],
  run: (typed, terminal) => cap(wordOf(typed, 0), textOf(typed, 'out'), terminal),
};

/** A warning as CAP 1.2, whatever the form it came in. */
function cap(eventId: string, file: string | undefined, terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports, settings }) => {
    const event = await ports.intake.event(eventId);
    if (event === null || event.type !== 'weather-warning.v1')
      throw new Misuse(`没有这条预警 / there is no such warning: ${eventId}`);
    const signers = capSigners(settings);
    const { document: xml, beside } = signedBy(cap12Document((event as WeatherWarningV1).data), signers);
    if (file !== undefined)
      for (const [ending, bytes] of [['', xml] as const, ...Object.entries(beside)])
        writeFileSync(`${file}${ending}`, bytes, { flag: 'wx' });
    const signatures = Object.fromEntries(
      Object.entries(beside).map(([ending, bytes]) => [ending.slice(1), bytes.toString('base64')]),
    );
    terminal.result({ event: eventId, cap: xml, signedBy: signers.map(({ name }) => name), signatures }, () =>
      file === undefined
        ? xml.trimEnd()
        : `${file}${Object.keys(beside)
            .map((ending) => ` ${file}${ending}`)
            .join('')}`,
    );
    return EXIT.done;
  });
}
