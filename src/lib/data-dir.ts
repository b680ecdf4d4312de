import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes a folder for this installation's own files unless it exists, and gives its real path. Only its owner may
 * list it; when that is root, others may pass through, because the embedded server runs under another account.
 */
export async function makeFolder(dir: string): Promise<string> {
  const made = await mkdir(dir, { recursive: true });
  if (made !== undefined) await chmod(dir, process.getuid?.() === 0 ? 0o711 : 0o700);
  return realpath(dir);
}

/** The installation's development secret, made on first use; in production it comes from the configuration. */
export async function readOrCreateSecret(dataDir: string, name = 'secret'): Promise<string> {
  const dir = await makeFolder(dataDir);
  return writeOnce(path.join(dir, name), randomBytes(32).toString('base64url'));
}

/**
 * Writes a file that only its owner can read unless it exists, and gives what it holds. Of several processes that
 * do so at once all get the same answer, and none sees a file half written: a link appears whole or not at all.
 */
export async function writeOnce(file: string, content: string): Promise<string> {
  const existing = await readIfExists(file);
  if (existing !== undefined) return existing;
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, content, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
    return content;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return await readFile(file, 'utf8');
  } finally {
    await rm(draft, { force: true });
  }
}

/** The text of a file, or undefined where there is none. */
export async function readIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
