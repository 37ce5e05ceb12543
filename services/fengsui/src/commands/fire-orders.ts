import {
  fromShanghai,
  PERMITTED,
  THREATENED,
  VERDICTS,
  type Threatened,
  type UtcInstant,
  type Verdict,
} from '@fengsui/contracts';
import { flagOf, textOf, textsOf, wordOf, type Typed } from '../command.js';
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
function timeOf(typed: Typed, name: string): UtcInstant | undefined {
  const text = textOf(typed, name);
  if (text === undefined) return undefined;
  try {
    return fromShanghai(text.trim().replace(' ', 'T'));
  } catch {
    throw new Misuse(`--${name} ${text}: 2026-10-01 18:30`);
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
      {
        flags: '--threatens <what...>',
        about: { zh: '威胁：居民点或重要设施、自然保护区、原始林区', en: 'what it threatens' },
        choices: [...THREATENED],
      },
      { flags: '--support', about: { zh: '请求支援', en: 'support is asked for' } },
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
        ...(textsOf(typed, 'threatens').length === 0
          ? {}
          : { threatens: [...textsOf(typed, 'threatens')] as Threatened[] }),
        ...(flagOf(typed, 'support') ? { asksSupport: true } : {}),
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
      ...said('at', timeOf(typed, 'at')),
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
  {
    kind: 'learn-heat-mask',
    about: { zh: '学习热源底图并回放（不生效）', en: 'learn places of standing heat, and replay; silences nothing' },
    example: 'learn-heat-mask --reason …',
    words: [],
    fields: () => Promise.resolve({ kind: 'learn-heat-mask' as const }),
  },
  {
    kind: 'apply-heat-mask',
    about: { zh: '启用某版热源底图（0 为停用）', en: 'a version of the mask is in force; 0: none' },
    example: 'apply-heat-mask 3 --accept 441881-20201202-01 --reason …',
    words: [{ name: '<version>' }],
    options: [
      {
        flags: '--accept <fires...>',
        about: {
          zh: '回放中会被掩去的已确认火情，逐一列明',
          en: 'each confirmed fire that its replay would have lost',
        },
      },
    ],
    fields: (typed) => {
      const version = Number(wordOf(typed, 0));
      if (!Number.isInteger(version) || version < 0) throw new Misuse('apply-heat-mask 3');
      return Promise.resolve({ kind: 'apply-heat-mask' as const, version, accepted: [...textsOf(typed, 'accept')] });
    },
  },
  {
    kind: 'permit-burn',
    about: { zh: '登记用火许可（炼山、计划烧除）', en: 'somebody may burn at a place and time' },
    example:
      'permit-burn 英林火许〔2026〕12号 --at 24.29,113.68 --within 1 --from "2026-12-01 08:00" --until "2026-12-01 18:00"',
    words: [{ name: '<permit>' }],
    options: [
      {
        flags: '--purpose <what>',
        about: { zh: '炼山、计划烧除', en: 'what for' },
        choices: [...PERMITTED],
        preset: 'site-clearing',
      },
      {
        flags: '--at <place>',
        about: { zh: '北纬,东经（度，WGS-84）', en: 'latitude,longitude, WGS-84' },
        required: true,
      },
      { flags: '--within <km>', about: { zh: '范围，公里', en: 'kilometres around it' }, preset: '1' },
      { flags: '--place <words>', about: { zh: '地点', en: 'where, in words' }, preset: '' },
      { flags: '--from <time>', about: { zh: '自（北京时间）', en: 'from, Beijing time' }, required: true },
      { flags: '--until <time>', about: { zh: '至', en: 'until' }, required: true },
    ],
    fields: (typed) => {
      const [latitude = NaN, longitude = NaN] = (textOf(typed, 'at') ?? '').split(/[,，]/).map(Number);
      if (Number.isNaN(latitude) || Number.isNaN(longitude)) throw new Misuse('--at 24.29,113.68');
      return Promise.resolve({
        kind: 'permit-burn' as const,
        permit: wordOf(typed, 0),
        purpose: textOf(typed, 'purpose') as (typeof PERMITTED)[number],
        place: textOf(typed, 'place') ?? '',
        latitude,
        longitude,
        radiusKm: Number(textOf(typed, 'within')),
        fromAt: timeOf(typed, 'from') as UtcInstant,
        untilAt: timeOf(typed, 'until') as UtcInstant,
      });
    },
  },
];
