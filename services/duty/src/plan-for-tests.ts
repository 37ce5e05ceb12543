import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { DutyPlan } from './index.js';

export const PLAN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'plans', 'qingyuan');

/** A plan as an editor has it before it is right: anything may be written into it. */
export type Draft = Record<string, never> & {
  desk: string;
  people: Record<string, unknown>[];
  lists?: Record<string, string[]>;
  rotations: ({ people: string[] } & Record<string, unknown>)[];
  overrides: Record<string, unknown>[];
  leave?: Record<string, unknown>[];
  chains: Record<string, { rounds: number; steps: Record<string, unknown>[] }>;
  unanswered: { everyMinutes: number; roles: string[]; authorities?: string[]; channels: string[] };
  causes: Record<string, Record<string, unknown>>;
};

/** The shipped plan with one thing changed, read. */
export function planWith(change: (plan: Draft) => void): DutyPlan {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fengsui-duty-plan-'));
  cpSync(PLAN, folder, { recursive: true });
  const plan = parse(readFileSync(path.join(PLAN, 'duty.yaml'), 'utf8')) as Draft;
  change(plan);
  writeFileSync(path.join(folder, 'duty.yaml'), stringify(plan, { aliasDuplicateObjects: false }));
  return DutyPlan.read(folder);
}
