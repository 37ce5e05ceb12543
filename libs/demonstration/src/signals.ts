import { addMinutes, type Colour, type UtcInstant } from '@fengsui/contracts';
import { MARK, type Delivery } from './delivery.js';

const SENDER = '44180041600000';
const CHINESE: Record<Colour, string> = { white: '白色', blue: '蓝色', yellow: '黄色', orange: '橙色', red: '红色' };
const SEVERITY: Record<Colour, string> = {
  white: 'Unknown',
  blue: 'Minor',
  yellow: 'Moderate',
  orange: 'Severe',
  red: 'Extreme',
};
/** Counties by name. */
export const NAMES: Readonly<Record<string, string>> = {
  '441802': '清城区',
  '441803': '清新区',
  '441821': '佛冈县',
  '441823': '阳山县',
  '441826': '连南瑶族自治县',
  '441881': '英德市',
  '441882': '连州市',
};

/** A weather warning signal of the script. */
export type Signal = Readonly<{
  at: UtcInstant;
  counties: readonly string[];
  colour: Colour;
  hours: number;
  updates?: Signal;
  cancels?: Signal;
}>;

/** Signals as the weather bureau sends them. */
export const signals = (list: readonly Signal[]): Delivery[] =>
  list.map((signal) => ({ at: signal.at, name: 'warning.cap.xml', text: cap(signal) }));

const sent = (at: UtcInstant): string => new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 19) + '+08:00';
const identifier = ({ at, counties }: Signal): string =>
  `${SENDER}_${sent(at).replace(/\D/g, '').slice(0, 14)}_${counties.length % 10}`;
const reference = (signal: Signal): string => `${SENDER},${identifier(signal)},${sent(signal.at)}`;

/** A warning signal as CAP 1.2. */
function cap(signal: Signal): string {
  const { at, counties, colour, hours, updates, cancels } = signal;
  const areas = counties
    .map(
      (code) =>
        `    <area>\n      <areaDesc>清远市${NAMES[code]}</areaDesc>\n      <geocode><valueName>GB/T 2260</valueName><value>${code}000000</value></geocode>\n    </area>`,
    )
    .join('\n');
  const verb = cancels !== undefined ? '解除' : updates !== undefined ? '升级为' : '发布';
  const references = updates ?? cancels;
  const expires = cancels === undefined ? addMinutes(at, hours * 60) : addMinutes(at, 60);
  return `<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>${identifier(signal)}</identifier>
  <sender>${SENDER}</sender>
  <sent>${sent(at)}</sent>
  <status>Actual</status>
  <msgType>${cancels !== undefined ? 'Cancel' : updates !== undefined ? 'Update' : 'Alert'}</msgType>
  <scope>Public</scope>
  <note>${MARK}</note>
${references === undefined ? '' : `  <references>${reference(references)}</references>\n`}  <info>
    <language>zh-CN</language>
    <category>Met</category>
    <event>暴雨</event>
    <urgency>${cancels === undefined ? 'Expected' : 'Past'}</urgency>
    <severity>${SEVERITY[colour]}</severity>
    <certainty>Likely</certainty>
    <eventCode><valueName>GB/T 35561</valueName><value>11B03</value></eventCode>
    <effective>${sent(at)}</effective>
    <expires>${sent(expires)}</expires>
    <senderName>${MARK}清远市气象台</senderName>
    <headline>${MARK}清远市气象台${verb}暴雨${CHINESE[colour]}预警信号</headline>
    <description>${MARK}预计未来数小时${counties.map((code) => NAMES[code]).join('、')}有强降水。</description>
    <instruction>注意防范山洪、滑坡和城乡积涝。</instruction>
    <parameter><valueName>signalColour</valueName><value>${CHINESE[colour]}</value></parameter>
${areas}
  </info>
</alert>
`;
}
