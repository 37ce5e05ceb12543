import { createHash, randomBytes } from 'node:crypto';
import { wordOf, type CommandOf } from '../command.js';
import { EXIT, type Terminal } from '../terminal.js';

export const KEYS_NEW_COMMAND: CommandOf = {
  name: 'keys new',
  formerly: ['new-key'],
  about: { zh: '为报送单位生成密钥', en: 'make a key for a feeder' },
  example: 'keys new yingde-water',
  words: [{ name: '<name>', about: { zh: '报送单位', en: 'name of the feeder' } }],
  run: (typed, terminal) => Promise.resolve(newKey(wordOf(typed, 0), terminal)),
};

/** A new key for a feeder: the key goes to whoever feeds, its hash into the plan. Neither is kept here. */
function newKey(name: string, terminal: Terminal): number {
  const key = randomBytes(32).toString('base64url');
  const keySha256 = createHash('sha256').update(key).digest('hex');
  terminal.result({ name, key, keySha256 }, () =>
    terminal.pick({
      zh: `密钥（交给报送单位，只显示这一次）：${key}\n写入预案 senders.yaml 的 feeders：\n  - { name: ${name}, keySha256: ${keySha256}, contracts: [reading.v1] }`,
      en: `key (for the feeder, shown only now): ${key}\nfor feeders in senders.yaml of the plan:\n  - { name: ${name}, keySha256: ${keySha256}, contracts: [reading.v1] }`,
    }),
  );
  return EXIT.done;
}
