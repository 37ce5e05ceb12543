import { hash, verify } from '@node-rs/argon2';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

/** Memory in KiB, passes, lanes: what OWASP names for argon2id. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const LEAST = 12;
const MOST = 128;

/** @returns an argon2id hash with its salt and cost in it */
export const hashPassword = (password: string): Promise<string> => hash(password.normalize('NFC'), COST);

/**
 * Whether it is the password. Without a hash it takes as long: who asks cannot tell a name that there is from one
 * that there is not.
 */
export async function isPassword(password: string, hashed: string | null): Promise<boolean> {
  // A longer one is never set; cut to length, what follows would not count.
  const right = await verify(hashed ?? (await nobodys()), password.slice(0, MOST).normalize('NFC'));
  return hashed !== null && right && password.length <= MOST;
}

let none: Promise<string> | null = null;
const nobodys = (): Promise<string> => (none ??= hashPassword('nobody has this password'));

/** Words that whoever guesses here tries first; the longest first, because one may hold another. */
const OUR_WORDS = ['zhibanyuan', 'emergency', 'xiangying', 'yingjiju', 'qingyuan', 'fengsui', 'yingji', 'zhiban'];
/** Characters that must be left without those words. */
const LEAST_OF_ITS_OWN = 8;
/** Of 0 to 4: 3 withstands ten billion guesses at a stolen table of slow hashes. */
const LEAST_SCORE = 3;
/** Made when the first password is chosen: its dictionaries take some megabytes. */
let estimator: ZxcvbnFactory | null = null;

/**
 * Why a password will not do, or null. Length counts, and how soon it would be guessed: it is held against the
 * passwords that most people have, keyboard rows, dates, the name of its owner and words of this place.
 */
export function weakness(password: string, person: string): string | null {
  if ([...password].length < LEAST) return `密码至少${LEAST}位 / at least ${LEAST} characters`;
  if (password.length > MOST) return `密码至多${MOST}位 / at most ${MOST} characters`;
  if (new Set(password).size < 5) return '密码过于简单 / too few different characters';
  const rest = [person, ...OUR_WORDS].reduce((left, word) => left.replaceAll(word, ''), password.toLowerCase());
  if (rest.length < LEAST_OF_ITS_OWN) return '密码多由本单位常用词组成 / it is made of words that are tried here first';
  estimator ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
  if (estimator.check(password, [person, ...OUR_WORDS]).score < LEAST_SCORE)
    return '密码过于常见，容易被猜中 / it would soon be guessed';
  return password.toLowerCase().includes(person) ? '密码不得包含用户名 / it must not contain the name' : null;
}
