import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

/** Loaded before a program: writes where it spent its time into the file BENCH_PROFILE when it ends. */
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.start');
process.once('exit', () =>
  session.post('Profiler.stop', (_, { profile }) =>
    writeFileSync(process.env['BENCH_PROFILE'] ?? 'profile', JSON.stringify(profile)),
  ),
);
