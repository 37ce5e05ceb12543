import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownFolder, readSettings, type Settings } from '@fengsui/settings';

/** Where the project lies: the folder that holds `plans/`. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/**
 * The settings of this installation: the environment, and `.env` beside package.json for what the environment does
 * not say.
 */
export function settingsOfInstallation(): Settings {
  const file = path.join(ROOT, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
  const settings = readSettings(process.env);
  return {
    ...settings,
    FENGSUI_HOME: ownFolder(path.resolve(ROOT, settings.FENGSUI_HOME)),
    FENGSUI_PLAN: path.resolve(ROOT, settings.FENGSUI_PLAN),
  };
}
