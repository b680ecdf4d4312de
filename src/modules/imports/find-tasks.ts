import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { tasks } from '../tasks/tables.ts';
import { isOneOf } from './bulk-rows.ts';

export interface FoundTask {
  id: string;
  projectId: string | null;
}

/** Finds tasks by reference, whether they were imported or not. */
export async function findTasks(tx: TenantTx, references: readonly string[]): Promise<ReadonlyMap<string, FoundTask>> {
  const unique = [...new Set(references)];
  if (unique.length === 0) return new Map();
  const rows = await tx
    .select({ id: tasks.id, projectId: tasks.projectId, reference: tasks.externalReference })
    .from(tasks)
    .where(isOneOf(tasks.externalReference, unique));
  return new Map(rows.map(({ id, projectId, reference }) => [reference!, { id, projectId }]));
}

/** The ids of the tasks that records refer to. Throws NOT_FOUND, with the field, for an unknown task. */
export async function taskIdsOf(
  tx: TenantTx,
  inBatch: ReadonlyMap<string, string>,
  records: readonly { taskReference: string }[],
  field: string,
): Promise<ReadonlyMap<string, string>> {
  const references = [...new Set(records.map(({ taskReference }) => taskReference))];
  const found = await findTasks(
    tx,
    references.filter((reference) => !inBatch.has(reference)),
  );
  return new Map(
    references.map((reference) => {
      const id = inBatch.get(reference) ?? found.get(reference)?.id;
      if (id === undefined) throw new AppError('NOT_FOUND', `${field}: there is no task "${reference}"`);
      return [reference, id];
    }),
  );
}
