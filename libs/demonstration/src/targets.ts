/**
 * What the demonstration years must show: the printed figures of a real year (2020), and whole numbers for the year
 * before from which the printed changes follow. Totals of accidents are the only whole numbers that fit the printed
 * percentages; injuries and losses of the year before are chosen so that the changes come out.
 */
export const TARGETS = {
  2019: {
    accidents: {
      'road-transport': [230, 160],
      construction: [25, 20],
      'commerce-manufacturing': [20, 15],
      other: [10, 7],
    },
    injuries: 130,
    lossYuan: 60_000_000,
    largerRoad: { productionRelated: [3], other: [4] },
    fires: { count: 2_100, deaths: 2, injuries: 3, lossYuan: 30_590_000 },
    wildfires: { judged: 60, forestFires: 15, byCall: 5 },
    visits: 870,
    enterprises: 801,
    hazardsFound: 1_190,
    hazardsFixed: 1_103,
    permits: 702,
    permitsOnline: 611,
    leaderInspections: 96,
    cityLeaderWeeks: 47,
    publicity: 22,
    candidates: 12_380,
    drills: 41,
    consultations: 28,
    reminders: 15,
    interviewCounties: 2,
    interviewDepartments: 1,
    mines: { exited: 0, closed: 1, upgraded: 12 },
    communities: 9,
    epidemicBatches: 0,
    volunteers: 31,
  },
  2020: {
    accidents: {
      'road-transport': [110, 107],
      construction: [15, 16],
      'commerce-manufacturing': [9, 10],
      other: [4, 3],
    },
    injuries: 40,
    lossYuan: 33_540_000,
    largerRoad: { productionRelated: [4, 5], other: [3, 6] },
    fires: { count: 1_201, deaths: 1, injuries: 0, lossYuan: 15_693_000 },
    wildfires: { judged: 42, forestFires: 4, byCall: 1 },
    visits: 1_088,
    enterprises: 957,
    hazardsFound: 1_333,
    hazardsFixed: 1_056,
    permits: 846,
    permitsOnline: 846,
    leaderInspections: 128,
    cityLeaderWeeks: 53,
    publicity: 34,
    candidates: 14_007,
    drills: 46,
    consultations: 37,
    reminders: 22,
    interviewCounties: 4,
    interviewDepartments: 1,
    mines: { exited: 2, closed: 4, upgraded: 38 },
    communities: 14,
    epidemicBatches: 5,
    volunteers: 54,
  },
} as const;

/** 安全转移群众 2.99 万人. */
export const PEOPLE_MOVED_2020 = 29_900;

export type DemonstrationYear = keyof typeof TARGETS;
