import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The version of this program, from its package.json. */
export const productVersion: string = (
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string }
).version;
