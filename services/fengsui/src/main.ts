import 'reflect-metadata';
import { parseLevel, VERDICTS, type Verdict } from '@fengsui/contracts';
import { EmbeddedServerError } from '@fengsui/database';
import { SettingsError } from '@fengsui/settings';
import { Command, CommanderError, Option } from 'commander';
import { writeDemonstration } from './commands/demo.js';
import { doctor } from './commands/doctor.js';
import { feed } from './commands/feed.js';
import { lag, reposition, topics } from './commands/carrying.js';
import { cap, conflicts, formats, newKey, sources } from './commands/intake.js';
import { figures, report, trace } from './commands/figures.js';
import { giveOrder, proposalMeant, type Given } from './commands/orders.js';
import { parked } from './commands/parked.js';
import { openConsole, up, type UpOptions } from './commands/up.js';
import { calls, clock, levels, tasks, wildfires } from './commands/views.js';
import { EXIT, Misuse, Terminal, type Language, type Said } from './terminal.js';

/** Runs one command line. @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  const language = languageOf(argv);
  let outcome: Promise<number> = Promise.resolve(EXIT.done);
  const program = programOf(language, (work) => void (outcome = Promise.resolve().then(work)));
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return await outcome;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.misuse;
    if (error instanceof Misuse || error instanceof SettingsError) return complain(error.message, EXIT.misuse);
    if (error instanceof EmbeddedServerError) return complain(error.message, EXIT.trouble);
    return complain(
      process.env['LOG_LEVEL'] === 'debug' ? String((error as Error)?.stack ?? error) : String((error as Error)?.message ?? error),
      EXIT.trouble,
    );
  }
}

function complain(message: string, code: number): number {
  process.stderr.write(`${message}\n`);
  return code;
}

/** Known before anything is parsed, because help is in it too. */
function languageOf(argv: readonly string[]): Language {
  const at = argv.findIndex((word) => word === '--lang' || word.startsWith('--lang='));
  const given = at === -1 ? undefined : (argv[at]?.split('=')[1] ?? argv[at + 1]);
  return given === 'en' ? 'en' : 'zh';
}

type Run = (work: () => Promise<number>) => void;

function programOf(language: Language, run: Run): Command {
  const t = (zh: string, en: string): string => ({ zh, en })[language];
  const program = new Command('fengsui')
    .exitOverride()
    .showHelpAfterError()
    .description(
      t(
        '烽燧：城市应急管理的预警、响应、叫应和统计',
        'Fengsui: early warning, response, calls and figures for a city’s emergency management',
      ),
    );
  program
    .addOption(new Option('--json', t('以 JSON 输出', 'print one JSON document')))
    .addOption(new Option('--lang <lang>', t('语言', 'language')).choices(['zh', 'en']));
  const terminalOf = (command: Command): Terminal => new Terminal(language, command.optsWithGlobals()['json'] === true);
  /** Every command takes both, wherever they stand. */
  const add = (parent: Command, name: string, about: Said, example: string): Command =>
    parent
      .command(name)
      .exitOverride()
      .description(about[language])
      .addOption(new Option('--json', t('以 JSON 输出', 'print one JSON document')))
      .addOption(new Option('--lang <lang>', t('语言', 'language')).choices(['zh', 'en']))
      .addHelpText('after', `\n${t('例', 'Example')}:\n  ${example}`);

  add(
    program,
    'up',
    { zh: '启动数据库和全部服务；首次启动播放演示', en: 'bring up the database and all services; play the demonstration the first time' },
    'fengsui up --once',
  )
    .option('--once', t('播放演示、写出总结后退出', 'play the demonstration, write the summary, exit'))
    .option('--empty', t('不装演示数据', 'without demonstration data'))
    .option('--processes', t('每个服务一个进程', 'one process a service'))
    .option('--fresh', t('先清空本机全部数据', 'remove all data of this installation first'))
    .action((options: UpOptions, command: Command) => run(() => up(options, terminalOf(command))));

  add(
    program,
    'console',
    {
      zh: '只开值守页、接入口和查询接口（服务在别处运行）',
      en: 'the duty page, the doors and the query API alone (the services run elsewhere)',
    },
    'fengsui console',
  ).action((_: unknown, command: Command) => run(() => openConsole(terminalOf(command))));

  add(
    program,
    'demo',
    { zh: '播放演示（同 up --once），或写成文件', en: 'play the demonstration (as up --once), or write it as files' },
    'fengsui demo --write /tmp/demo',
  )
    .option('--write <dir>', t('写成可喂入的文件', 'write it as files that feed takes'))
    .action((options: { write?: string }, command: Command) =>
      run(() =>
        options.write === undefined ? up({ once: true }, terminalOf(command)) : writeDemonstration(options.write, terminalOf(command)),
      ),
    );

  add(program, 'feed', { zh: '喂入文件、目录或标准输入', en: 'feed files, folders or standard input' }, 'fengsui feed examples/')
    .argument('<paths...>', t('文件、目录，或 - 表示标准输入', 'files, folders, or - for standard input'))
    .option('--as <format>', t('指定格式', 'take it as this format'))
    .option('--dry-run', t('只检查，不入库', 'check only, keep nothing'))
    .action((paths: string[], options: { as?: string; dryRun?: boolean }, command: Command) =>
      run(() => feed(paths, options, terminalOf(command))),
    );

  add(program, 'formats', { zh: '可接收的格式', en: 'formats that are read' }, 'fengsui formats').action((_: unknown, command: Command) =>
    run(() => formats(terminalOf(command))),
  );
  add(
    program,
    'conflicts',
    { zh: '同一标识而内容不同的报文', en: 'messages with one identity and different content' },
    'fengsui conflicts',
  ).action((_: unknown, command: Command) => run(() => conflicts(terminalOf(command))));
  add(program, 'sources', { zh: '定时抓取的数据源及其状态', en: 'polled sources and their state' }, 'fengsui sources').action(
    (_: unknown, command: Command) => run(() => sources(terminalOf(command))),
  );
  add(program, 'cap', { zh: '把一条预警写成 CAP 1.2', en: 'write a warning as CAP 1.2' }, 'fengsui cap warning/SENDER/IDENTIFIER/SENT')
    .argument('<event>', t('事件编号', 'id of the event'))
    .action((id: string, _: unknown, command: Command) => run(() => cap(id, terminalOf(command))));
  add(program, 'new-key', { zh: '为报送单位生成密钥', en: 'make a key for a feeder' }, 'fengsui new-key yingde-water')
    .argument('<name>', t('报送单位', 'name of the feeder'))
    .action((name: string, _: unknown, command: Command) => run(() => Promise.resolve(newKey(name, terminalOf(command)))));

  add(
    program,
    'levels',
    { zh: '应急响应等级与待签发建议', en: 'response levels and open proposals' },
    'fengsui levels --at 2020-06-07T03:00:00+08:00',
  )
    .option('--at <instant>', t('某一时刻', 'at an instant'))
    .action((options: { at?: string }, command: Command) => run(() => levels(options.at, terminalOf(command))));
  for (const [name, about, view] of [
    ['tasks', { zh: '人员转移任务', en: 'transfer tasks' }, tasks],
    ['wildfires', { zh: '待核查和已核查的火情', en: 'fires to verify and judged' }, wildfires],
    ['calls', { zh: '叫应记录', en: 'calls and answers' }, calls],
  ] as const)
    add(program, name, about, `fengsui ${name} --open`)
      .option('--open', t('只列未结的', 'only what is open'))
      .action((options: { open?: boolean }, command: Command) => run(() => view(options.open === true, terminalOf(command))));

  addOrders(
    add(program, 'orders', { zh: '下达和登记指令', en: 'give orders and report' }, 'fengsui orders confirm --by liang'),
    add,
    terminalOf,
    run,
    t,
  );

  add(program, 'figures', { zh: '年度指标', en: 'figures of a year' }, 'fengsui figures --year 2020')
    .requiredOption('--year <year>', t('年份', 'year'))
    .option('--as-of <instant>', t('按当时所知', 'as known then'))
    .action((options: { year: string; asOf?: string }, command: Command) =>
      run(() => figures(options.year, options.asOf, terminalOf(command))),
    );
  add(
    program,
    'trace',
    { zh: '一个数字背后的事实、事件和原始报文', en: 'the facts, events and original bytes behind a figure' },
    'fengsui trace fires.count --year 2020 --bytes --json',
  )
    .argument('<figure>', t('指标编号', 'id of the figure'))
    .requiredOption('--year <year>', t('年份', 'year'))
    .option('--as-of <instant>', t('按当时所知', 'as known then'))
    .option('--bytes', t('附原始报文', 'with the original bytes'))
    .action((id: string, options: { year: string; asOf?: string; bytes?: boolean }, command: Command) =>
      run(() => trace(id, options.year, options.asOf, options.bytes === true, terminalOf(command))),
    );
  add(
    program,
    'report',
    { zh: '写出年度工作总结(.docx)', en: 'write the annual work summary (.docx)' },
    'fengsui report --year 2020 -o summary.docx',
  )
    .requiredOption('--year <year>', t('年份', 'year'))
    .requiredOption('-o, --output <file>', t('文件', 'file'))
    .option('--as-of <instant>', t('按当时所知', 'as known then'))
    .action((options: { year: string; output: string; asOf?: string }, command: Command) =>
      run(() => report(options.year, options.asOf, options.output, terminalOf(command))),
    );

  const park = add(program, 'parked', { zh: '被搁置的消息', en: 'messages that were put aside' }, 'fengsui parked list');
  add(park, 'list', { zh: '列出', en: 'list' }, 'fengsui parked list').action((_: unknown, command: Command) =>
    run(() => parked.list(terminalOf(command))),
  );
  add(park, 'show', { zh: '查看', en: 'show one' }, 'fengsui parked show 3')
    .argument('<id>')
    .action((id: string, _: unknown, command: Command) => run(() => parked.show(id, terminalOf(command))));
  add(park, 'retry', { zh: '重试', en: 'try again' }, 'fengsui parked retry 3')
    .argument('<id>')
    .action((id: string, _: unknown, command: Command) => run(() => parked.retry(id, terminalOf(command))));
  add(park, 'drop', { zh: '放弃', en: 'drop' }, 'fengsui parked drop 3 --reason …')
    .argument('<id>')
    .requiredOption('--reason <text>', t('理由', 'reason'))
    .action((id: string, options: { reason: string }, command: Command) => run(() => parked.drop(id, options.reason, terminalOf(command))));

  add(program, 'lag', { zh: '各消费者的积压', en: 'how far every consumer is behind' }, 'fengsui lag').action(
    (_: unknown, command: Command) => run(() => lag(terminalOf(command))),
  );
  add(
    program,
    'topics',
    { zh: '全部主题及其在 Kafka 中的情况', en: 'every topic, and what the broker has of it' },
    'fengsui topics',
  ).action((_: unknown, command: Command) => run(() => topics(terminalOf(command))));
  add(
    program,
    'reposition',
    { zh: '移动消费者在 Kafka 分区中的位置', en: 'put a consumer elsewhere in a Kafka partition' },
    'fengsui reposition response observed.readings 2 0',
  )
    .argument('<consumer>')
    .argument('<topic>')
    .argument('<partition>')
    .argument('<offset>')
    .action((consumer: string, topic: string, partition: string, offset: string, _: unknown, command: Command) =>
      run(() => reposition(consumer, topic, partition, offset, terminalOf(command))),
    );
  add(program, 'clock', { zh: '系统时间', en: 'the system’s time' }, 'fengsui clock').action((_: unknown, command: Command) =>
    run(() => clock(terminalOf(command))),
  );
  add(program, 'doctor', { zh: '检查本机安装', en: 'check this installation' }, 'fengsui doctor').action((_: unknown, command: Command) =>
    run(() => doctor(terminalOf(command))),
  );
  return program;
}

function addOrders(
  orders: Command,
  add: (parent: Command, name: string, about: Said, example: string) => Command,
  terminalOf: (command: Command) => Terminal,
  run: Run,
  t: (zh: string, en: string) => string,
): void {
  const kind = (name: string, about: Said, example: string): Command =>
    add(orders, name, about, `fengsui orders ${example}`)
      .option('--by <person>', t('代表谁', 'on whose behalf'))
      .option('--reason <text>', t('理由', 'reason'))
      .option('--id <order>', t('指令编号', 'number of the order'));
  const counties = (list: string[] | undefined): string[] => list ?? [];
  const level = (text: string): 'IV' | 'III' | 'II' | 'I' => {
    const read = parseLevel(text);
    if (read === null || read === 'none') throw new Misuse(`${text}: Ⅳ Ⅲ Ⅱ Ⅰ (IV III II I)`);
    return read;
  };
  const authority = (command: Command): Command =>
    command.option('--authority <code>', t('机构区划代码', 'GB/T 2260 code of the authority'), '441800');

  kind('confirm', { zh: '签发待签发的建议', en: 'confirm the open proposal' }, 'confirm 441800-flood-2020-P01 --by liang')
    .argument('[proposal]')
    .option('--county <codes...>', t('范围', 'counties'))
    .action((proposal: string | undefined, options: Given & { county?: string[] }, command: Command) =>
      run(() =>
        giveOrder(
          async (ports) => ({ kind: 'confirm', ...(await proposalMeant(ports, proposal)), counties: counties(options.county) }),
          options,
          terminalOf(command),
        ),
      ),
    );
  kind('refuse', { zh: '驳回建议', en: 'refuse the open proposal' }, 'refuse --by liang --reason …')
    .argument('[proposal]')
    .action((proposal: string | undefined, options: Given, command: Command) =>
      run(() =>
        giveOrder(
          async (ports) => {
            const { level: _, ...meant } = await proposalMeant(ports, proposal);
            return { kind: 'refuse', ...meant };
          },
          options,
          terminalOf(command),
        ),
      ),
    );
  authority(kind('raise', { zh: '启动或提升响应', en: 'start or raise the response' }, 'raise Ⅳ --by liang --reason …'))
    .argument('<level>')
    .option('--county <codes...>', t('范围', 'counties'))
    .action((to: string, options: Given & { authority: string; county?: string[] }, command: Command) =>
      run(() =>
        giveOrder(
          () =>
            Promise.resolve({
              kind: 'raise',
              authority: options.authority,
              hazard: 'flood',
              level: level(to),
              counties: counties(options.county),
            }),
          options,
          terminalOf(command),
        ),
      ),
    );
  authority(kind('lower', { zh: '调低响应', en: 'lower the response' }, 'lower Ⅳ --by liang --reason …'))
    .argument('<level>')
    .action((to: string, options: Given & { authority: string }, command: Command) =>
      run(() =>
        giveOrder(
          () => Promise.resolve({ kind: 'lower', authority: options.authority, hazard: 'flood', level: level(to) }),
          options,
          terminalOf(command),
        ),
      ),
    );
  authority(kind('end', { zh: '结束响应', en: 'end the response' }, 'end --by liang --reason …')).action(
    (options: Given & { authority: string }, command: Command) =>
      run(() =>
        giveOrder(() => Promise.resolve({ kind: 'end', authority: options.authority, hazard: 'flood' }), options, terminalOf(command)),
      ),
  );
  kind('answer', { zh: '应答呼叫', en: 'answer a call' }, 'answer proposal/441800-flood-2020-P01 --person chen')
    .argument('<call>')
    .requiredOption('--person <person>', t('应答人', 'who answers'))
    .action((callId: string, options: Given & { person: string }, command: Command) =>
      run(() =>
        giveOrder(
          () => Promise.resolve({ kind: 'answer', callId, person: options.person }),
          { by: options.person, ...options },
          terminalOf(command),
        ),
      ),
    );
  kind(
    'progress',
    { zh: '登记转移进展', en: 'report progress of a transfer task' },
    'progress TASK --moved p001 p002 --evidence head-count',
  )
    .argument('<task>')
    .option('--moved <persons...>', t('已转移人员', 'persons moved'))
    .option('--absent <n>', t('不在', 'not there'), '0')
    .option('--refusing <n>', t('拒转', 'refusing'), '0')
    .addOption(new Option('--evidence <kind>', t('凭据', 'evidence')).choices(['head-count', 'photo', 'signature', 'none']).default('none'))
    .action(
      (
        taskId: string,
        options: Given & { moved?: string[]; absent: string; refusing: string; evidence: 'head-count' | 'photo' | 'signature' | 'none' },
        command: Command,
      ) =>
        run(() =>
          giveOrder(
            () =>
              Promise.resolve({
                kind: 'progress',
                taskId,
                moved: options.moved ?? [],
                absent: Number(options.absent),
                refusing: Number(options.refusing),
                evidence: options.evidence,
              }),
            options,
            terminalOf(command),
          ),
        ),
    );
  kind('verdict', { zh: '反馈火情核查结论', en: 'judge a fire' }, 'verdict FIRE farm-burn --by chen')
    .argument('<fire>')
    .argument('<verdict>', VERDICTS.join(' '))
    .option('--deaths <n>', t('死亡', 'deaths'), '0')
    .option('--hectares <n>', t('受害森林面积（公顷）', 'damaged forest, hectares'))
    .action((fireId: string, verdict: string, options: Given & { deaths: string; hectares?: string }, command: Command) =>
      run(() =>
        giveOrder(
          () =>
            Promise.resolve({
              kind: 'verdict',
              fireId,
              verdict: verdict as Verdict,
              deaths: Number(options.deaths),
              burnedAreaHa: options.hectares === undefined ? null : Number(options.hectares),
            }),
          options,
          terminalOf(command),
        ),
      ),
    );
  kind('correct', { zh: '撤销误录的事件', en: 'withdraw an event recorded in error' }, 'correct record/permit/123 --reason …')
    .argument('<event>')
    .action((eventId: string, options: Given, command: Command) =>
      run(() => giveOrder(() => Promise.resolve({ kind: 'correct', eventId }), options, terminalOf(command))),
    );
}
