import { eq, max } from 'drizzle-orm';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { defineResource } from '../events/resource.ts';
import { projectPhases } from './tables.ts';

defineResource('projectPhases', {
  name: 'ProjectPhase',
  noun: 'phase',
  description: 'A phase of a project.',
  parent: 'project',
  read: 'parent',
  write: 'project:write',
  fields: {
    project: {
      description: 'The project.',
      listDescription: 'Its phases, by position unless ordered otherwise.',
    },
    name: 'Name.',
    position: {
      description: 'Its position among the phases of its project, smallest first.',
      min: 0,
      max: 1_000_000,
      default: 'after the others',
    },
    startDate: 'First day.',
    endDate: { description: 'Last day.', notBefore: 'startDate' },
  },
  order: { position: 'asc' },
  list: 'The phases of all projects.',
  create: {
    writes: ['projectId', 'name', 'position', 'startDate', 'endDate'],
    before: async ({ tx, values }) => ({ position: values.position ?? (await nextPosition(tx, values.projectId)) }),
  },
  update: { writes: ['name', 'position', 'startDate', 'endDate'] },
  upsert: 500,
  delete: true,
});

/** Two phases created concurrently may get the same position: ids break the tie. */
async function nextPosition(tx: TenantTx, projectId: string): Promise<number> {
  const [last] = await tx
    .select({ position: max(projectPhases.position) })
    .from(projectPhases)
    .where(eq(projectPhases.projectId, projectId));
  return (last?.position ?? -1) + 1;
}
