import { sql } from 'drizzle-orm';
import { clients } from '../clients/tables.ts';
import { recordEvent } from '../events/record-event.ts';
import { projects } from '../projects/tables.ts';
import { takeFreeCode } from '../projects/take-free-code.ts';
import { findByReference, type RowOf, updateRows } from './bulk-rows.ts';
import { createMissing } from './create-missing.ts';
import type { ClientRecord, ImportRecord, ProjectRecord } from './records.ts';
import type { WriteContext } from './write-context.ts';

/** Creates missing projects and their clients, and moves the start of projects back to the earliest day in the rows. */
export async function writeProjects(context: WriteContext, records: readonly ImportRecord[]): Promise<void> {
  const found = projectsOf(records);
  const { known, tx } = context;
  await resolveByName(context, found);
  await createMissing(context, {
    table: projects,
    type: 'Project',
    resource: 'project',
    records: found,
    isKnown: (reference) => known.projects.has(reference),
    remember: (reference, { id, startDate }) => known.projects.set(reference, { id, startDate }),
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

/**
 * Finds existing projects by reference, then by name, because names are unique. A project whose own reference the files
 * contain is not found by name. A project without a reference gets that of the file, so that it may be renamed later.
 */
async function resolveByName(context: WriteContext, records: readonly ProjectRecord[]): Promise<void> {
  const { tx, known, survey } = context;
  const unknown = new Map(
    records.flatMap((each) => (known.projects.has(each.reference) ? [] : [[each.reference, each]])),
  );
  for (const { id, startDate, externalReference } of await findByReference(tx, projects, [...unknown.keys()])) {
    known.projects.set(externalReference!, { id, startDate });
    unknown.delete(externalReference!);
  }
  for (const { reference, name } of unknown.values()) {
    const [row] = await tx
      .select({ id: projects.id, startDate: projects.startDate, externalReference: projects.externalReference })
      .from(projects)
      .where(sql`extensions.name_key(${projects.name}) = extensions.name_key(${name})`)
      .limit(1)
      .for('no key update');
    const isOther = row?.externalReference != null && survey.hasProject(row.externalReference);
    if (!row || isOther) continue;
    known.projects.set(reference, { id: row.id, startDate: row.startDate });
    if (row.externalReference !== null) continue;
    await updateProject(context, row.id, { externalReference: null }, { externalReference: reference });
  }
}

async function clientOf(context: WriteContext, client: ClientRecord): Promise<string> {
  const known = context.known.clients;
  await createMissing(context, {
    table: clients,
    type: 'Client',
    resource: 'client',
    records: [client],
    isKnown: (reference) => known.has(reference),
    remember: (reference, { id }) => known.set(reference, id),
    columnsOf: ({ name }) => ({ name }),
  });
  return known.get(client.reference)!;
}

/** The projects of the rows, without duplicates. */
function projectsOf(records: readonly ImportRecord[]): ProjectRecord[] {
  const all = records.flatMap(({ project, moreProjects = [] }) =>
    project ? [project, ...moreProjects] : moreProjects,
  );
  return [...new Map(all.map((project) => [project.reference, project])).values()];
}

/** Moves the start of a project back, if the day is earlier. */
async function moveStart(context: WriteContext, reference: string, startDate: string): Promise<void> {
  const known = context.known.projects;
  const { id, startDate: before } = known.get(reference)!;
  if (before <= startDate) return;
  await updateProject(context, id, { startDate: before }, { startDate });
  known.set(reference, { id, startDate });
}

type Columns = Partial<Pick<RowOf<typeof projects>, 'externalReference' | 'startDate'>>;

async function updateProject(
  { tx, changes }: WriteContext,
  id: string,
  before: Columns,
  after: Columns,
): Promise<void> {
  await updateRows(tx, projects, [{ id, ...after }]);
  await recordEvent(tx, null, { action: 'project.updated', resourceType: 'Project', resourceId: id, before, after });
  changes.add('updated', 'Project', [id]);
}

const today = (): string => new Date().toISOString().slice(0, 10);
