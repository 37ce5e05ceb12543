import { COLOURS, colourRank, type Colour } from './levels.js';
import type { WeatherWarningV1 } from './weather-warning.js';

/** One signal of a message: what is weighed. A message may carry several, each with its own kind, colour and places. */
export type WarningSignal = WeatherWarningV1['data']['signals'][number];
type Said = Pick<WeatherWarningV1['data'], 'infos'> & Partial<Pick<WeatherWarningV1['data'], 'eventCode' | 'colour'>>;
type Info = Said['infos'][number];

/** Kind and colour that words such as `暴雨红色预警信号` name, where they name one. */
export type SignalNamed = (words: string) => Readonly<{ eventCode: string | null; colour: Colour | null }>;
const UNREAD: SignalNamed = () => ({ eventCode: null, colour: null });

/**
 * The signals of a message, one a kind, colour, place, onset and expiry: each info by itself (CAP 1.2, 3.2.2: event,
 * area and times are those of their info). What is said in two languages is one signal. An info that says that it is
 * over gives none.
 * @param signalNamed reads the words of an info that has no code for what it says; a stored event is read without
 */
export function signalsOf(message: Said, signalNamed: SignalNamed = UNREAD): WarningSignal[] {
  const alone = message.infos.flatMap((info, index) => (isOver(info) ? [] : [signalOf(info, index, signalNamed)]));
  const coded = alone.some(({ eventCode }) => eventCode !== null);
  const coloured = alone.some(({ colour }) => colour !== null);
  const signals: WarningSignal[] = [];
  for (const signal of alone) {
    // A form that gives code and colour once for all, as contract JSON may, means every info.
    const eventCode = coded ? signal.eventCode : (message.eventCode ?? null);
    const colour = coloured ? (signal.colour ?? colourOfSibling(signal, message, alone)) : (message.colour ?? null);
    const whole = { ...signal, eventCode, colour };
    const same = signals.find((one) => sameness(one) === sameness(whole));
    if (same === undefined) signals.push(whole);
    else same.infos.push(...whole.infos);
  }
  return signals;
}

/** The gravest of some signals, the first of equals; for lists that show one. */
export const gravestOf = (signals: readonly WarningSignal[]): WarningSignal | null =>
  signals.reduce<WarningSignal | null>(
    (gravest, signal) => (gravest === null || rankOf(signal) > rankOf(gravest) ? signal : gravest),
    null,
  );
const rankOf = ({ colour, eventCode }: WarningSignal): number =>
  2 * (colour === null ? -1 : colourRank(colour)) + (eventCode === null ? 0 : 1);

const isOver = ({ responseTypes, urgency }: Info): boolean => responseTypes.includes('AllClear') || urgency === 'Past';

function signalOf(info: Info, index: number, signalNamed: SignalNamed): WarningSignal {
  const said = signalNamed(`${info.event} ${info.headline ?? ''}`);
  return {
    event: info.event,
    eventCode: codeIn(info) ?? said.eventCode,
    colour: colourIn(info) ?? said.colour,
    ...placeOf(info),
    infos: [index],
    onsetAt: info.onsetAt,
    expiresAt: info.expiresAt,
  };
}

/** In another language the colour may be left to the code systems of the first. */
function colourOfSibling(signal: WarningSignal, { infos }: Said, alone: readonly WarningSignal[]): Colour | null {
  const languageOf = ({ infos: [first = 0] }: WarningSignal): string => infos[first]?.language ?? '';
  const sibling = alone.find(
    (other) =>
      other.colour !== null &&
      other.eventCode === signal.eventCode &&
      languageOf(other) !== languageOf(signal) &&
      other.divisions.join() === signal.divisions.join(),
  );
  return sibling?.colour ?? null;
}

const sameness = ({
  eventCode,
  event,
  colour,
  divisions,
  placedBy,
  onsetAt,
  expiresAt,
  infos,
}: WarningSignal): string =>
  JSON.stringify([
    eventCode ?? event,
    colour,
    divisions,
    placedBy,
    onsetAt,
    expiresAt,
    placedBy === 'outline' ? infos[0] : 0,
  ]);

/** The national code (GB/T 35561) in an eventCode or parameter, whatever its issuer calls the code system. */
const codeIn = ({ eventCodes, parameters }: Info): string | null =>
  [...eventCodes, ...parameters].find(({ value }) => NATIONAL_CODE.test(value))?.value ?? null;
const NATIONAL_CODE = /^1[1-4][A-Z]\d{2}$/;

/** Names under which Chinese issuers carry the colour of a signal. A severity is never turned into a colour. */
const COLOUR_PARAMETERS = new Set(['signalColour', 'signalColor', 'ColorCode', 'warningColor', '预警颜色', '信号颜色']);
/** The highest where an issuer gives two. */
const colourIn = ({ parameters }: Info): Colour | null =>
  parameters
    .filter(({ valueName }) => COLOUR_PARAMETERS.has(valueName))
    .flatMap(({ value }) => colourNamed(value) ?? [])
    .sort((a, b) => colourRank(b) - colourRank(a))[0] ?? null;

const WRITTEN_COLOURS: Readonly<Record<string, Colour>> = {
  白: 'white',
  蓝: 'blue',
  黄: 'yellow',
  橙: 'orange',
  红: 'red',
};
/** The colour that a word such as 橙色 or `Orange` names. */
export const colourNamed = (word: string): Colour | null =>
  WRITTEN_COLOURS[word.trim().slice(0, 1)] ?? COLOURS.find((colour) => colour === word.trim().toLowerCase()) ?? null;

/** By code, else by outline; `nowhere` where neither says anything. */
function placeOf({ areas }: Info): Pick<WarningSignal, 'divisions' | 'placedBy'> {
  const codes = divisionsIn(areas);
  if (codes.length > 0) return { divisions: codes, placedBy: 'code' };
  const drawn = areas.some(({ polygons, circles }) => circles.length > 0 || polygons.some(({ length }) => length > 0));
  return { divisions: [], placedBy: drawn ? 'outline' : 'nowhere' };
}

type Areas = readonly Readonly<{ geocodes: readonly Readonly<{ value: string }>[] }>[];
/** Divisions that areas name by GB/T 2260, of a county (6 digits), township (9) or village (12). */
export const divisionsIn = (areas: Areas): string[] =>
  distinct(
    areas
      .flatMap(({ geocodes }) => geocodes)
      .flatMap(({ value }) => value.split(/[,，\s]+/))
      .filter((code) => /^\d{6}(\d{3}(\d{3})?)?$/.test(code)),
  );

const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort();
