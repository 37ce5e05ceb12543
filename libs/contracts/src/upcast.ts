import type { CallClosedV1 } from './call.js';
import { signalsOf } from './warning-signals.js';
import type { WeatherWarningV1 } from './weather-warning.js';

type Written = Readonly<Record<string, unknown>> & Readonly<{ type?: unknown; id?: unknown; data?: unknown }>;

/** Reasons that stood where a person belongs, until calls that need nobody any more had an event of their own. */
const NOT_A_PERSON: readonly (readonly [RegExp, CallClosedV1['data']['outcome']])[] = [
  [/^merged into /, 'merged'],
  [/^(overtaken by |level \S+ is called for again$)/, 'superseded'],
  [/恢复$/, 'source-heard'],
];

/**
 * An event as it is written today, from one that an earlier release wrote. Whoever reads the log reads through this,
 * so that no consumer knows an older form. What needs no change is given back as it is.
 */
export function upcast(event: unknown): unknown {
  const written = event as Written | null;
  if (written?.type === 'call-answered.v1') return closedOrAnswered(written);
  if (written?.type === 'weather-warning.v1') return withSignals(written);
  return event;
}

/** Earlier a warning had one code and one colour, whatever its infos said. */
function withSignals(event: Written): unknown {
  const data = event.data as Partial<WeatherWarningV1['data']> & Pick<WeatherWarningV1['data'], 'infos'>;
  return data.signals === undefined ? { ...event, data: { ...data, signals: signalsOf(data) } } : event;
}

function closedOrAnswered(event: Written): unknown {
  const { answeredBy, ...data } = event.data as { answeredBy?: unknown };
  const outcome = NOT_A_PERSON.find(([words]) => typeof answeredBy === 'string' && words.test(answeredBy))?.[1];
  if (outcome === undefined) return event;
  const id = String(event.id).replace('call-answered/', 'call-closed/');
  return { ...event, id, type: 'call-closed.v1', data: { ...data, outcome, reason: answeredBy } };
}
