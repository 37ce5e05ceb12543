import type { Language } from './terminal.js';

/**
 * Chinese, unless `--lang en` or the environment asks for English (`LC_ALL`, `LC_MESSAGES`, `LANG`: `en`,
 * `en_US.UTF-8`). Known before anything is parsed, because help is in it, too.
 */
export function languageOf(argv: readonly string[], environment: NodeJS.ProcessEnv): Language {
  const at = argv.findIndex((word) => word === '--lang' || word.startsWith('--lang='));
  const given = at === -1 ? undefined : (argv[at]?.split('=')[1] ?? argv[at + 1]);
  if (given !== undefined) return given === 'en' ? 'en' : 'zh';
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || '';
  return /^en([_.@-]|$)/.test(locale) ? 'en' : 'zh';
}
