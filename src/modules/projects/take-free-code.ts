import { sql } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { takeCode } from '../settings/take-code.ts';
import { projects } from './tables.ts';

/** Codes can be given by hand too: at most this many taken codes in a row are skipped. */
const codesTried = 100;

/** The next code of the organization's format that no project has, ignoring case. Throws CODE_EXHAUSTED. */
export async function takeFreeCode(tx: TenantTx, day: string): Promise<string> {
  for (let tried = 0; tried < codesTried; tried++) {
    const code = await takeCode(tx, 'PROJECT', day);
    const same = sql`extensions.name_key(${projects.code}) = extensions.name_key(${code})`;
    if ((await tx.$count(projects, same)) === 0) return code;
  }
  throw new AppError('CODE_EXHAUSTED', 'The next codes of the format are all taken: provide one', {
    field: 'input.code',
  });
}
