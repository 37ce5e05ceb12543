import { hash, verify } from '@node-rs/argon2';

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
  const right = await verify(hashed ?? (await nobodys()), password.slice(0, MOST).normalize('NFC'));
  return hashed !== null && right;
}

let none: Promise<string> | null = null;
const nobodys = (): Promise<string> => (none ??= hashPassword('nobody has this password'));

/** Why a password will not do, or null. Length is what counts; names and rows of one letter are guessed first. */
export function weakness(password: string, person: string): string | null {
  if ([...password].length < LEAST) return `密码至少${LEAST}位 / at least ${LEAST} characters`;
  if (password.length > MOST) return `密码至多${MOST}位 / at most ${MOST} characters`;
  if (new Set(password).size < 5) return '密码过于简单 / too few different characters';
  return password.toLowerCase().includes(person) ? '密码不得包含用户名 / it must not contain the name' : null;
}
