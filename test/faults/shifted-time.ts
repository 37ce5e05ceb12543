import { readFileSync } from 'node:fs';

/**
 * Loaded before a program: the machine's clock is wrong by as many milliseconds as the file FAULTS_CLOCK says, and
 * may jump any time.
 */
const file = process.env['FAULTS_CLOCK'] ?? '';
const real = Date.now;
let shift = 0;
setInterval(() => {
  shift = Number(readFileSync(file, 'utf8'));
}, 100).unref();
Date.now = () => real() + shift;
