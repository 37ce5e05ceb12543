import type { CommandOf } from '../command.js';
import { AUDIT_COMMANDS } from './audit.js';
import { CALL_COMMAND, CALL_HISTORY_COMMANDS, CALLS_COMMAND } from './calls.js';
import { CLOCK_COMMAND } from './clock.js';
import { completionCommand } from './completion.js';
import { CONFLICTS_COMMAND } from './conflicts.js';
import { DEMO_COMMAND } from './demo.js';
import { DOCTOR_COMMAND } from './doctor.js';
import { EXAMPLES_COMMAND } from './examples.js';
import { EXPLAIN_COMMAND } from './explain.js';
import { FEED_COMMAND } from './feed.js';
import { FIGURES_TRACE_COMMAND } from './figures-trace.js';
import { ANSWERING_COMMAND, FIGURES_COMMAND, FIGURES_REBUILD_COMMAND } from './figures.js';
import { FORMS_COMMAND } from './forms.js';
import { FORMATS_COMMAND } from './formats.js';
import { GAUGES_COMMAND } from './gauges.js';
import { INDICATORS_COMMANDS } from './indicators.js';
import { INPUTS_COMMANDS } from './inputs.js';
import { CHECK_COMMAND } from './check.js';
import { ITEMS_COMMAND } from './items.js';
import { KEYS_NEW_COMMAND } from './keys-new.js';
import { LAG_COMMAND } from './lag.js';
import { LEVELS_COMMAND } from './levels.js';
import { NOTICES_COMMANDS } from './notices.js';
import { ORDER_COMMANDS } from './orders.js';
import { PARKED_COMMANDS } from './parked.js';
import { PEOPLE_COMMANDS } from './people.js';
import { PLAN_CHECK_COMMAND } from './plan-check.js';
import { PLAN_DIFF_COMMAND, PLAN_SHOW_COMMAND } from './plan-show.js';
import { POSITIONS_MOVE_COMMAND } from './positions-move.js';
import { PREPARE_COMMAND } from './prepare.js';
import { REPLAY_COMMAND } from './replay.js';
import { REPLAY_NOTICES_COMMAND } from './replay-notices.js';
import { REPLAY_STAGES_COMMAND } from './replay-stages.js';
import { REPORT_COMMAND } from './report.js';
import { REPORTS_COMMANDS } from './reports.js';
import { ROSTER_COMMANDS } from './roster.js';
import { SOURCES_COMMAND } from './sources.js';
import { OBLIGATIONS_COMMAND } from './obligations.js';
import { TASK_PEOPLE_COMMAND, TASKS_COMMAND } from './tasks.js';
import { TOPICS_COMMAND } from './topics.js';
import { UNKNOWN_COMMAND } from './unknown.js';
import { CONSOLE_COMMAND, UP_COMMAND } from './up.js';
import { WARNINGS_CAP_COMMAND } from './warnings-cap.js';
import { HEAT_MASK_COMMAND } from './heat-mask.js';
import { WILDFIRE_COMMANDS, WILDFIRES_COMMAND } from './wildfires.js';

const OWN: readonly CommandOf[] = [
  UP_COMMAND,
  CONSOLE_COMMAND,
  DEMO_COMMAND,
  FEED_COMMAND,
  EXAMPLES_COMMAND,
  FORMATS_COMMAND,
  SOURCES_COMMAND,
  ...INPUTS_COMMANDS,
  CONFLICTS_COMMAND,
  UNKNOWN_COMMAND,
  GAUGES_COMMAND,
  KEYS_NEW_COMMAND,
  WARNINGS_CAP_COMMAND,
  LEVELS_COMMAND,
  EXPLAIN_COMMAND,
  ITEMS_COMMAND,
  CHECK_COMMAND,
  ...NOTICES_COMMANDS,
  TASKS_COMMAND,
  OBLIGATIONS_COMMAND,
  TASK_PEOPLE_COMMAND,
  WILDFIRES_COMMAND,
  ...WILDFIRE_COMMANDS,
  HEAT_MASK_COMMAND,
  CALLS_COMMAND,
  CALL_COMMAND,
  ...CALL_HISTORY_COMMANDS,
  ...ROSTER_COMMANDS,
  ...ORDER_COMMANDS,
  ...PEOPLE_COMMANDS,
  ...AUDIT_COMMANDS,
  FIGURES_COMMAND,
  FIGURES_REBUILD_COMMAND,
  FORMS_COMMAND,
  ...INDICATORS_COMMANDS,
  ANSWERING_COMMAND,
  FIGURES_TRACE_COMMAND,
  REPORT_COMMAND,
  ...REPORTS_COMMANDS,
  ...PARKED_COMMANDS,
  LAG_COMMAND,
  TOPICS_COMMAND,
  POSITIONS_MOVE_COMMAND,
  CLOCK_COMMAND,
  PLAN_CHECK_COMMAND,
  PLAN_SHOW_COMMAND,
  PLAN_DIFF_COMMAND,
  REPLAY_COMMAND,
  REPLAY_NOTICES_COMMAND,
  REPLAY_STAGES_COMMAND,
  PREPARE_COMMAND,
  DOCTOR_COMMAND,
];

/** Every command, in the order of help. */
export const COMMANDS: readonly CommandOf[] = [...OWN, completionCommand(OWN.map(({ name }) => name))];
