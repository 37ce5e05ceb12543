import type { CommandOf } from '../command.js';
import type { ClockOutput } from '../shapes.js';
import { withSession } from '../session.js';
import { EXIT, when, type Terminal } from '../terminal.js';

export const CLOCK_COMMAND: CommandOf = {
  name: 'clock',
  about: { zh: '系统时间', en: 'the system’s time' },
  example: 'clock',
  run: (_, terminal) => clock(terminal),
};

function clock(terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports }) => {
    const output: ClockOutput = {
      now: await ports.clock.now(),
      virtual: await ports.clock.isVirtual(),
      idle: await ports.log.idle(),
    };
    terminal.result(
      output,
      () =>
        `${when(output.now)} ${terminal.pick(output.virtual ? { zh: '虚拟时间', en: 'virtual time' } : { zh: '北京时间', en: 'wall time, Asia/Shanghai' })}`,
    );
    return EXIT.done;
  });
}
