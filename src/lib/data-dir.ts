import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Creates a folder for this installation's own files unless it exists, and returns its real path. Only its owner may
 * list it. If that is root, other accounts may enter it, because the embedded server runs under another account.
 */
export async function makeFolder(dir: string): Promise<string> {
  const made = await mkdir(dir, { recursive: true });
  if (made !== undefined) await chmod(dir, process.getuid?.() === 0 ? 0o711 : 0o700);
  return realpath(dir);
}

/** The installation's development secret, created on first use; in production the configuration has the secret. */
export async function readOrCreateSecret(dataDir: string, name = 'secret'): Promise<string> {
  const dir = await makeFolder(dataDir);
  return writeOnce(path.join(dir, name), randomBytes(32).toString('base64url'));
}

/**
 * Writes a file that only its owner can read, unless it exists, and returns its content. Concurrent processes all get
 * the same content, and none sees a partial file: the complete file is linked atomically.
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
