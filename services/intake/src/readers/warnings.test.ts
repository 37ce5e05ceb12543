import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import * as path from 'node:path';
import type { ObservedEvent, WeatherWarningV1 } from '@fengsui/contracts';
import { sharedFile } from '@fengsui/testing';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { cap12Document } from './cap/cap12-document.js';
import type { Sender } from '../accepting/believing.js';
import type { Reader } from './reader.js';
import { readersOf } from './index.js';
import { readWhole } from '../accepting/reading-for-tests.js';

const folder = sharedFile('data', 'cap');
const real = folder === null ? it.skip : it;
const withoutData = '(left out where the real data are not at hand)';
const file = (...parts: string[]): Buffer => readFileSync(path.join(folder as string, ...parts));
const warningsIn = (events: readonly ObservedEvent[]): WeatherWarningV1[] =>
  events.filter((event): event is WeatherWarningV1 => event.type === 'weather-warning.v1');

type Row = Readonly<
  Record<'file' | 'root' | 'cap_version' | 'status' | 'msgType' | 'info/area/polygon/geocode' | 'sender', string>
>;
function indexRows(): Row[] {
  const [header = '', ...lines] = file('INDEX.tsv').toString().trim().split('\n');
  const names = header.split('\t');
  return lines.map(
    (line) => Object.fromEntries(line.split('\t').map((value, index) => [names[index], value])) as unknown as Row,
  );
}
const filesBelow = (below: string): string[] =>
  readdirSync(below).flatMap((name) =>
    statSync(path.join(below, name)).isDirectory() ? filesBelow(path.join(below, name)) : [path.join(below, name)],
  );

/** An independent judge of CAP 1.2: the schema of OASIS, in libxml2. */
function validator(): (xml: string | Buffer) => string | null {
  const schema = XmlDocument.fromBuffer(file('_schema', 'cap12.xsd'));
  const xsd = XsdValidator.fromDoc(schema);
  return (xml) => {
    const document = typeof xml === 'string' ? XmlDocument.fromString(xml) : XmlDocument.fromBuffer(xml);
    try {
      xsd.validate(document);
      return null;
    } catch (error) {
      return (error as Error).message;
    } finally {
      document.dispose();
    }
  };
}

const count = ({ infos }: WeatherWarningV1['data']): number[] => {
  const areas = infos.flatMap((info) => info.areas);
  return [
    infos.length,
    areas.length,
    areas.flatMap(({ polygons }) => polygons).length,
    areas.flatMap(({ geocodes }) => geocodes).length,
  ];
};

describe('real warnings', () => {
  real(`say what an independent index of the files says ${withoutData}`, async () => {
    const differences: string[] = [];
    for (const row of indexRows().filter(({ root }) => ['alert', 'feed', 'rss', 'EDXLDistribution'].includes(root))) {
      const { events, refusals } = await readWhole(file(row.file));
      const alerts = warningsIn(events);
      if (alerts.length === 0) {
        const expected = row['info/area/polygon/geocode'];
        if (refusals.length === 0 && row.sender !== '')
          differences.push(`${row.file}: neither accepted nor refused, ${expected}`);
        continue;
      }
      const sums = alerts
        .map(({ data }) => count(data))
        .reduce((sum, one) => sum.map((value, index) => value + (one[index] ?? 0)));
      if (sums.join('/') !== row['info/area/polygon/geocode'])
        differences.push(`${row.file}: ${sums.join('/')} for ${row['info/area/polygon/geocode']}`);
      if (alerts[0]?.data.status !== row.status || alerts[0]?.data.msgType !== row.msgType)
        differences.push(`${row.file}: ${alerts[0]?.data.status}`);
    }
    expect(differences).toEqual([]);
  });

  real(`are refused only where they are broken ${withoutData}`, async () => {
    const refused: Record<string, string> = {};
    for (const name of filesBelow(folder as string)) {
      const { refusals } = await readWhole(readFileSync(name));
      for (const { place, reason } of refusals)
        refused[`${path.basename(name)} ${place}`.slice(0, 90)] ??= reason.slice(0, 60);
    }
    expect(Object.keys(refused).map((key) => key.split(' ')[0])).toEqual([
      'no_optional_fields.cap', // an Alert without info
      'xee.cap', // a document type
      'guangdong_warnings.jsonl', // no year anywhere
      'guangdong_warnings.jsonl', // a list of what is in force
      'gdacs-cap_1023542.xml', // an outline that is none
    ]);
  });

  real(
    `of CAP 1.2 that are taken without a note are valid by the schema; what breaks its order has a note ${withoutData}`,
    async () => {
      const validate = validator();
      const [silent, noted] = [[] as string[], [] as string[]];
      for (const row of indexRows().filter(({ root, cap_version }) => root === 'alert' && cap_version === '1.2')) {
        const { events, notes } = await readWhole(file(row.file));
        if (events.length === 0) continue;
        const invalid = validate(file(row.file));
        const own = notes.filter(({ note }) => !note.startsWith('signed;'));
        if (own.length === 0 && invalid !== null) silent.push(`${row.file}: ${invalid}`);
        if (own.length > 0) noted.push(path.basename(row.file));
      }
      expect(silent).toEqual([]);
      expect(
        noted.some((name) => name.startsWith('mow.')) && noted.filter((name) => name.startsWith('noaa-')).length === 2,
      ).toBe(true);
    },
  );

  real(
    `come out again as CAP 1.2 that is valid, and reading that gives the same event ${withoutData}`,
    async () => {
      const validate = validator();
      const wrong: string[] = [];
      let written = 0;
      for (const name of filesBelow(folder as string))
        for (const { data } of warningsIn((await readWhole(readFileSync(name))).events)) {
          const xml = cap12Document(data);
          written += 1;
          const invalid = validate(xml);
          if (invalid !== null) wrong.push(`${name}: ${invalid}`);
          const [again] = warningsIn((await readWhole(xml)).events);
          if (JSON.stringify(again?.data) !== JSON.stringify(data))
            wrong.push(`${name} ${data.identifier}: another event`);
        }
      expect(wrong).toEqual([]);
      expect(written).toBe(1_000);
    },
    60_000,
  );

  real(`keep the bytes of each alert in a wrapper ${withoutData}`, async () => {
    const bytes = file('au_rfs_cfs_bom', 'bushfire_valid.edxlde');
    const { events } = await readWhole(bytes);
    expect(new Set(warningsIn(events).map(({ data }) => data.identifier)).size).toBe(7);
  });
});

describe('signatures', () => {
  const SENDER = 'info@meteo.gov.sc';
  const readers = (certificate: string): readonly Reader[] =>
    readersOf({ mappings: [], divisions: [], pinned: [{ sender: SENDER, certificates: [certificate] }] });
  const sender = (mustSign: boolean, certificate: string): readonly Sender[] => [
    {
      sender: SENDER,
      names: [],
      areas: ['44'],
      kinds: null,
      colours: null,
      mustSign,
      certificates: [{ pem: certificate, from: null, until: null }],
    },
  ];
  const certificateIn = (xml: string): string =>
    `-----BEGIN CERTIFICATE-----\n${(/<ds:X509Certificate>([^<]*)</.exec(xml)?.[1] ?? '').trim()}\n-----END CERTIFICATE-----`;
  const own = (): string => certificateIn(file('sc_meteo', 'valid.xml').toString());
  const foreign = (): string =>
    `-----BEGIN CERTIFICATE-----\n${(/<(?:\w+:)?X509Certificate>([^<]*)</.exec(file('us_ipaws', 'ipaws-5e6dd9de023f1930ef6548d9.xml').toString())?.[1] ?? '').trim()}\n-----END CERTIFICATE-----`;

  real.each([
    ['valid.xml', 1, null],
    ['invalid_signature.xml', 0, /signature is wrong/],
    ['invalid_digest.xml', 0, /signature is wrong/],
    ['no_signature.xml', 0, /unsigned/],
  ] as const)(`%s under the sender’s own pinned key ${withoutData}`, async (name, accepted, reason) => {
    const { events, refusals } = await readWhole(file('sc_meteo', name), readers(own()), sender(true, own()));
    expect(events).toHaveLength(accepted);
    if (reason !== null) expect(refusals[0]?.reason).toMatch(reason);
  });

  real(`by a key that is not pinned are refused, whatever certificate comes with them ${withoutData}`, async () => {
    const { refusals } = await readWhole(file('sc_meteo', 'valid.xml'), readers(foreign()), sender(true, foreign()));
    expect(refusals[0]?.reason).toMatch(/signature is wrong/);
  });

  real(
    `are not needed where the plan does not say so, and say that they were not checked where no key is pinned ${withoutData}`,
    async () => {
      expect(
        (await readWhole(file('sc_meteo', 'no_signature.xml'), readers(own()), sender(false, own()))).events,
      ).toHaveLength(1);
      expect((await readWhole(file('sc_meteo', 'valid.xml'))).notes.map(({ note }) => note)).toEqual([
        expect.stringContaining('not checked'),
        expect.stringContaining('no sender of the plan'),
      ]);
    },
  );

  real(`cover what is read: a second alert wrapped around the signed one is refused ${withoutData}`, async () => {
    const xml = file('sc_meteo', 'valid.xml').toString();
    const changed = xml.replace('<headline>', '<headline>FALSE ').replace('<cap:headline>', '<cap:headline>FALSE ');
    expect(changed).not.toBe(xml);
    expect((await readWhole(changed, readers(own()), sender(true, own()))).events).toEqual([]);
  });
});

describe('Chinese warnings', () => {
  real(`are read from published words: who, when, which signals over which places ${withoutData}`, async () => {
    const { events, refusals } = await readWhole(file('cn_warning_texts', 'guangdong_warnings.jsonl'));
    const said = warningsIn(events).map(({ data }) => [
      data.sender,
      data.sentAt,
      data.msgType,
      data.infos[0]?.event,
      data.colour,
      data.eventCode,
      data.infos[0]?.areas[0]?.areaDesc,
      data.infos[0]?.areas[0]?.geocodes[0]?.value,
    ]);
    expect(said.slice(0, 4)).toEqual([
      ['阳山县气象台', '2023-08-14T06:38:00.000Z', 'Alert', '暴雨', 'yellow', '11B03', '清远市阳山县秤架', '441823'],
      ['佛冈县气象台', '2023-03-28T16:26:00.000Z', 'Alert', '暴雨', 'yellow', '11B03', '清远市佛冈县', '441821'],
      ['封开县气象台', '2023-07-16T10:40:00.000Z', 'Alert', '雷雨大风', 'yellow', '11B20', '肇庆市封开县', '441225'],
      [
        '花都区气象台',
        '2025-10-05T02:11:00.000Z',
        'Alert',
        '雷雨大风',
        'orange',
        '11B20',
        '广州市花都区炭步镇',
        '440114',
      ],
    ]);
    expect(said).toHaveLength(10);
    expect(refusals.map(({ place }) => place)).toEqual(['line 3, issued', 'line 7, action']);
  });

  it('carry several signals of different colours for different towns', async () => {
    const { events } = await readWhole(
      '日期：2022-08-26\n预计未来2小时我市将出现雷雨,英德市气象台8月25日19时50分发布青塘镇暴雨橙色及桥头、东华、横石水镇暴雨黄色和全市雷雨大风黄色预警信号,请注意防御。\n',
    );
    expect(
      warningsIn(events).map(({ data }) => [
        data.infos[0]?.event,
        data.colour,
        data.infos[0]?.areas[0]?.areaDesc,
        data.sentAt,
      ]),
    ).toEqual([
      ['暴雨', 'orange', '英德市青塘镇', '2022-08-25T11:50:00.000Z'],
      ['暴雨', 'yellow', '英德市桥头、东华、横石水镇', '2022-08-25T11:50:00.000Z'],
      ['雷雨大风', 'yellow', '英德市', '2022-08-25T11:50:00.000Z'],
    ]);
    expect(warningsIn(events)[0]?.data.infos[0]?.areas[0]?.geocodes).toEqual([
      { valueName: 'GB/T 2260', value: '441881' },
    ]);
  });

  it.each([
    ['解除', '连州市气象台2024年5月1日08时00分解除暴雨橙色预警信号。', 'Cancel', 'orange'],
    ['升级', '连州市气象台2024年5月1日08时00分将暴雨黄色预警信号升级为橙色。', 'Update', 'orange'],
    ['降级', '连州市气象台2024年5月1日08时00分将暴雨橙色预警信号降级为黄色。', 'Update', 'yellow'],
    ['更新', '连州市气象台2024年5月1日08时00分更新暴雨黄色预警信号。', 'Update', 'yellow'],
    ['继续发布', '连州市气象台2024年5月1日08时00分继续发布暴雨黄色预警信号。', 'Update', 'yellow'],
  ])('%s changes or ends what the same bureau said of the same', async (_, text, msgType, colour) => {
    const [warning] = warningsIn((await readWhole(text)).events);
    expect(warning?.data).toMatchObject({
      msgType,
      colour,
      references: [{ sender: '连州市气象台', identifier: warning?.data.identifier, sentAt: null }],
    });
  });

  const many = (count: number): string =>
    `英德市气象台2020年6月6日8时00分发布${Array.from({ length: count }, (_, n) => `第${n}镇暴雨红色`).join('、')}预警信号。`;

  it('with one signal more than a message may carry are refused', async () => {
    expect((await readWhole(`${many(2)}\n${many(101)}`)).refusals).toMatchObject([
      { reason: '101 signals in one message' },
    ]);
  });

  it('with thousands of signals in one message are refused, and their neighbours are read', async () => {
    const { events, refusals } = await readWhole(`${many(2)}\n${many(20_000)}\n${many(100)}\n`);
    expect(events).toHaveLength(102);
    expect(refusals).toMatchObject([
      { place: 'line 2, signals', reason: '20000 signals in one message', expected: 'at most 100' },
    ]);
  });

  it('without a year are dated by their page, on 1 January by the year before, and refused without one', async () => {
    const text = '连州市气象台12月31日23时50分发布寒潮蓝色预警信号。';
    expect(warningsIn((await readWhole(`发布时间：2024-01-01\n${text}`)).events)[0]?.data.sentAt).toBe(
      '2023-12-31T15:50:00.000Z',
    );
    expect((await readWhole(text)).refusals[0]).toMatchObject({ place: 'line 1, issued' });
  });

  real(
    `of the national platform keep identifier and colour, and never make the colour a severity ${withoutData}`,
    async () => {
      const [henan] = warningsIn((await readWhole(file('cn_12379', 'henan_41000041600000_20200205105119.xml'))).events);
      expect(henan?.data).toMatchObject({
        identifier: '41000041600000_20200205105119',
        sender: '河南省气象局',
        sentAt: '2020-02-05T02:45:00.000Z',
        msgType: 'Update',
        eventCode: '11B06',
        colour: 'blue',
        references: [{ identifier: '41000041600000_20200204121842', sentAt: null }],
        infos: [
          { severity: 'Unknown', event: '大风', areas: [{ geocodes: [{ value: '410000000000,410000000000' }] }] },
        ],
      });
      const cma = warningsIn((await readWhole(file('cn_12379', 'cma_now_alarm_guangdong_20201012.json'))).events);
      expect(cma[0]?.data).toMatchObject({
        colour: 'orange',
        sentAt: '2020-10-12T03:25:55.000Z',
        infos: [{ event: '台风', effectiveAt: '2020-10-12T03:22:00.000Z' }],
      });
      const anhui = warningsIn((await readWhole(file('cn_12379', 'alert_content_anhui_20200326.json'))).events);
      expect(anhui.map(({ data }) => [data.eventCode, data.colour, data.sentAt])).toEqual([
        ['11B06', 'blue', '2020-03-26T15:05:00.000Z'],
        ['11B05', 'blue', '2020-03-26T02:26:00.000Z'],
      ]);
    },
  );
});

describe('an alert', () => {
  const alert = (change: (xml: string) => string = (xml) => xml): string =>
    change(
      `<?xml version="1.0" encoding="UTF-8"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>A1</identifier><sender>s</sender><sent>2020-06-07T02:14:00+08:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope><info><category>Met</category><event>暴雨Ⅳ</event><urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty><area><areaDesc>x</areaDesc><polygon>24,113 25,113 25,114 24,113</polygon></area></info></alert>`,
    );
  const read = async (xml: string | Buffer): Promise<Awaited<ReturnType<typeof readWhole>>> => readWhole(xml);

  it.each([
    [
      'ISO-8859-1 by declaration',
      Buffer.from(
        alert((xml) => xml.replace('UTF-8', 'ISO-8859-1').replace('暴雨Ⅳ', 'Tempête')),
        'latin1',
      ),
      'Tempête',
    ],
    ['a byte order mark', Buffer.from(`\ufeff${alert()}`), '暴雨Ⅳ'],
    [
      'UTF-16',
      Buffer.concat([
        Buffer.from([0xff, 0xfe]),
        Buffer.from(
          alert((xml) => xml.replace('UTF-8', 'UTF-16')),
          'utf16le',
        ),
      ]),
      '暴雨Ⅳ',
    ],
    ['CRLF', Buffer.from(alert((xml) => xml.replaceAll('><', '>\r\n<'))), '暴雨Ⅳ'],
  ])('is read in %s, its text as it came', async (_, bytes, event) => {
    const { events, refusals } = await read(bytes);
    expect(refusals).toEqual([]);
    expect(warningsIn(events)[0]?.data.infos[0]?.event).toBe(event);
  });

  it.each([
    [
      'an element out of order',
      (xml: string) =>
        xml.replace(
          '<status>Actual</status><msgType>Alert</msgType>',
          '<msgType>Alert</msgType><status>Actual</status>',
        ),
    ],
    ['an unknown element', (xml: string) => xml.replace('<scope>', '<colour>red</colour><scope>')],
    ['a time with Z', (xml: string) => xml.replace('+08:00', 'Z')],
    ['an open outline', (xml: string) => xml.replace(' 24,113</polygon>', ' 24,114</polygon>')],
    ['an attribute', (xml: string) => xml.replace('<info>', '<info id="1">')],
    ...(['scope', 'urgency', 'severity', 'certainty', 'category', 'areaDesc'].flatMap((name) => [
      [`no ${name}`, (xml: string) => xml.replace(new RegExp(`<${name}>.*</${name}>`), '')],
      [`an empty ${name}`, (xml: string) => xml.replace(new RegExp(`<${name}>.*</${name}>`), `<${name}/>`)],
    ]) as [string, (xml: string) => string][]),
    ['words of no vocabulary', (xml: string) => xml.replace('<urgency>', '<responseType>Run</responseType><urgency>')],
    ['words in another case', (xml: string) => xml.replace('Actual', 'ACTUAL')],
    [
      'two instructions',
      (xml: string) => xml.replace('<area>', '<instruction>a</instruction><instruction>b</instruction><area>'),
    ],
    ['an end that is no time', (xml: string) => xml.replace('<area>', '<expires>tomorrow</expires><area>')],
    ['an empty geocode', (xml: string) => xml.replace('</area>', '<geocode><valueName/><value/></geocode></area>')],
    ['a size of no number', (xml: string) => xml.replace('<area>', '<resource><size>2 MB</size></resource><area>')],
    ['an empty outline', (xml: string) => xml.replace('<polygon>', '<polygon/><polygon>')],
    ['a NUL', (xml: string) => xml.replace('暴雨', '暴\u0000雨')],
    ['a reference without a time', (xml: string) => xml.replace('<info>', '<references>s,A0</references><info>')],
    ['words for references', (xml: string) => xml.replace('<info>', '<references>see above</references><info>')],
    ['text between elements', (xml: string) => xml.replace('<info>', 'x<info>')],
    [
      'an outline beyond the antimeridian is no departure, a language that is none is',
      (xml: string) => xml.replace('<category>', '<language>zh_CN</language><category>'),
    ],
  ])('with %s is taken with a note', async (_, change) => {
    expect(alert(change)).not.toBe(alert());
    const { events, notes, refusals } = await read(alert(change));
    expect(refusals).toEqual([]);
    expect([events.length, notes.length > 0]).toEqual([1, true]);
  });

  it.each([
    ['s,A0,2026-01-01T00:00:00+08:00', 1],
    ['s, A0, 2026-01-01T00:00:00+08:00', 1],
    ['  s,A0,2026-01-01T00:00:00+08:00\n\n s ,A1 ,2026-01-02T00:00:00+08:00 ', 2],
    ['weather office,A 0,2026-01-01T00:00:00+08:00 weather office,A 1,2026-01-01T00:00:00+08:00', 2],
    ['s,A0,2026-01-01T00:00:00+08:00 and more', 1],
    ['s,A0,yesterday', 0],
  ])('refers to what stands in “%s”', async (references, count) => {
    const { events } = await read(
      alert((xml) => xml.replace('<info>', `<references>${references}</references><info>`)),
    );
    const [warning] = warningsIn(events);
    expect(warning?.data.references).toHaveLength(count);
    for (const { sentAt } of warning?.data.references ?? []) expect(sentAt).toMatch(/^202[56]/);
  });

  it('that ends at 24:00 ends when the next day begins', async () => {
    const ending = (at: string) => alert((xml) => xml.replace('<area>', `<expires>${at}</expires><area>`));
    for (const [written, at] of [
      ['2026-11-25T24:00:00+08:00', '2026-11-25T16:00:00.000Z'],
      ['2026-12-31T24:00:00Z', '2027-01-01T00:00:00.000Z'],
    ] as const)
      expect(warningsIn((await read(ending(written))).events)[0]?.data.infos[0]?.expiresAt).toBe(at);
    expect(
      warningsIn((await read(ending('2026-11-25T24:00:01+08:00'))).events)[0]?.data.infos[0]?.expiresAt,
    ).toBeNull();
  });

  it.each([
    [
      'latitude and longitude exchanged',
      (xml: string) => xml.replaceAll('24,113', '113,24').replaceAll('25,113', '113,25').replaceAll('25,114', '114,25'),
      /exchanged|latitude/,
    ],
    ['two points', (xml: string) => xml.replace('24,113 25,113 25,114 24,113', '24,113 25,113'), /2 points/],
    ['a status of no vocabulary', (xml: string) => xml.replace('Actual', 'Real'), /Real/],
    ['no event', (xml: string) => xml.replace('<event>暴雨Ⅳ</event>', ''), /missing/],
    ['no info', (xml: string) => xml.replace(/<info>.*<\/info>/s, ''), /missing/],
    ['an info of no namespace', (xml: string) => xml.replace('<info>', '<info xmlns="">'), /namespace/],
    ['an area of another namespace', (xml: string) => xml.replace('<area>', '<area xmlns="urn:other">'), /namespace/],
    [
      'two times sent',
      (xml: string) => xml.replace('<status>', '<sent>2026-01-01T00:00:00+08:00</sent><status>'),
      /twice/,
    ],
    ['bytes of another encoding', (xml: string) => xml, /encoding/],
  ])('with %s is refused', async (name, change, reason) => {
    const bytes = name.startsWith('bytes')
      ? Buffer.from(
          alert((xml) => xml.replace('暴雨Ⅳ', 'é')),
          'latin1',
        )
      : Buffer.from(alert(change));
    const { events, refusals } = await read(bytes);
    expect(events).toEqual([]);
    expect(`${refusals[0]?.reason} ${refusals[0]?.expected}`).toMatch(reason);
  });

  it.each(['Alert', 'Update', 'Cancel', 'Ack', 'Error'])('may be an %s', async (msgType) => {
    expect((await read(alert((xml) => xml.replace('<msgType>Alert', `<msgType>${msgType}`)))).events).toHaveLength(1);
  });
  it.each(['Actual', 'Exercise', 'System', 'Test', 'Draft'])('may be %s', async (status) => {
    expect((await read(alert((xml) => xml.replace('Actual', status)))).events).toHaveLength(1);
  });
});
