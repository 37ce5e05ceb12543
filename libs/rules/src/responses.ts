import { HAZARDS, type Hazard } from '@fengsui/contracts';
import type { Condition, FloodPlan } from './flood-plan.js';
import { initialFloodResponse, type FloodResponse } from './flood-response.js';

/** One response of an authority: where it stands, and what of the plan is weighed for it. */
export type OneResponse = Readonly<{
  state: FloodResponse;
  /** The plan of the authority, with the conditions that this response weighs. */ plan: FloodPlan;
  /** What other responses of the authority that are in force are issued against. */ heldElsewhere: readonly Hazard[];
}>;

/**
 * All responses of one authority. A condition is weighed in one of them alone, so that one thing is proposed once: in
 * the one that is issued against what the condition is for (a combined 防汛防风 weighs the conditions of both), in the
 * one that is proposed so, or else in the one that the plan names first.
 * @param known those that have begun at some time; the others stand at their beginning
 */
export function responsesOf(plan: FloodPlan, known: readonly FloodResponse[]): readonly OneResponse[] {
  const states = HAZARDS.map(
    (hazard) => known.find((state) => state.hazard === hazard) ?? initialFloodResponse(plan.authority, hazard),
  );
  const inForce = states.filter(({ level }) => level !== 'none');
  const proposed = states.filter(({ level, proposal }) => level === 'none' && proposal !== null);
  const weighedIn = ({ hazards }: Condition): Hazard =>
    (
      inForce.find(({ issuedAs }) => hazards.some((hazard) => issuedAs.includes(hazard))) ??
      proposed.find(({ proposal }) => hazards.some((hazard) => proposal?.issuedAs.includes(hazard)))
    )?.hazard ??
    hazards[0] ??
    'flood';
  const conditions = new Map<Hazard, Condition[]>(HAZARDS.map((hazard) => [hazard, []]));
  for (const condition of plan.conditions) conditions.get(weighedIn(condition))?.push(condition);
  return states.map((state) => ({
    state,
    plan: { ...plan, conditions: conditions.get(state.hazard) ?? [] },
    heldElsewhere: heldBeside(state.hazard, inForce),
  }));
}

/** What the responses in force beside this one are issued against. */
export const heldBeside = (hazard: Hazard, states: readonly FloodResponse[]): readonly Hazard[] =>
  states.filter((state) => state.hazard !== hazard && state.level !== 'none').flatMap(({ issuedAs }) => issuedAs);

/** Whether nothing at all is known of it: nothing in force, proposed or weighed. */
export const isIdle = ({ level, proposal, weighed, refused, notYetAt }: FloodResponse): boolean =>
  level === 'none' && proposal === null && weighed.length === 0 && refused === null && notYetAt === null;
