import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { EmbeddedServerError } from '@fengsui/database';
import { masked, secretsOf, SettingsError } from '@fengsui/settings';
import { CommanderError } from 'commander';
import { advice } from './advice.js';
import { languageOf } from './language.js';
import { programOf } from './program.js';
import { EXIT, Misuse } from './terminal.js';

const PACKAGE = new URL('../package.json', import.meta.url);

/** Runs one command line. @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  let outcome: Promise<number> = Promise.resolve(EXIT.done);
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };
  const program = programOf(languageOf(argv, process.env), version, (work) => {
    outcome = Promise.resolve().then(work);
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return await outcome;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.misuse;
    if (error instanceof Misuse || error instanceof SettingsError) return complain(error.message, EXIT.misuse);
    if (error instanceof EmbeddedServerError) return complain(error.message, EXIT.trouble);
    const text = process.env['LOG_LEVEL'] === 'debug' ? (error as Error)?.stack : (error as Error)?.message;
    return complain(`${text ?? String(error)}${advice(error)}`, EXIT.trouble);
  }
}

function complain(message: string, code: number): number {
  process.stderr.write(`${masked(message, secretsOf(process.env))}\n`);
  return code;
}
