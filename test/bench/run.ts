import * as os from 'node:os';
import { benchAudit } from './audit.js';
import { benchKafka, benchKafkaPairs } from './kafka.js';
import { benchDuty } from './duty.js';
import { benchFacts } from './facts.js';
import { benchHotspots } from './hotspots.js';
import { benchIntake } from './intake.js';
import { benchLimits } from './limits.js';
import { benchLog } from './log.js';
import { benchReporting } from './reporting.js';
import { benchSources } from './sources.js';
import { benchSql } from './sql.js';
import { benchTransfer } from './transfer.js';

/**
 * `npm run bench [-- log facts sql intake limits sources audit transfer duty reporting hotspots kafka --only readings,latency]`: prints what this
 * machine does. Numbers in the documents come from here.
 */
type Say = (row: string) => void;
const BENCHES: Readonly<Record<string, (say: Say, only: readonly string[]) => Promise<void>>> = {
  log: async (say) => (await benchLog()).forEach(say),
  facts: async (say) => (await benchFacts()).forEach(say),
  sql: async (say) => (await benchSql()).forEach(say),
  intake: async (say) => (await benchIntake()).forEach(say),
  kafka: benchKafka,
  limits: benchLimits,
  sources: benchSources,
  transfer: benchTransfer,
  duty: benchDuty,
  reporting: benchReporting,
  hotspots: benchHotspots,
  audit: async (say) => (await benchAudit()).forEach(say),
};

const words = process.argv.slice(2);
/** `kafka --against FOLDER --pairs 20 --only incidents`: see `npm run bench:pairs`. */
const against = words.indexOf('--against');
if (against !== -1) {
  const value = (name: string): string => words[words.indexOf(name) + 1] ?? '';
  const kinds = words.includes('--only') ? value('--only').split(',') : [];
  await benchKafkaPairs(
    (row) => void process.stdout.write(`${row}\n`),
    kinds,
    value('--against'),
    Number(value('--pairs')),
  );
  process.exit(0);
}
const at = words.indexOf('--only');
const only = at === -1 ? [] : (words[at + 1] ?? '').split(',');
const wanted = at === -1 ? words : words.slice(0, at);
for (const name of wanted.filter((one) => BENCHES[one] === undefined)) {
  process.stderr.write(`there is no bench ${name}: ${Object.keys(BENCHES).join(', ')}\n`);
  process.exit(2);
}
process.stdout.write(
  `${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown'}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node.js ${process.versions.node}, ${os.platform()} ${os.release()}\n`,
);
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  await bench((row) => void process.stdout.write(`${row}\n`), only);
}
