import { gradeStage, STAGE_GRADES, type StageGrade, type Ungradable } from '@fengsui/response';
import { readPlanCsv } from '@fengsui/settings';
import { Type } from 'typebox';
import * as path from 'node:path';
import { Misuse } from '../terminal.js';

/** Which column holds what. */
export type StageColumns = Readonly<Record<'stage' | 'alert' | 'minor' | 'major' | 'status', string>>;

/** What a table states of each stage, held against its own thresholds. */
export type GradedTable = Readonly<{
  rows: number;
  agree: number;
  /** Rows whose status is another than that of their stage and thresholds. */
  differ: readonly Readonly<{ row: number; stated: StageGrade; graded: StageGrade }>[];
  /** Rows that cannot be graded, by why. */
  ungradable: Readonly<Record<Ungradable | 'no-status', number>>;
}>;

const Row = Type.Record(Type.String(), Type.String());

/**
 * Grades every row of a table of stages by the thresholds that it carries.
 * @throws Misuse when a column is not there
 */
export function gradeTable(file: string, columns: StageColumns): GradedTable {
  const table = readPlanCsv(path.dirname(file), path.basename(file), Row).value;
  for (const name of Object.values(columns))
    if (table[0]?.[name] === undefined)
      throw new Misuse(`${file}: 没有“${name}”列 / no column “${name}” (${Object.keys(table[0] ?? {}).join(', ')})`);
  const ungradable = { 'no-stage': 0, 'no-thresholds': 0, 'thresholds-not-in-order': 0, 'no-status': 0 };
  const differ: { row: number; stated: StageGrade; graded: StageGrade }[] = [];
  let agree = 0;
  for (const [n, row] of table.entries()) {
    const metres = (column: keyof StageColumns): number | null => {
      const written = row[columns[column]] ?? '';
      return /^-?\d+(\.\d+)?$/.test(written) ? Number(written) : null;
    };
    const thresholds = { alertM: metres('alert'), minorM: metres('minor'), majorM: metres('major') };
    const graded = gradeStage(metres('stage'), thresholds);
    const stated = STAGE_GRADES.find((grade) => grade === row[columns.status]?.toLowerCase().replace(/\s+/g, '-'));
    if ('ungradable' in graded) ungradable[graded.ungradable] += 1;
    else if (stated === undefined) ungradable['no-status'] += 1;
    else if (stated === graded.grade) agree += 1;
    else differ.push({ row: n + 2, stated, graded: graded.grade });
  }
  return { rows: table.length, agree, differ, ungradable };
}
