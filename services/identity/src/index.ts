export { firstLink } from './first-administrator.js';
export { IdentityModule } from './module.js';
export { PeopleHttp } from './people-http.js';
export { SEALS_FILE } from './seal-audit.js';
export { SessionHttp } from './session-http.js';
