import type { AuthorityKind, Colour, Hazard, SituationGrade, SituationKind, UtcInstant } from '@fengsui/contracts';
import type { RaisingLevel } from './flood-plan.js';

export type Stage = Readonly<{
  event: string;
  station: string;
  at: UtcInstant;
  aboveWarningM: number;
  /** Metres an hour, over the last hours; null: not known. */ risingMPerHour: number | null;
}>;
export type Forecast = Readonly<{
  event: string;
  station: string;
  aboveWarningM: number | null;
  flowM3s: number | null;
  returnPeriodYears: number | null;
}>;
export type Rain = Readonly<{
  events: readonly string[];
  station: string;
  at: UtcInstant;
  hours: number;
  /** At least this much fell. */ mm: number;
  /** Minutes of the hours that are known. */ coveredMinutes: number;
}>;

/** What is known about the water and the sky right now, each with the event that says so. */
export type Evidence = Readonly<{
  /** Warnings in force: Actual, neither expired nor updated nor cancelled. */
  warnings: readonly Readonly<{
    event: string;
    eventCode: string;
    colour: Colour | null;
    counties: readonly string[];
  }>[];
  /** The latest stage of each gauge that has a warning stage. */
  stages: readonly Stage[];
  /** The latest forecast of each issuer and station whose moment has not passed. */
  forecasts: readonly Forecast[];
  /** Rain of the hours up to the latest reading of each gauge. */
  rains: readonly Rain[];
  /** Levels that other authorities have in force. */
  levels: readonly DeclaredLevel[];
  /** The latest discharge measured at each station. */
  flows: readonly Readonly<{ event: string; station: string; at: UtcInstant; flowM3s: number }>[];
  /** The latest level of each reservoir with a flood limit. */
  reservoirs: readonly Readonly<{ event: string; station: string; at: UtcInstant; aboveLimitM: number }>[];
  /** What is reported and not over. */
  situations: readonly Readonly<{
    event: string;
    reportId: string;
    kind: SituationKind;
    grade: SituationGrade;
    counties: readonly string[];
    river: string | null;
    untilAt: UtcInstant | null;
    reportedBy: string;
  }>[];
  /** Where storms are and are forecast to be, kilometres from the city. */
  storms: readonly Readonly<{
    event: string;
    stormId: string;
    name: string | null;
    at: UtcInstant;
    grade: string;
    km: number;
    countsUntil: UtcInstant;
  }>[];
}>;

export type DeclaredLevel = Readonly<{
  event: string;
  authority: string;
  name: string;
  kind: AuthorityKind;
  hazards: readonly Hazard[];
  level: RaisingLevel;
  /** Counties of the city that it covers; empty: all. */ counties: readonly string[];
}>;
