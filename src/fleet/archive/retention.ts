import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isSameSubject, readArchiveName, timeOf } from './archive-names.ts';

const day = 24 * 60 * 60_000;

/**
 * Once a good archive was made: deletes those of the same subject in its folder that are older than it, and older than
 * so many days; and what backups left that died more than a day ago. Returns the files that are gone.
 */
export async function deleteOld(
  made: string,
  { keepDays, now = new Date() }: { keepDays: number; now?: Date },
): Promise<string[]> {
  const folder = path.dirname(made);
  const { subject, stamp } = readArchiveName(made)!;
  const files = await readdir(folder);
  const old = files.filter((file) => {
    const name = readArchiveName(file);
    if (!name || !isSameSubject(name.subject, subject)) return false;
    return name.stamp < stamp && timeOf(name.stamp).getTime() < now.getTime() - keepDays * day;
  });
  const gone = [...old, ...(await abandoned(folder, files, subject, now))];
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
