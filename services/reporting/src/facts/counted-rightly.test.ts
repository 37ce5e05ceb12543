import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addMinutes, utc, type IncidentV1, type UtcInstant } from '@fengsui/contracts';
import { loneService, type Given, type LoneService } from '@fengsui/service/testing';
import { Recounting } from '../figures/recounting.js';
import { HAPPENED, reportOf } from '../incident-for-tests.js';
import type { FactContent, KeptEntry } from './fact-content.js';
import { partsOf, summarise } from './facts.js';
import { accidentsOf } from './incidents.js';
import { REPORTING_SCHEMA, ReportingModule, ReportingPlan, ReportingQuery } from '../index.js';

const PLAN = ReportingPlan.read(
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'plans', 'qingyuan'),
);
/** What a record of a kind, and an order of a response, have beside what is told apart here. */
const FIELDS = { 'safety-visit': { enterpriseId: 'E' }, drill: { persons: 1 } };
const RESPONSE = {
  episodeId: 'e',
  counties: [],
  areas: [],
  proposalId: null,
  decidedBy: 'liang',
  reason: '',
  plan: 'p',
};
const day = (days: number, minutes = 0): UtcInstant => addMinutes(HAPPENED, days * 1_440 + minutes);

type Incident = Extract<FactContent, { kind: 'incident' }>;

let reporting: LoneService;
let given = 0;
const begin = async (): Promise<void> => {
  reporting = await loneService('reporting', '2020-03-01', REPORTING_SCHEMA, () => ReportingModule.of(PLAN));
};

type Report = Partial<IncidentV1['data']> & Readonly<{ at?: UtcInstant }>;
const report = ({ at = HAPPENED, ...data }: Report): Given => {
  const { incidentId = 'A', reportNo = 1 } = data;
  return {
    type: 'incident.v1',
    key: incidentId,
    id: `incident/${data.county}/${incidentId}/${reportNo}/${(given += 1)}`,
    occurredAt: at,
    data: reportOf(data),
  };
};
const figures = async (...ids: readonly string[]): Promise<readonly (number | null)[]> => {
  const { figures: all } = await reporting.get(ReportingQuery).figures({ period: '2020' });
  return ids.map((id) => all.find((one) => one.id === id)?.value ?? null);
};
const content = async (id = 'A') => {
  const [row] = await reporting.runtime.db.query(
    `select content from reporting.subject where kind = 'incident' and id = $1`,
    [id],
  );
  return row?.content ?? null;
};
/** What reports come to, in whatever order, when all is known. */
function counted(...reports: readonly Report[]) {
  const entries = Object.fromEntries(
    reports.map((one, nth) => {
      const event = report(one);
      const [part] = partsOf(event as never);
      return [event.id, { ...(part?.kept as KeptEntry), recordedAt: HAPPENED, nth }];
    }),
  );
  const all = [...accidentsOf('A', entries).values()].flatMap(
    (own) => (summarise('incident', Object.values(own), PLAN) as Incident | null) ?? [],
  );
  const within = all.filter(({ isOutside }) => !isOutside);
  return { count: within.length, deaths: within.reduce((sum, { deaths }) => sum + deaths, 0), content: all[0] ?? null };
}

describe('an accident', () => {
  it('counts who is missing when the window ends with the dead, and not a day sooner; its grade follows', async () => {
    await begin();
    try {
      await reporting.give(
        report({ deaths: 0, missing: 3 }),
        report({ incidentId: 'B', category: 'fire', missing: 1 }),
      );
      await reporting.at('+7 23:58');
      expect(await figures('accidents.deaths')).toEqual([0]);
      await reporting.at('+8 00:01'); // of a fire and on the road seven days
      expect(await figures('accidents.deaths')).toEqual([1]);
      await reporting.at('+31 00:01');
      expect(await figures('accidents.deaths')).toEqual([4]);
      expect(await content()).toMatchObject({
        deaths: 3,
        grade: 'larger',
        changes: [{ field: 'deaths', from: 0, to: 3, because: 'missing-at-its-end' }],
      });
      // Followed back, it is what the report said.
      const ended = `select origins from reporting.fact where contract = 'casualty-window' and subject = 'A'`;
      expect(await reporting.runtime.db.query(ended)).toEqual([
        { origins: [expect.stringMatching(/^incident\/.*\/A\/1\//)] },
      ]);
      // Found alive afterwards: that is a correction.
      await reporting.give(report({ reportNo: 2, at: day(40), deaths: 0, missing: 1 }));
      expect(await figures('accidents.deaths')).toEqual([2]);
    } finally {
      await reporting.end();
    }
  });

  it.each([
    [
      'corrected downwards after the window by its final report counts as corrected, and keeps what was said',
      [{ deaths: 3 }, { reportNo: 2, stage: 'final', at: day(45), deaths: 2 }],
      { deaths: 2, content: { changes: [{ from: 3, to: 2, reportNo: 2, because: 'corrected' }] } },
    ],
    [
      'in which somebody died after the window counts as it stood then, and keeps what was said',
      [{ deaths: 2 }, { reportNo: 2, stage: 'final', at: day(45), deaths: 3 }],
      { deaths: 2, content: { changes: [{ from: 2, to: 3, reportNo: 2, because: 'after-the-window' }] } },
    ],
    [
      'of which both reports came after the window counts by the last',
      [
        { at: day(40), deaths: 1 },
        { reportNo: 2, at: day(45), deaths: 2 },
      ],
      { deaths: 2 },
    ],
    [
      'in which somebody died in the evening of the last day of the window counts it',
      [{ deaths: 1 }, { reportNo: 2, at: utc('2020-03-31T12:00:00Z'), deaths: 2 }],
      { deaths: 2 },
    ],
    [
      'in which somebody died after the midnight of that day does not',
      [{ deaths: 1 }, { reportNo: 2, at: utc('2020-03-31T16:00:00Z'), deaths: 2 }],
      { deaths: 1 },
    ],
    [
      'written off and reinstated counts',
      [{ deaths: 1 }, { reportNo: 2, stage: 'write-off', at: day(3) }, { reportNo: 3, at: day(4), deaths: 1 }],
      { count: 1, deaths: 1 },
    ],
    ['written off does not', [{ deaths: 1 }, { reportNo: 2, stage: 'write-off', at: day(3) }], { count: 0 }],
    [
      'moved to another city by a follow-up counts nowhere here',
      [{ deaths: 1 }, { reportNo: 2, county: '440106', at: day(1) }],
      { count: 0, deaths: 0 },
    ],
    [
      'moved here from another city counts',
      [
        { deaths: 1, county: '440106' },
        { reportNo: 2, county: '441881', at: day(1) },
      ],
      { count: 1, deaths: 1 },
    ],
    [
      'whose follow-up names no county stays in the last one that is known',
      [{ deaths: 1 }, { reportNo: 2, county: null, at: day(1), deaths: 2 }],
      { count: 1, deaths: 2, content: { region: '441881' } },
    ],
    [
      'without casualties and with little loss is outside of the statistics',
      [{ deaths: 0, injuries: 0, economicLossYuan: 999_999 }],
      { count: 0, content: { isOutside: true } },
    ],
    [
      'without casualties and with a million of loss is within them',
      [{ deaths: 0, injuries: 0, economicLossYuan: 1_000_000 }],
      { count: 1 },
    ],
    ['of which nobody has said what was lost is within them', [{ deaths: 0, injuries: 0 }], { count: 1 }],
    [
      'in which one of the injured died after the window loses nobody between the two',
      [
        { deaths: 2, injuries: 10, seriousInjuries: 10 },
        { reportNo: 2, at: day(40), deaths: 3, injuries: 9, seriousInjuries: 9 },
      ],
      { deaths: 2, content: { injuries: 10, grade: 'larger' } },
    ],
    [
      'in which people are missing is within them',
      [{ deaths: 0, injuries: 0, missing: 5, economicLossYuan: 800_000 }],
      { count: 1 },
    ],
    ['with somebody hurt is within them', [{ deaths: 0, injuries: 1, economicLossYuan: 10 }], { count: 1 }],
    [
      'that is a fire has what burned in its loss',
      [{ category: 'fire', deaths: 0, injuries: 1, propertyLossYuan: 20_000 }],
      { content: { economicLossYuan: 20_000, propertyLossYuan: 20_000 } },
    ],
    [
      'that is a geological disaster is graded by its own table',
      [{ category: 'geological', productionRelated: false, deaths: 1, economicLossYuan: 5_000_000 }],
      { content: { grade: 'major' } },
    ],
  ] as [string, Report[], object][])('%s', (_, reports, expected) => {
    expect(counted(...reports)).toMatchObject(expected);
  });

  it('of the same number in another county is another accident, in whatever order they are told', () => {
    const told: Report[] = [
      { deaths: 1 },
      { deaths: 2, county: '441882' },
      { reportNo: 2, county: '441882', at: day(1), deaths: 3 },
    ];
    for (const reports of [told, [...told].reverse()])
      expect(counted(...reports)).toMatchObject({ count: 2, deaths: 4 });
  });

  it('shows apart what is outside of the statistics', async () => {
    await begin();
    await reporting.give(report({ deaths: 0, injuries: 0, economicLossYuan: 5 }));
    expect(await figures('accidents.count', 'accidents.outside.count')).toEqual([0, 1]);
    await reporting.end();
  });
});

describe('two numbers that may be one accident', () => {
  beforeAll(begin);
  afterAll(() => reporting.end());
  const here = { latitude: 24.18, longitude: 113.4, deaths: 2, injuries: 1 };
  const items = async (): Promise<string[]> =>
    (await reporting.get(ReportingQuery).items(true)).map(({ words }) => words);

  it('are a suspicion for a person, when they are near, soon, and alike', async () => {
    await reporting.give(
      report({ ...here, incidentId: 'A' }),
      report({ ...here, incidentId: 'B', latitude: 24.188, happenedAt: addMinutes(HAPPENED, 20), deaths: 1 }),
      report({ ...here, incidentId: 'far', latitude: 24.2 }),
      report({ ...here, incidentId: 'late', happenedAt: addMinutes(HAPPENED, 51) }),
      report({ ...here, incidentId: 'worse', deaths: 9 }),
      report({ ...here, incidentId: 'nowhere', latitude: null, longitude: null }),
    );
    expect(await items()).toEqual([expect.stringMatching(/^事故 A 与 B 疑为同一起：相隔20分钟、0.9公里/)]);
    expect(await figures('accidents.count')).toEqual([6]); // both count until somebody says
  });

  it('count once when a person joins them, and twice again when that is undone', async () => {
    await reporting.order({ kind: 'join-incidents', incidentId: 'A', joined: 'B', reason: '同一工地' });
    expect([await items(), await figures('accidents.count', 'accidents.deaths')]).toEqual([[], [5, 17]]);
    await reporting.order({ kind: 'part-incidents', incidentId: 'A', other: 'B', reason: '两个工地' });
    expect([await items(), await figures('accidents.count', 'accidents.deaths')]).toEqual([[], [6, 18]]);
    // Said again, they are no new suspicion.
    await reporting.give(report({ ...here, incidentId: 'B', reportNo: 2, latitude: 24.188 }));
    expect(await items()).toEqual([]);
  });

  it('are an item again when the one that counted counts no more; what counts no more stands for no other', async () => {
    await reporting.order({ kind: 'join-incidents', incidentId: 'B', joined: 'A', reason: '同一工地' });
    expect(await figures('accidents.count')).toEqual([5]);
    // The other way round neither would count.
    await reporting.order({ kind: 'join-incidents', incidentId: 'A', joined: 'B', reason: '编号换过来' });
    expect(await figures('accidents.count')).toEqual([5]);
    // Another pair is another matter.
    await reporting.order({ kind: 'part-incidents', incidentId: 'far', other: 'A', reason: '两处' });
    expect(await figures('accidents.count')).toEqual([5]);
    await reporting.give(report({ ...here, incidentId: 'B', reportNo: 3, stage: 'write-off' }));
    expect([await items(), await figures('accidents.count')]).toEqual([
      [expect.stringMatching(/^事故 A 与 B 疑为同一起：并入的一起已不再计入/)],
      [4],
    ]);
    await reporting.order({ kind: 'part-incidents', incidentId: 'B', other: 'A', reason: 'B 已核销' });
    expect([await items(), await figures('accidents.count')]).toEqual([[], [5]]);
  });

  it('of which one is not there, or without a reason, are refused', async () => {
    const outcome = (n: number) => reporting.get(ReportingQuery).outcomeOf(`order/o${n}`);
    await reporting.order({ kind: 'join-incidents', incidentId: 'A', joined: 'Z', reason: 'x' });
    await reporting.order({ kind: 'join-incidents', incidentId: 'A', joined: 'B', reason: '' });
    expect([await outcome(7), await outcome(8)]).toMatchObject([{ outcome: 'rejected' }, { outcome: 'rejected' }]);
  });
});

describe('what happened in another city', () => {
  it.each(['safety-visit', 'drill'] as const)('is no %s of ours', async (kind) => {
    await begin();
    const record = (recordId: string, county: string): Given => ({
      type: 'work-record.v1',
      key: recordId,
      id: `record/${kind}/${recordId}`,
      data: { kind, recordId, county, organ: '某局', text: '', ...FIELDS[kind] },
    });
    await reporting.give(record('1', '441881'), record('2', '440106'));
    const id = kind === 'drill' ? 'drills.count' : 'inspections.visits';
    expect(await figures(id)).toEqual([1]);
    await reporting.end();
  });
});

describe('a response', () => {
  it('is counted at each level against each hazard, combined ones against both', async () => {
    await begin();
    const changed = (n: number, hazard: string, to: string, from = 'none', issuedAs = [hazard]): Given => ({
      type: 'response-changed.v1',
      key: `441800/${hazard}`,
      id: `response-changed/${n}`,
      data: {
        authority: '441800',
        hazard,
        issuedAs,
        change: from === 'none' ? 'start' : 'raise',
        from,
        to,
        ...RESPONSE,
      },
    });
    await reporting.give(
      changed(1, 'flood', 'II'),
      changed(2, 'flood', 'I', 'II'),
      changed(3, 'wind', 'III'),
      changed(4, 'flood', 'IV', 'none', ['flood', 'wind']),
    );
    expect(
      await figures(
        ...['flood.level4', 'flood.level2', 'flood.level1', 'wind.level4', 'wind.level3', 'frost.level4'].map(
          (name) => `response.${name}.started`,
        ),
      ),
    ).toEqual([1, 1, 1, 1, 1, 0]);
    await reporting.end();
  });
});

describe('an installation of an earlier release', () => {
  it('has its facts counted by what is new in this one, once, and corrected without taking away too much', async () => {
    await begin();
    const fire = (verdict: string, order: number): Given => ({
      type: 'fire-judged.v1',
      key: 'F1',
      id: `fire-judged/${order}`,
      occurredAt: day(0, order),
      data: {
        fireId: 'F1',
        county: '441881',
        verdict,
        deaths: 0,
        burnedAreaHa: null,
        firstSeenAt: HAPPENED,
        decidedBy: 'chen',
        reason: '',
        plan: 'p',
      },
    });
    await reporting.give(fire('forest-fire', 1));
    const { db, clock, services } = reporting.runtime;
    // As it was kept, and counted, before.
    await db.query(
      `update reporting.subject set content = content - 'known' - 'inTime' - 'damagedAreaHa' where kind = 'fire'`,
    );
    await db.query(`delete from reporting.counter where indicator like 'wildfires.confirmed'`);
    await db.query(`delete from reporting.booked where indicator = 'wildfires.confirmed'`);
    for (let start = 0; start < 2; start += 1) await new Recounting(db, clock, PLAN, { services }).onModuleInit();
    expect(await figures('wildfires.confirmed', 'wildfires.judged')).toEqual([1, 1]);
    await reporting.give(fire('farm-burn', 2));
    expect(await figures('wildfires.confirmed', 'wildfires.judged')).toEqual([0, 1]);
    await reporting.end();
  });
});
