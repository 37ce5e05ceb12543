import type { Refusal, UtcInstant } from '@fengsui/contracts';
import type { Receipt } from '@fengsui/intake';

/** What the command prints with `--json`. Scripts of others rely on these shapes. */
export type FeedOutput = Readonly<{
  files: readonly (Omit<Receipt, 'sha256' | 'refusals'> & Readonly<{ file: string; refusals: readonly Refusal[] }>)[];
  skipped: readonly Readonly<{ file: string; reason: string }>[];
  records: number;
  accepted: number;
  duplicates: number;
  refused: number;
}>;
export type FiguresOutput = Readonly<{ year: number; asOf: UtcInstant | null; figures: readonly FigureOutput[] }>;
export type FigureOutput = Readonly<{
  id: string;
  label: string;
  value: number | null;
  unit: string;
  previous: number | null;
  change: number | null;
  changeNote: string | null;
  direction: 'up' | 'down' | 'level' | null;
  indicator: string;
  version: number;
}>;
export type TraceOutput = Readonly<{
  figure: string;
  value: number | null;
  method: 'sum' | 'distinct' | 'ratio' | 'constant';
  of: readonly string[] | null;
  facts: readonly Readonly<{
    fact: string;
    event: string;
    contract: string;
    occurredAt: UtcInstant;
    recordedAt: UtcInstant;
    measure: number;
    key: string | null;
    source: Readonly<{ door: string; name: string; place: string; sha256: string }> | null;
    bytes?: string;
  }>[];
}>;
export type ReportOutput = Readonly<{ file: string; year: number; asOf: UtcInstant; figures: number; sha256: string }>;
export type ClockOutput = Readonly<{ now: UtcInstant; virtual: boolean; idle: boolean }>;
export type DoctorOutput = Readonly<{
  ok: boolean;
  checks: readonly Readonly<{ name: string; ok: boolean; found: string; expected: string; advice: string }>[];
}>;
export type OrderOutput = Readonly<{ event: string; order: string; outcome: string; reason: string }>;
