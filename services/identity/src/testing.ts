export { providerAt } from './provider-for-tests.js';
