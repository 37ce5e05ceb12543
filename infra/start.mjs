/** `npm start`: sets up what is missing, then `fengsui up` with the same options. */
import { setUp } from './setup.mjs';

setUp();
const { main } = await import('../services/fengsui/dist/main.js');
process.exitCode = await main(['up', ...process.argv.slice(2)]);
