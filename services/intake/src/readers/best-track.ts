import { guarded, refuse, Unreadable, type Draft, type Segment, type Reader, type SourceRecord } from './reader.js';

/**
 * JMA best tracks of the Western North Pacific, fixed width: a header line `66666 …` for each storm, then a line for
 * each analysed position: yymmddhh UTC, grade, latitude and longitude in tenths of a degree, hPa, knots (000 where
 * the storm is weaker than a tropical storm, which is no calm). A storm is a record.
 */
export const bestTrack: Reader = {
  format: 'jma-best-track',
  about: 'JMA best tracks (bst_all.txt), fixed width; a storm is a record, each analysed position an event.',
  unit: () => 'line',
  remembers: true,
  recognises: ({ text }) => /^66666 \d{4} /.test(text),
  begin: () => {
    let storm: Storm | null = null;
    return function* (segment) {
      const text = segment.bytes.toString('latin1');
      if (text.startsWith('66666')) {
        if (storm !== null) yield recordOf(storm); // the count in its header was too large
        storm = begun(text, segment);
      } else if (storm === null)
        yield {
          ...whole(segment),
          refusals: [refuse(`line ${segment.number}`, 'a position outside of a storm', 'a header line 66666 first')],
        };
      else storm.lines.push({ text, number: segment.number });
      if (storm === null) return;
      storm.to = segment.from + segment.bytes.length;
      if (storm.lines.length >= storm.expected || segment.last) {
        yield recordOf(storm);
        storm = null;
      }
    };
  },
};

type Storm = {
  id: string;
  name: string | null;
  expected: number;
  from: number;
  to: number;
  number: number;
  lines: { text: string; number: number }[];
};

const whole = (segment: Segment) => ({
  place: `line ${segment.number}`,
  from: segment.from,
  length: segment.bytes.length,
});

function begun(text: string, segment: Segment): Storm {
  const name = text.slice(30, 50).trim();
  return {
    id: text.slice(6, 10).trim(),
    name: name === '' ? null : name,
    expected: Number(text.slice(12, 15)),
    from: segment.from,
    to: segment.from + segment.bytes.length,
    number: segment.number,
    lines: [],
  };
}

const GRADES: Readonly<Record<string, string>> = {
  '2': 'tropical-depression',
  '3': 'tropical-storm',
  '4': 'severe-tropical-storm',
  '5': 'typhoon',
  '6': 'extratropical',
  '7': 'other',
  '9': 'other',
};
const LINE = /^(\d{2})(\d{2})(\d{2})(\d{2}) \d{3} (\d) ([ \d]{3}) ([ \d]{4}) ([ \d]{4}) {5}([ \d]{3})/;

function recordOf(storm: Storm): SourceRecord {
  const at = { place: `storm ${storm.id} (line ${storm.number})`, from: storm.from, length: storm.to - storm.from };
  if (storm.lines.length !== storm.expected)
    return {
      ...at,
      refusals: [
        refuse(at.place, `${storm.lines.length} positions`, `${storm.expected} positions, as its header says`),
      ],
    };
  return guarded(at, () => ({ drafts: storm.lines.map((line) => positionOf(storm, line)) }));
}

function positionOf({ id, name }: Storm, { text, number }: { text: string; number: number }): Draft {
  const match = LINE.exec(text);
  if (match === null)
    throw new Unreadable(
      `line ${number}`,
      JSON.stringify(text.slice(0, 40)),
      'yymmddhh 002 grade lat lon hPa kt, fixed width',
    );
  const [, yy = '', month, day, hour, grade = '', latitude = '', longitude = '', pressure = '', wind = ''] = match;
  const year = Number(yy) >= 51 ? `19${yy}` : `20${yy}`;
  const occurredAt = `${year}-${month}-${day}T${hour}:00:00.000Z`;
  const instant = new Date(occurredAt);
  if (Number.isNaN(instant.getTime()) || instant.toISOString() !== occurredAt)
    throw new Unreadable(`line ${number}`, `${text.slice(0, 8)} is no time`, 'yymmddhh in UTC');
  const kt = Number(wind);
  return {
    type: 'storm-position.v1',
    occurredAt,
    data: {
      stormId: id,
      name,
      issuer: 'JMA',
      kind: 'analysis',
      issuedAt: null,
      latitude: Number(latitude) / 10,
      longitude: Number(longitude) > 1800 ? Number(longitude) / 10 - 360 : Number(longitude) / 10,
      grade: GRADES[grade],
      pressureHpa: Number(pressure),
      windKt: kt === 0 ? null : kt,
    },
  };
}
