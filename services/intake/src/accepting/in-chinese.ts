import type { Refusal } from '@fengsui/contracts';

/** How words of readers and contracts are said in Chinese; `$1` is what the first group found. Tried in this order. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  // What was found.
  [/^the file ends in the middle of a row: its last field$/, '文件在最后一个字段中间断开，传输不完整'],
  [/^the file ends in the middle of a row: (\d+) fields$/, '文件在行中间断开（只有$1个字段），传输不完整'],
  [/^(\d+) fields$/, '有$1个字段'],
  [/^a quote that is left open, or stands within a field$/, '引号未闭合，或出现在字段中间'],
  [/^bytes that are no UTF-8$/, '不是 UTF-8 编码的字节'],
  [/^bytes do not fit the declared encoding$/, '字节与所声明的编码不符'],
  [/^no value in any column$/, '各列均无数值'],
  [/^(.+) is no (?:time|instant)$/, '$1 不是时间'],
  [/^(.+) is no number$/, '$1 不是数'],
  [/^(.+) is no quantity$/, '$1 不是测验项目'],
  [/^(.+) for (rain|stage|flow|reservoir-level|wind)$/, '$2 不能用 $1'],
  [/^(.+) cannot be fed here$/, '不能由此送入 $1'],
  [/^(.+) is no message of an issuer$/, '$1 不是发布单位的信息类型'],
  [/^(.+): neither the text nor its page names a year$/, '$1：正文和页面均未写年份'],
  [/^(.+): neither the text nor its page names a day$/, '$1：正文和页面均未写日期'],
  [/^(.+): the first number is no latitude$/, '$1：第一个数不是纬度'],
  [/^(.+), where the text says (.+)$/, '写的是 $1，正文为 $2'],
  [/^(\d+) signals in one message$/, '一条信息中有$1个信号'],
  [/^(\d+) positions$/, '有$1个位置'],
  [/^more than (\d+) bytes without a line end$/, '超过$1字节仍无换行'],
  [/^more than (\d+) bytes$/, '超过$1字节'],
  [/^more than (\d+) levels of nesting$/, '嵌套超过$1层'],
  [/^no JSON: (.*)$/, '不是 JSON：$1'],
  [/^an element in namespace (.+)$/, '元素所属命名空间为 $1'],
  [/^missing: (.+)$/, '缺少 $1'],
  [/^missing$/, '缺少'],
  [/^unknown field: (.+)$/, '未知字段 $1'],
  [/^no list$/, '不是列表'],
  [/^no position$/, '没有位置'],
  [/^not an object$/, '不是对象'],
  [/^not known$/, '未知'],
  [/^a position outside of a storm$/, '位置不属于任何风暴'],
  [/^its identity has more than (\d+) characters$/, '标识超过$1个字符'],
  [/^not read within (\d+) s$/, '$1秒内未能读完'],
  [/^(.+): must match pattern (.+)$/, '$1 的写法不符'],
  [/^(.+): must be equal to one of the allowed values$/, '$1 不在允许的取值内'],
  [/^(.+): must be (string|number|integer|boolean|object|array|null)$/, '$1 的类型不符'],
  [/^(.+): must be (>=|<=|>|<) (.+)$/, '$1 超出范围（须 $2 $3）'],
  [/^(.+): must not have (fewer|more) than (\d+) characters$/, '$1 的长度不符'],
  // What was expected.
  [/^every field of the contract, null where it is not known$/, '列全各字段，不知道的填 null'],
  [/^only fields of the contract$/, '只含约定的字段'],
  [/^(\d+) fields, as the header has$/, '与表头一致的$1个字段'],
  [/^a whole row with its line end$/, '带换行的完整一行'],
  [/^a decimal number; leave the row out when nothing was measured$/, '十进制数；没有测到就不写这一行'],
  [/^a decimal number$/, '十进制数'],
  [/^a whole number$/, '整数'],
  [/^ISO 8601 with date, time and zone(.*)$/, '带日期、时刻和时区的 ISO 8601$1'],
  [/^nothing: only rain has a window$/, '空：只有雨量有时段'],
  [/^at least one measurement$/, '至少一个测值'],
  [/^text in UTF-8$/, 'UTF-8 文本'],
  [/^RFC 4180$/, '符合 RFC 4180 的 CSV'],
  [/^one of (.+)$/, '以下之一：$1'],
  [/^text like (.+)$/, '形如 $1'],
  [/^shorter (lines|identifiers)$/, '更短'],
  [/^(?:a )?smaller (?:document|workbook|elements?)$/, '更小的内容'],
  [/^must be (>=|<=|>|<) (.+)$/, '$1 $2'],
  [/^must be string$/, '文本'],
  [/^must be number$/, '数'],
  [/^must be integer$/, '整数'],
  [/^at most (\d+) bytes in one document$/, '单个文件不超过$1字节'],
  [/^well-formed XML$/, '格式正确的 XML'],
  [/^one JSON value$/, '一个 JSON 值'],
  [/^one JSON object a line$/, '每行一个 JSON 对象'],
  [/^at least three different pairs lat,lon and the first again$/, '至少三个不同的“纬度,经度”，并回到第一个'],
  [/^a year$/, '年份'],
  [/^the field$/, '该字段'],
  [/^a text with its year, or the date of its page$/, '写明年份，或给出页面日期'],
  [/^a login: (.+), or (.+) of somebody who is logged in$/, '登录后下达：$1，或以登录身份 $2'],
  // Why nothing reads it.
  [/^empty$/, '空文件'],
  [/^an XML schema, no message$/, '是 XML 模式定义，不是信息'],
  [/^a web page, not data: the source answered with something else$/, '是网页，不是数据：对方返回了别的内容'],
  [/^XML with the root element (.+), which is no format that is read$/, '根元素为 $1 的 XML，不是可识别的格式'],
  [/^a zip archive: unpack it first$/, '是压缩包，请先解压'],
  [/^GeoJSON without alerts: outlines alone say nothing$/, '没有预警的 GeoJSON：只有轮廓说明不了什么'],
  [/^JSON in no form that is read$/, '不是可识别的 JSON'],
  [
    /^rows of numbers without a header line: the first line must name the columns$/,
    '只有数字而没有表头：第一行须写列名',
  ],
  [
    /^a table that no mapping knows \((.*)\); docs\/formats\.md says how to add a mapping$/,
    '没有映射认识的表（$1）；docs/formats.md 说明如何添加映射',
  ],
  [/^no format that is read: (.+)$/, '不是可识别的格式；可识别：$1'],
  [/^a workbook of more than (\d+) bytes$/, '工作簿超过$1字节'],
  // Notes.
  [/^CAP (1\.[01]), read in the words of 1\.2$/, 'CAP $1，按 1.2 读取'],
  [/^evidence only: (.+)$/, '只作参考，不据以建议响应：$1'],
  [/^(\d+) references are to what (.+) may not end$/, '$1 处引用指向 $2 无权结束的预警'],
];

const HAN = /\p{Script=Han}/u;

/** Words of readers and contracts in Chinese. What is said in both languages already gives its first part. */
export function wordsInChinese(text: string): string {
  const [first = '', ...rest] = text.split(/ ?\/ (?=[a-zA-Z])/);
  if (rest.length > 0 && HAN.test(first)) return first.trim();
  for (const [phrase, chinese] of PHRASES) if (phrase.test(text)) return text.replace(phrase, chinese);
  return text;
}

/** A place in an input, in Chinese: `line 3, unit` is 第3行 unit. */
const placeInChinese = (place: string): string =>
  place === ''
    ? '全部'
    : place
        .replace(/^sheet "([^"]*)", row (\d+)/, '工作表“$1”第$2行')
        .replace(/^line (\d+)/, '第$1行')
        .replace(/^element (\d+)/, '第$1个元素')
        .replace(/^document/, '整个文件')
        .replace(/, /g, ' ');

/** What whoever sent it does next. */
const nextStep = ({ place, reason }: Refusal): string =>
  reason.startsWith('the file ends in the middle of a row')
    ? '请重新传送完整文件，已收的不会重复'
    : place === 'document'
      ? '请核对格式（fengsui formats），改正后重新送达'
      : '改正此处后重新送达即可，已收的不会重复';

/** A refusal as one sentence: where, what was found, what was expected, what to do. */
export const inChinese = (refusal: Refusal): string =>
  `${placeInChinese(refusal.place)}：${wordsInChinese(refusal.reason)}；应为：${wordsInChinese(refusal.expected)}。${nextStep(refusal)}。`;

/** A note, in Chinese. */
export const noteInChinese = (place: string, note: string): string =>
  `${placeInChinese(place)}：${wordsInChinese(note)}`;
