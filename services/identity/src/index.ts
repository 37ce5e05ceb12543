export { firstLink } from './first-administrator.js';
export { IdentityModule } from './module.js';
export { PeopleHttp } from './people-http.js';
export { SessionHttp } from './session-http.js';
