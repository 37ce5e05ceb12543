export { append as appendAudit, type Act } from './audit/chain.js';
export { lastRecord, newSealKey, sealed, sealsOf, type Seal } from './audit/seals.js';
export { recordsAfter, verify as verifyAudit, type Verdict } from './audit/verify.js';
export { may, reaches, rightToGive, type Identity } from './identity.js';
export { delegate, delegations, spokenFor, withdraw } from './people/delegations.js';
export { castDemonstration, DEMONSTRATION_PASSWORD } from './people/demonstration.js';
export { newLink, useLink } from './people/one-time-links.js';
export { AccessFault } from './access-fault.js';
export {
  addPerson,
  changeRole,
  disable,
  makeFirst,
  nobodyYet,
  passwordLink,
  people,
  resetLogin,
  type Doer,
  type PersonView,
} from './people/people.js';
export { AccessPlan } from './plan.js';
export { RIGHTS, ROLE_IN_CHINESE, ROLES, type Right, type Role } from './roles.js';
export { LocalLogin, NotLetIn } from './sessions/local-login.js';
export { newSecret, usedStep } from './sessions/one-time-codes.js';
export { Sessions, TOKEN_PREFIX, type Credential, type SessionView } from './sessions/sessions.js';
export { identityHere, osUserHere } from './sessions/this-machine.js';
export { ACCESS_SCHEMA } from './tables/migrations.js';
export { AuditSealRow, PersonRow } from './tables/tables.js';
export { newSecretKey, SecretBox } from './secrets.js';
