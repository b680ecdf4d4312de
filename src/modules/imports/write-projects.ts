import { clients } from '../clients/tables.ts';
import { recordEvent } from '../events/record-event.ts';
import { projects } from '../projects/tables.ts';
import { takeFreeCode } from '../projects/take-free-code.ts';
import { updateRows } from './bulk-rows.ts';
import { makeMissing } from './make-missing.ts';
import type { ClientRecord, ImportRecord, ProjectRecord } from './records.ts';
import type { WriteContext } from './write-context.ts';

/** Makes projects that are not there, and their clients. A project starts on the earliest day that its rows name. */
export async function writeProjects(context: WriteContext, records: readonly ImportRecord[]): Promise<void> {
  const found = projectsOf(records);
  const { known, tx } = context;
  await makeMissing(context, {
    table: projects,
    type: 'Project',
    resource: 'project',
    records: found,
    isKnown: (reference) => known.projects.has(reference),
    learn: (reference, { id, startDate }) => known.projects.set(reference, { id, startDate }),
    columnsOf: async ({ name, description = null, startDate, client }) => ({
      name,
      description,
      startDate: startDate ?? today(),
      clientId: await clientOf(context, client),
      code: await takeFreeCode(tx, startDate ?? today()),
    }),
  });
  for (const { reference, startDate } of found) if (startDate) await moveStart(context, reference, startDate);
}

async function clientOf(context: WriteContext, client: ClientRecord): Promise<string> {
  const known = context.known.clients;
  await makeMissing(context, {
    table: clients,
    type: 'Client',
    resource: 'client',
    records: [client],
    isKnown: (reference) => known.has(reference),
    learn: (reference, { id }) => known.set(reference, id),
    columnsOf: ({ name }) => ({ name }),
  });
  return known.get(client.reference)!;
}

/** The projects of the rows, each once, with the earliest day of all its rows. */
function projectsOf(records: readonly ImportRecord[]): ProjectRecord[] {
  const found = new Map<string, ProjectRecord>();
  for (const { project, task, time } of records) {
    if (!project) continue;
    const known = found.get(project.reference) ?? project;
    const days = [known.startDate, project.startDate ?? task?.startDate ?? time?.day].filter((day) => day != null);
    found.set(project.reference, { ...known, startDate: days.sort()[0] ?? null });
  }
  return [...found.values()];
}

/** Lets a project start earlier than it was known to. */
async function moveStart({ tx, known, changes }: WriteContext, reference: string, startDate: string): Promise<void> {
  const { id, startDate: before } = known.projects.get(reference)!;
  if (before <= startDate) return;
  await updateRows(tx, projects, [{ id, startDate }]);
  await recordEvent(tx, null, {
    action: 'project.updated',
    resourceType: 'Project',
    resourceId: id,
    before: { startDate: before },
    after: { startDate },
  });
  changes.add('updated', 'Project', [id]);
  known.projects.set(reference, { id, startDate });
}

const today = (): string => new Date().toISOString().slice(0, 10);
