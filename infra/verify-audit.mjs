/**
 * Checks an exported audit chain (`fengsui audit export FILE`) without any code of the product: Node.js alone.
 *   node infra/verify-audit.mjs FILE
 * A record is a JSON object a line. Its hash is the SHA-256 of a JSON array of its fields in the order below; the
 * first stands on 64 zeros, each other on the hash of the one before; numbers count up by one from 1.
 * Exit 0: whole. 1: broken, with the number of the first record that does not fit. 2: the file cannot be read.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

const FIELDS = ['seq', 'at', 'actor', 'right', 'origin', 'act', 'about', 'before', 'after', 'reason', 'previous'];

let [records, previous] = [0, '0'.repeat(64)];
try {
  for await (const line of createInterface({ input: createReadStream(process.argv[2] ?? '') })) {
    const record = JSON.parse(line);
    const hash = createHash('sha256')
      .update(JSON.stringify(FIELDS.map((name) => record[name])))
      .digest('hex');
    if (record.seq !== records + 1 || record.previous !== previous || record.hash !== hash) {
      process.stdout.write(`broken at record ${records + 1}\n`);
      process.exit(1);
    }
    records += 1;
    previous = hash;
  }
  process.stdout.write(`whole: ${records} records, the last hash is ${previous}\n`);
} catch (error) {
  process.stdout.write(`${error.message}\n`);
  process.exit(2);
}
