import * as os from 'node:os';
import { benchIntake } from './intake.js';
import { benchLog } from './log.js';

/** `npm run bench [-- log intake]`: prints what this machine does. Numbers in the documents come from here. */
const BENCHES: Readonly<Record<string, () => Promise<string[]>>> = { log: benchLog, intake: benchIntake };

const wanted = process.argv.slice(2);
for (const name of wanted.filter((one) => BENCHES[one] === undefined)) {
  process.stderr.write(`there is no bench ${name}: ${Object.keys(BENCHES).join(', ')}\n`);
  process.exit(2);
}
process.stdout.write(
  `${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown'}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node.js ${process.versions.node}, ${os.platform()} ${os.release()}\n`,
);
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const row of await bench()) process.stdout.write(`${row}\n`);
}
