import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync, type Stats } from 'node:fs';
import * as path from 'node:path';
import { SettingsError } from './settings.js';

/**
 * A folder that is ours alone: made where it is missing, closed to others (0700) where it was open.
 * @throws SettingsError when somebody else owns it, or a link stands in its place: what is written would be theirs
 */
export function ownFolder(folder: string): string {
  if (!existsSync(folder) && !isLink(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = owned(folder);
  if (!found.isDirectory()) throw new SettingsError(`${folder} cannot be used`, ['it is no folder']);
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  return folder;
}

/**
 * What lies in a file of ours, 0600: a key, a secret. Made when it is first asked for.
 * @throws SettingsError when somebody else owns it, or a link stands in its place
 */
export function ownFile(folder: string, name: string, make: () => string): Readonly<{ text: string; made: boolean }> {
  const file = path.join(ownFolder(folder), name);
  const made = !existsSync(file) && !isLink(file);
  if (made) writeFileSync(file, make(), { mode: 0o600, flag: 'wx' });
  owned(file);
  chmodSync(file, 0o600);
  return { text: readFileSync(file, 'utf8'), made };
}

/** @throws SettingsError */
function owned(at: string): Stats {
  const found = lstatSync(at);
  const fault = found.isSymbolicLink()
    ? '它是链接 / it is a link: name what it leads to'
    : process.getuid !== undefined && found.uid !== process.getuid()
      ? `属于用户 ${found.uid}，而本进程是 ${process.getuid()} / user ${found.uid} owns it, and this process is user ${process.getuid()}`
      : null;
  if (fault !== null) throw new SettingsError(`${at} 不能使用 / cannot be used`, [fault]);
  return found;
}

const isLink = (at: string): boolean => lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
