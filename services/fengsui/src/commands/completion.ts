import { wordOf, type CommandOf } from '../command.js';
import { EXIT, Misuse } from '../terminal.js';

const SHELLS = ['bash', 'zsh', 'fish'];

/** Completion of the command's names for a shell, to be sourced by it. @param names of all commands */
export const completionCommand = (names: readonly string[]): CommandOf => ({
  name: 'completion',
  about: { zh: '命令行补全脚本', en: 'completion for a shell' },
  example: 'completion bash > /etc/bash_completion.d/fengsui',
  words: [{ name: '<shell>', about: { zh: SHELLS.join(' '), en: SHELLS.join(' ') } }],
  run: (typed) => {
    const shell = wordOf(typed, 0);
    if (!SHELLS.includes(shell)) throw new Misuse(`${shell}: ${SHELLS.join(' ')}`);
    process.stdout.write(scriptFor(shell, names));
    return Promise.resolve(EXIT.done);
  },
});

function scriptFor(shell: string, names: readonly string[]): string {
  const first = [...new Set(names.map((name) => name.split(' ')[0] ?? ''))].sort();
  const verbs = first.map(
    (noun) =>
      [noun, names.filter((name) => name.startsWith(`${noun} `)).map((name) => name.slice(noun.length + 1))] as const,
  );
  const withVerbs = verbs.filter(([, list]) => list.length > 0);
  if (shell === 'fish')
    return [
      ...first.map((noun) => `complete -c fengsui -n __fish_use_subcommand -f -a ${noun}`),
      ...withVerbs.flatMap(([noun, list]) =>
        list.map((verb) => `complete -c fengsui -n '__fish_seen_subcommand_from ${noun}' -f -a ${verb}`),
      ),
      '',
    ].join('\n');
  const cases = withVerbs.map(
    ([noun, list]) => `    ${noun}) COMPREPLY=($(compgen -W '${list.join(' ')}' -- "$cur"));;`,
  );
  const bash = [
    '_fengsui() {',
    '  local cur="${COMP_WORDS[COMP_CWORD]}"',
    `  if [ "$COMP_CWORD" = 1 ]; then COMPREPLY=($(compgen -W '${first.join(' ')}' -- "$cur")); return; fi`,
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    '    *) COMPREPLY=($(compgen -f -- "$cur"));;',
    '  esac',
    '}',
    'complete -F _fengsui fengsui',
    '',
  ].join('\n');
  return shell === 'zsh' ? `autoload -U +X bashcompinit && bashcompinit\n${bash}` : bash;
}
