import { Command, Option } from 'commander';
import type { CommandOf, OptionOf, Typed } from './command.js';
import { COMMANDS } from './commands/index.js';
import { Terminal, type Language } from './terminal.js';

/** Every command takes these, wherever they stand. */
const COMMON: readonly OptionOf[] = [
  { flags: '--json', about: { zh: '以 JSON 输出', en: 'print one JSON document' } },
  { flags: '--wide', about: { zh: '表格不随终端收窄', en: 'tables as wide as they are' } },
  { flags: '--lang <lang>', about: { zh: '语言', en: 'language' }, choices: ['zh', 'en'] },
];
const GROUPS: Readonly<Record<string, Readonly<{ zh: string; en: string }>>> = {
  orders: { zh: '下达和登记指令', en: 'give orders and report' },
  parked: { zh: '被搁置的消息', en: 'messages that were put aside' },
  keys: { zh: '报送单位的密钥', en: 'keys of feeders' },
  positions: { zh: '消费者的位置', en: 'positions of consumers' },
  warnings: { zh: '预警', en: 'warnings' },
  people: { zh: '人员与角色', en: 'people and roles' },
  tokens: { zh: '令牌', en: 'tokens' },
  delegations: { zh: '委托', en: 'who speaks for whom' },
  audit: { zh: '审计链', en: 'the audit chain' },
};
const ABOUT = {
  zh: '烽燧：城市应急管理的预警、响应、叫应和统计',
  en: 'Fengsui: early warning, response, calls and figures for a city’s emergency management',
};

/** @param run is handed the work of the command that was typed */
export function programOf(language: Language, version: string, run: (work: () => Promise<number>) => void): Command {
  const program = new Command('fengsui')
    .exitOverride()
    .showHelpAfterError()
    .description(ABOUT[language])
    .version(version);
  for (const option of COMMON) program.addOption(optionOf(option, language));
  for (const command of COMMANDS) {
    add(program, command.name, command, language, run);
    for (const name of command.formerly ?? []) add(program, name, { ...command, hidden: true }, language, run);
  }
  return program;
}

type Added = CommandOf & Readonly<{ hidden?: boolean }>;

function add(
  program: Command,
  name: string,
  command: Added,
  language: Language,
  run: (work: () => Promise<number>) => void,
): void {
  const [last = '', ...nouns] = name.split(' ').reverse();
  const parent = nouns.reverse().reduce((at, noun) => groupOf(at, noun, language), program);
  const known = parent.commands.find((one) => one.name() === last);
  const made = (known ?? parent.command(last, { hidden: command.hidden === true }))
    .exitOverride()
    .description(command.about[language])
    .addHelpText('after', `\n${{ zh: '例', en: 'Example' }[language]}:\n  fengsui ${command.example}`);
  for (const { name: word, about } of command.words ?? []) made.argument(word, about?.[language]);
  for (const option of [...(command.options ?? []), ...COMMON]) made.addOption(optionOf(option, language));
  made.action((...given: unknown[]) => {
    const typed: Typed = { words: given.slice(0, command.words?.length ?? 0), options: made.optsWithGlobals() };
    const terminal = new Terminal(language, typed.options['json'] === true, typed.options['wide'] === true);
    run(() => command.run(typed, terminal));
  });
}

function groupOf(parent: Command, noun: string, language: Language): Command {
  const known = parent.commands.find((one) => one.name() === noun);
  if (known !== undefined) return known;
  return parent
    .command(noun)
    .exitOverride()
    .description(GROUPS[noun]?.[language] ?? '');
}

function optionOf({ flags, about, required = false, choices, preset }: OptionOf, language: Language): Option {
  const option = new Option(flags, about[language]);
  if (choices !== undefined) option.choices([...choices]);
  if (preset !== undefined) option.default(preset);
  return required ? option.makeOptionMandatory() : option;
}
