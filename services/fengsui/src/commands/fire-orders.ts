import { fromShanghai, VERDICTS, type UtcInstant, type Verdict } from '@fengsui/contracts';
import { textOf, textsOf, wordOf, type Typed } from '../command.js';
import { Misuse, type Said } from '../terminal.js';
import type { OrderOfCommand } from './duty-orders.js';
import { known } from './give-order.js';

const FIRE: Said = { zh: '没有这个火情', en: 'there is no such fire' };
const numberOf = (typed: Typed, name: string): number | undefined => {
  const text = textOf(typed, name);
  return text === undefined ? undefined : Number(text);
};

/** What was not said is not in the order. */
const said = <K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [name]: value } as Record<K, V>);

/** @throws Misuse for what is no time in Beijing */
function atOf(typed: Typed): UtcInstant | undefined {
  const text = textOf(typed, 'at');
  if (text === undefined) return undefined;
  try {
    return fromShanghai(text.trim().replace(' ', 'T'));
  } catch {
    throw new Misuse(`--at ${text}: 2026-10-01 18:30`);
  }
}

/** Orders about fires: what was found, that it is out, that two are one, that one is two. */
export const FIRE_ORDERS: readonly OrderOfCommand[] = [
  {
    kind: 'verdict',
    about: { zh: '反馈火情核查结论', en: 'judge a fire' },
    example: 'verdict FIRE farm-burn --by chen',
    words: [{ name: '<fire>' }, { name: '<verdict>', about: { zh: VERDICTS.join(' '), en: VERDICTS.join(' ') } }],
    options: [
      { flags: '--deaths <n>', about: { zh: '死亡', en: 'deaths' }, preset: '0' },
      { flags: '--serious <n>', about: { zh: '重伤', en: 'seriously injured' } },
      { flags: '--injured <n>', about: { zh: '轻伤', en: 'otherwise injured' } },
      { flags: '--hectares <n>', about: { zh: '过火面积（公顷）', en: 'burned, hectares' } },
      { flags: '--damaged <n>', about: { zh: '受害森林面积（公顷）', en: 'damaged forest, hectares' } },
      { flags: '--permit <id>', about: { zh: '用火许可编号', en: 'permit for the burn' } },
      { flags: '--photo <name>', about: { zh: '现场照片', en: 'picture' } },
    ],
    fields: async (typed, { ports }) => {
      const number = (name: string) => numberOf(typed, name);
      return {
        kind: 'verdict',
        fireId: await known(wordOf(typed, 0), (id) => ports.wildfire.hasFire(id), FIRE),
        verdict: wordOf(typed, 1) as Verdict,
        deaths: number('deaths') ?? 0,
        burnedAreaHa: number('hectares') ?? null,
        ...said('seriousInjuries', number('serious')),
        ...said('injuries', number('injured')),
        ...said('damagedAreaHa', number('damaged')),
        ...said('permit', textOf(typed, 'permit')),
        ...said('photo', textOf(typed, 'photo')),
      };
    },
  },
  {
    kind: 'extinguish',
    about: { zh: '登记明火扑灭', en: 'the open flame is out' },
    example: 'extinguish FIRE --at "2026-10-01 18:30" --by chen',
    words: [{ name: '<fire>' }],
    options: [
      {
        flags: '--at <time>',
        about: { zh: '扑灭时间（北京时间），不写为现在', en: 'when, Beijing time; now without it' },
      },
    ],
    fields: async (typed, { ports }) => ({
      kind: 'extinguish',
      fireId: await known(wordOf(typed, 0), (id) => ports.wildfire.hasFire(id), FIRE),
      ...said('at', atOf(typed)),
    }),
  },
  {
    kind: 'join-fires',
    about: { zh: '两起火情并为一起', en: 'two fires are one' },
    example: 'join-fires FIRE OTHER --reason …',
    words: [{ name: '<fire>' }, { name: '<other>' }],
    fields: async (typed, { ports }) => ({
      kind: 'join-fires',
      fireId: await known(wordOf(typed, 0), (id) => ports.wildfire.hasFire(id), FIRE),
      joined: await known(wordOf(typed, 1), (id) => ports.wildfire.hasFire(id), FIRE),
    }),
  },
  {
    kind: 'part-fire',
    about: { zh: '一起火情分为两起，或撤销上一次归并', en: 'one fire is two, or the last merge is undone' },
    example: 'part-fire FIRE --sign hotspot/… --reason …',
    words: [{ name: '<fire>' }],
    options: [
      {
        flags: '--sign <events...>',
        about: {
          zh: '属于另一起的热点、报警；不写为撤销上一次归并',
          en: 'signs of the other fire; without it the last merge is undone',
        },
      },
    ],
    fields: async (typed, { ports }) => ({
      kind: 'part-fire',
      fireId: await known(wordOf(typed, 0), (id) => ports.wildfire.hasFire(id), FIRE),
      signs: [...textsOf(typed, 'sign')],
    }),
  },
];
