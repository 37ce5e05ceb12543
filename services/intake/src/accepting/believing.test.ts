import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { utc, type WeatherWarningV1 } from '@fengsui/contracts';
import { believe, endable, type Sender } from './believing.js';
import { PLAN, readWhole } from './reading-for-tests.js';

const EXAMPLES = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'examples');
const NOW = utc('2026-11-26T00:00:00Z');
const CITY = '44180041600000';
const YINGDE = '44188141600000';

const warning = (more: object = {}, codes: readonly string[] = ['441881']): WeatherWarningV1['data'] =>
  ({
    sender: CITY,
    identifier: 'w1',
    msgType: 'Alert',
    eventCode: '11B03',
    colour: 'red',
    references: [],
    infos: [{ areas: [{ geocodes: codes.map((value) => ({ valueName: 'GB/T 2260', value })) }] }],
    signals: [{ eventCode: '11B03', colour: 'red', divisions: codes, ...more }],
    ...more,
  }) as unknown as WeatherWarningV1['data'];
const said = (data: WeatherWarningV1['data'], senders = PLAN.senders, signedBy: string | null = null): string => {
  const outcome = believe(data, signedBy, senders, NOW);
  return 'standing' in outcome ? outcome.standing : 'refused';
};

describe('whether a sender may say so', () => {
  it.each([
    ['the city of a county of its own', {}, ['441881'], 'entitled'],
    ['the city of all of it', {}, ['441800'], 'entitled'],
    ['a county of itself, by code', { sender: YINGDE }, ['441881100000'], 'entitled'],
    ['a county of itself, by the name that texts use', { sender: '英德市气象台' }, ['441881'], 'entitled'],
    ['a county of its neighbour', { sender: YINGDE }, ['441882'], 'beyond'],
    ['the city of another city', {}, ['440200'], 'beyond'],
    ['somebody', { sender: 'somebody@example.com' }, ['441881'], 'unknown'],
    ['nobody in particular', { sender: CITY.slice(0, -1) }, ['441881'], 'unknown'],
  ] as const)('%s', (_what, more, codes, standing) => {
    expect(said(warning(more, codes))).toBe(standing);
  });

  it('is not so for what it does not warn of, and colours that it does not give', () => {
    const [city] = PLAN.senders.filter(({ sender }) => sender === CITY) as [Sender];
    const limited = [{ ...city, kinds: ['11B01'], colours: ['blue', 'yellow'] }];
    expect(said(warning(), limited)).toBe('beyond');
    expect(said(warning({ eventCode: '11B01' }), limited)).toBe('beyond');
    expect(said(warning({ eventCode: '11B01', colour: 'blue' }), limited)).toBe('entitled');
  });

  it.each([
    ['its own', CITY, CITY, 'entitled'],
    ['that of a county in it', CITY, YINGDE, 'entitled'],
    ['that of the city, by a county', YINGDE, CITY, 'beyond'],
    ['that of a neighbour', YINGDE, '44188241600000', 'beyond'],
    ['that of somebody', CITY, 'somebody@example.com', 'beyond'],
  ])('for an end of %s; an update stands by itself, and ends only what it may', (_what, sender, other, standing) => {
    const references = [{ sender: other, identifier: 'x', sentAt: null }];
    const update = warning({ sender, msgType: 'Update', references }, [sender === CITY ? '441800' : '441881']);
    expect(said({ ...update, msgType: 'Cancel' })).toBe(standing);
    expect(said(update)).toBe('entitled');
    expect(endable(update, PLAN.senders, false)).toEqual(standing === 'entitled' ? references : []);
  });

  it('is not so where outlines without a code reach beyond a county', () => {
    const infos = [
      {
        areas: [
          {
            geocodes: [],
            polygons: [
              [
                [24, 113],
                [25, 113],
                [25, 114],
                [24, 113],
              ],
            ],
            circles: [],
          },
        ],
      },
    ];
    const signals = [{ eventCode: '11B03', colour: 'red', divisions: [], placedBy: 'outline' }];
    expect(said(warning({ sender: YINGDE, infos, signals }))).toBe('beyond');
    expect(said(warning({ infos, signals }))).toBe('entitled');
  });

  it('ends nothing of one who must sign without a signature, nor of kinds that it does not warn of', () => {
    const [city] = PLAN.senders.filter(({ sender }) => sender === CITY) as [Sender];
    const other: Sender = {
      ...city,
      sender: 'other',
      names: [],
      mustSign: true,
      certificates: [{ pem: 'p', from: null, until: null }],
    };
    const references = [{ sender: 'other', identifier: 'x', sentAt: null }];
    const cancel = warning({ msgType: 'Cancel', eventCode: null, colour: null, references });
    expect(said(cancel, [city, other])).toBe('beyond');
    expect(said(cancel, [city, { ...other, mustSign: false }])).toBe('entitled');
    expect(
      said(cancel, [
        { ...city, kinds: ['11B01'] },
        { ...other, mustSign: false },
      ]),
    ).toBe('beyond');
  });

  it('needs the signature of one who must sign, by a certificate that holds now', () => {
    const [city] = PLAN.senders.filter(({ sender }) => sender === CITY) as [Sender];
    const old = { pem: 'old', from: null, until: utc('2026-11-01T00:00:00Z') };
    const next = { pem: 'next', from: utc('2026-10-01T00:00:00Z'), until: null };
    const later = { pem: 'later', from: utc('2027-01-01T00:00:00Z'), until: null };
    const signs = [{ ...city, mustSign: true, certificates: [old, next, later] }];
    expect(said(warning(), signs)).toBe('refused');
    expect(said(warning(), signs, 'next')).toBe('entitled');
    for (const pem of ['old', 'later', 'forged']) expect(said(warning(), signs, pem)).toBe('refused');
  });
});

describe('in every format', () => {
  const mustSign = PLAN.senders.map((sender) => ({ ...sender, mustSign: true }));
  const cap = readFileSync(path.join(EXAMPLES, 'warning-rain-red.cap.xml'), 'utf8');

  /** The same warning in every form that this installation reads a warning in: those that have an example. */
  const forms = async (): Promise<(readonly [string, string])[]> => {
    const [event] = (await readWhole(cap)).events as [WeatherWarningV1];
    const { trust: _, ...data } = event.data;
    const capJson = JSON.stringify({
      identifier: data.identifier,
      sender: data.sender,
      sent: data.sentAt,
      status: 'Actual',
      msgType: 'Cancel',
      scope: 'Public',
      references: `${data.sender},${data.identifier},${data.sentAt}`,
      info: [],
    });
    const { trust: __, ...unsaid } = { ...data, trust: { standing: 'entitled', signed: true, reason: 'says itself' } };
    return [
      ['cap', cap],
      [
        'cap-atom',
        `<feed xmlns="http://www.w3.org/2005/Atom"><entry><content>${cap.replace(/<\?xml[^>]*\?>/, '')}</content></entry></feed>`,
      ],
      ['cap-json', capJson],
      ['contract-json', JSON.stringify({ type: event.type, occurredAt: event.occurredAt, data: unsaid })],
      [
        'contract-json',
        JSON.stringify({
          type: event.type,
          occurredAt: event.occurredAt,
          data: { ...data, trust: { standing: 'entitled', signed: true, reason: 'x' } },
        }),
      ],
      ['cn-warning-text', '清远市气象台2020年6月7日02时14分发布暴雨红色预警信号。'],
    ];
  };

  it('who must sign and has not is refused', async () => {
    for (const [format, text] of await forms()) {
      const { events, refusals, format: read } = await readWhole(text, PLAN.readers, mustSign);
      expect([read, events.length, refusals[0]?.reason]).toEqual([format, 0, expect.stringContaining('未签名')]);
    }
  });

  it('who is not known is evidence and no more, whatever the message says of itself', async () => {
    for (const [, text] of await forms()) {
      const { events, notes } = await readWhole(text, PLAN.readers, []);
      expect(events.map((event) => (event as WeatherWarningV1).data.trust)).toMatchObject([
        { standing: 'unknown', signed: false },
      ]);
      expect(notes.map(({ note }) => note).join()).toContain('evidence only');
    }
  });
});
