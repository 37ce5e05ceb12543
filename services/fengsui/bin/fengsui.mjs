#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (!existsSync(main)) {
  // A fresh clone, or one that was cleaned: build it, with the same steps as `npm start`.
  const { setUp } = await import('../../../infra/setup.mjs');
  setUp();
}
const { main: run } = await import(main.href);
process.exitCode = await run(process.argv.slice(2));
