export { ConsoleModule } from './module.js';
