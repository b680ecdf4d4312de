import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isSameSubject, readArchiveName, timeOf } from './archive-names.ts';

const day = 24 * 60 * 60_000;

/**
 * Deletes the archives of one subject that are older than so many days, never the newest of them, and the leavings of backups
 * that died more than a day ago. Called after a new one was made. Gives the files that are gone.
 */
export async function deleteOld(
  folder: string,
  subject: string,
  { keepDays, now = new Date() }: { keepDays: number; now?: Date },
): Promise<string[]> {
  const files = await readdir(folder);
  const archives = files
    .map((file) => ({ file, name: readArchiveName(file) }))
    .filter(({ name }) => name !== undefined && isSameSubject(name.subject, subject))
    .map(({ file, name }) => ({ file, at: timeOf(name!.stamp).getTime() }))
    .sort((a, b) => b.at - a.at);
  const old = archives.slice(1).filter(({ at }) => at < now.getTime() - keepDays * day);
  const gone = [...old.map(({ file }) => file), ...(await abandoned(folder, files, subject, now))];
  for (const file of gone) await rm(path.join(folder, file), { force: true });
  return gone;
}

async function abandoned(folder: string, files: readonly string[], subject: string, now: Date): Promise<string[]> {
  const found: string[] = [];
  for (const file of files.filter((each) => each.startsWith(`.${subject}.`) && each.endsWith('.partial'))) {
    const known = await stat(path.join(folder, file)).catch(() => undefined);
    if (known && known.mtimeMs < now.getTime() - day) found.push(file);
  }
  return found;
}
