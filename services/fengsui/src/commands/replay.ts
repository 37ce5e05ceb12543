import { readFileSync, statSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { LEVEL_IN_CHINESE, type DomainEvent, type ObservedEvent, type UtcInstant } from '@fengsui/contracts';
import { readSettings } from '@fengsui/settings';
import { flagOf, textOf, type CommandOf, type Typed } from '../command.js';
import { settingsOfInstallation } from '../installation.js';
import { readPlans, type Plans } from '../one-process.js';
import { after, compare } from '../replay/compare.js';
import { eventsIn } from '../replay/events-in.js';
import { concernsLevels, playSeason, saidIn, storedSeason, type Season } from '../replay/season.js';
import { withSession } from '../session.js';
import { EXIT, Misuse, when, type Terminal } from '../terminal.js';
import { zonedOf } from './period.js';

/** A season once more, under this plan or another: what is called for now, beside what was proposed and ordered. */
export const REPLAY_COMMAND: CommandOf = {
  name: 'replay',
  about: {
    zh: '重演一段时间的依据和指令',
    en: 'play evidence and orders of any time again, under this plan or another',
  },
  example: 'replay --stored --plan plans/draft --from 2020-06-01T00:00+08:00 --to 2020-07-01T00:00+08:00',
  words: [{ name: '[data...]', about: { zh: '资料文件或目录', en: 'files, or folders of them' } }],
  options: [
    { flags: '--stored', about: { zh: '本系统已收到的', en: 'what this installation has taken in' } },
    { flags: '--plan <folder>', about: { zh: '另一预案目录', en: 'another plan' } },
    { flags: '--from <instant>', about: { zh: '自', en: 'from' } },
    { flags: '--to <instant>', about: { zh: '至', en: 'to' } },
  ],
  run: async (typed, terminal) => {
    const [from, to] = [zonedOf(typed, 'from') ?? null, zonedOf(typed, 'to') ?? null];
    const files = (typed.words[0] ?? []) as readonly string[];
    if (flagOf(typed, 'stored') === files.length > 0) throw new Misuse('replay FILE… | replay --stored');
    return flagOf(typed, 'stored')
      ? stored(typed, { from, to }, terminal)
      : fromFiles(files, typed, { from, to }, terminal);
  },
};

type Span = Readonly<{ from: UtcInstant | null; to: UtcInstant | null }>;

/** What the installation has taken in, beside what it said and what people ordered at the time. */
function stored(typed: Typed, { from, to }: Span, terminal: Terminal): Promise<number> {
  return withSession('ports', async ({ ports, settings, plans }) => {
    if (settings.KAFKA_BROKERS !== undefined)
      throw new Misuse(
        '日志在 Kafka 中，请以文件重演 / the log is in Kafka, which forgets: replay from files (`fengsui inputs show`)',
      );
    const season = await storedSeason(ports.db, to ?? (await ports.clock.now()));
    return shown(season, { from, early: await saidIn(ports.db) }, plansOf(typed, plans), terminal);
  });
}

async function fromFiles(
  files: readonly string[],
  typed: Typed,
  { from, to }: Span,
  terminal: Terminal,
): Promise<number> {
  const settings = settingsOfInstallation();
  const plans = plansOf(typed, readPlans(settings.FENGSUI_PLAN));
  const events: ObservedEvent[] = [];
  for (const file of files.flatMap(filesIn)) {
    const read = await eventsIn(readFileSync(file), plans);
    events.push(...read.filter(concernsLevels).map(asKnown));
  }
  const known = events.filter(({ recordedAt }) => to === null || recordedAt <= to);
  const last = known
    .map(({ recordedAt }) => recordedAt)
    .sort()
    .at(-1);
  if (last === undefined) throw new Misuse('其中没有可研判的资料 / nothing in it may call for a level');
  return shown({ events: known, until: to ?? after(last) }, { from, early: null }, plans, terminal);
}

/** A folder stands for the files in it, by name. */
const filesIn = (file: string): readonly string[] =>
  statSync(file).isDirectory()
    ? readdirSync(file)
        .sort()
        .map((name) => path.join(file, name))
        .filter((one) => statSync(one).isFile())
    : [file];

/** What a file states was known when it happened; orders in it are given by whoever they name. */
function asKnown(event: ObservedEvent): ObservedEvent {
  const known = { ...event, recordedAt: event.occurredAt };
  return known.type === 'order.v1' ? { ...known, data: { right: 'demonstration', ...known.data } } : known;
}

const plansOf = (typed: Typed, own: Plans): Plans => {
  const folder = textOf(typed, 'plan');
  return folder === undefined ? own : readPlans(folder);
};

async function shown(
  season: Season,
  { from, early }: Readonly<{ from: UtcInstant | null; early: readonly DomainEvent[] | null }>,
  { response: plan }: Plans,
  terminal: Terminal,
): Promise<number> {
  const bar = terminal.progress({ zh: '重演', en: 'replaying' }, season.events.length);
  const now = await playSeason(season, plan, readSettings(process.env), (played) => bar.at(played));
  bar.end();
  // Everything is played, so that what was in force is right; what lies in the span is told.
  const told = (events: readonly DomainEvent[]): readonly DomainEvent[] =>
    events.filter(({ occurredAt }) => (from === null || occurredAt >= from) && occurredAt <= season.until);
  const found = compare(early === null ? null : told(early), told(now));
  const { names } = plan.flood;
  terminal.result(published(found), () =>
    [
      terminal.table(
        [
          { zh: '时间', en: 'at' },
          { zh: '机构', en: 'authority' },
          { zh: '响应', en: 'response' },
          { zh: '当时', en: 'then' },
          { zh: '现在', en: 'now' },
          { zh: '签发', en: 'by' },
          { zh: '理由', en: 'reason' },
        ],
        found.instants.map((one) => [
          when(one.at),
          names[one.authority] ?? one.authority,
          one.response,
          one.before === null ? null : LEVEL_IN_CHINESE[one.before],
          LEVEL_IN_CHINESE[one.now],
          one.by,
          one.reason,
        ]),
      ),
      terminal.pick({
        zh: `漏报${found.missed}，空报${found.false}，提前${found.leadMinutes ?? '—'}分钟；建议与当时逐字节相同${found.proposals.same}项，不同${found.proposals.other}项`,
        en: `${found.missed} missed, ${found.false} false, ${found.leadMinutes ?? '—'} minutes ahead; ${found.proposals.same} proposals byte for byte as they were, ${found.proposals.other} not`,
      }),
    ].join('\n'),
  );
  return EXIT.done;
}

/** As others read it: `then`, which no object of ours may have, for it would be taken for a promise. */
const published = ({ instants, ...rest }: ReturnType<typeof compare>): object => ({
  instants: instants.map((one) =>
    Object.fromEntries(Object.entries(one).map(([name, value]) => [name === 'before' ? 'then' : name, value])),
  ),
  ...rest,
});
