import { sql } from 'drizzle-orm';
import { given, Statement } from '../../access/statement.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { beforeDeletion } from '../events/handlers.ts';
import { timeEntries } from './tables.ts';

/** Counts and locks the validated entries, so that none is reopened or deleted afterwards. */
const countValidated = new Statement<{ projectId: string }>(sql`
  select count(*)::int from (
    select ${timeEntries.status} as status from ${timeEntries}
    where ${timeEntries.projectId} = ${given('projectId')} order by ${timeEntries.id} for no key update
  ) as entry where entry.status = 'VALIDATED'`);

/** Throws IN_USE for a project that holds validated time. */
async function keepValidated(tx: TenantTx, projectId: string): Promise<void> {
  const [[validated = 0] = []] = (await countValidated.run(tx, { projectId })) as unknown as [number][];
  if (validated === 0) return;
  throw new AppError('IN_USE', 'This project has validated time: archive it instead', {
    field: 'input.id',
    validated,
  });
}

beforeDeletion('Project', (tx, _viewer, { resourceId }) => keepValidated(tx, resourceId));
