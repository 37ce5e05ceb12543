export type { Check } from './check.js';
export { Consumes } from './consumes.js';
export { Due, DueOutside, type OutsideUnit, type Queue } from './due.js';
export { GivenOrder } from './given-order.js';
export { Health, metrics } from './health.js';
export { OrdersDesk, type OrderOutcome } from './orders-desk.js';
export {
  BASE_SCHEMAS,
  endWithinSeconds,
  runProcess,
  runService,
  servicesRun,
  whoRuns,
  startServices,
  type ServiceParts,
  type ServiceProcess,
} from './process.js';
export { ordersDesk } from './runtime.js';
export { done, rejected, Takes, targetUnknown, type OrderResult } from './takes.js';
export { RUNTIME, FEEDS, LOG, type Runtime } from './tokens.js';
export {
  credentialOf,
  identityOf,
  isThisMachine,
  Needs,
  NeedsLogin,
  Open,
  SentToken,
  SESSION_COOKIE,
  Who,
} from './http/access.js';
export { Failures, secondsToNext } from './http/failures.js';
export { escaped } from './http/html.js';
export { PAGE_POLICY } from './http/guard.js';
export { JsonBody } from './http/json-body.js';
export { InstantPipe, OpenPipe, YearPipe } from './http/pipes.js';
export { Question, questionsOf, type QuestionDescription } from './http/question.js';
export { View, ViewCount, ViewInstant, ViewNull } from './http/view.js';
