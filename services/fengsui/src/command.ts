import type { Said, Terminal } from './terminal.js';

/** An option of a command. `flags` as the option parser has them: `--year <year>`. */
export type OptionOf = Readonly<{
  flags: string;
  about: Said;
  required?: boolean;
  choices?: readonly string[];
  preset?: string;
}>;
/** A word of a command. `name` as the option parser has it: `<file>`, `[proposal]`, `<paths...>`. */
export type ArgumentOf = Readonly<{ name: string; about?: Said }>;
/** What was typed: the words in their order, the options by their long names in camel case. */
export type Typed = Readonly<{ words: readonly unknown[]; options: Readonly<Record<string, unknown>> }>;

/** A command of the operator, with everything that is known of it in one place. */
export type CommandOf = Readonly<{
  /** A noun, or a noun and a verb: `figures`, `parked list`. */
  name: string;
  /** Names of earlier releases, which still work. */
  formerly?: readonly string[];
  about: Said;
  /** Without the program's name. */
  example: string;
  words?: readonly ArgumentOf[];
  options?: readonly OptionOf[];
  /** @returns the exit code */
  run: (typed: Typed, terminal: Terminal) => Promise<number>;
}>;

/** The text of an option, or undefined. */
export const textOf = ({ options }: Typed, name: string): string | undefined => options[name] as string | undefined;
/** Whether an option was given that takes no value. */
export const flagOf = ({ options }: Typed, name: string): boolean => options[name] === true;
/** The texts of an option that may be given several. */
export const textsOf = ({ options }: Typed, name: string): readonly string[] =>
  (options[name] ?? []) as readonly string[];
/** A word by its place. */
export const wordOf = ({ words }: Typed, place: number): string => String(words[place] ?? '');
