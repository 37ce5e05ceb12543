/**
 * One thing that `fengsui doctor` looks at, in the words of whoever owns it. `advice` says what to do when it is not
 * as it should be.
 */
export type Check = Readonly<{
  name: string;
  ok: boolean;
  found: string;
  expected: string;
  advice: Readonly<{ zh: string; en: string }>;
}>;
