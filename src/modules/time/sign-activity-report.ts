import { createHash } from 'node:crypto';
import { and, asc, eq, ne, sql } from 'drizzle-orm';
import { z } from 'zod';
import { requireVersion, updateOf } from '../../access/rows.ts';
import { getVisible, lockVisible, type Row } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { textField, uuidField, versionField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { clients } from '../clients/tables.ts';
import { change } from '../events/record-event.ts';
import { profiles } from '../people/tables.ts';
import { projects } from '../projects/tables.ts';
import { lockDays } from './day-limit.ts';
import { requireTimeWriter } from './policy.ts';
import { activityReportLines, activityReports } from './tables.ts';

type Report = Row<typeof activityReports>;

const signInput = z.object({ id: uuidField, expectedVersion: versionField });
const returnInput = z.object({ id: uuidField, expectedVersion: versionField.nullish(), note: textField.nullish() });

/**
 * Signs a submitted report, for the contact of its client alone: a CLIENT, so that no colleague of the person signs.
 * The version says which content the contact has read. Throws NOT_FOUND, FORBIDDEN, STALE_VERSION, INVALID_STATE.
 */
export async function signActivityReport(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof signInput>,
): Promise<{ id: string }> {
  if (viewer.apiKey) throw new AppError('FORBIDDEN', 'A person signs a report, not an API key');
  const { id, expectedVersion } = checkInput(signInput, raw);
  const report = await lockReport(tx, viewer, id, 'SIGNED');
  const parties = await partiesOf(tx, report);
  const isContact = viewer.role === 'CLIENT' && parties.contactId === viewer.profileId;
  if (!isContact || report.profileId === viewer.profileId) throw notContact();
  if (report.status === 'SIGNED') return { id };
  requireVersion(report, expectedVersion, 'ActivityReport');
  const [signer] = await tx.select().from(profiles).where(eq(profiles.id, viewer.profileId));
  const signed = {
    status: 'SIGNED',
    signerId: viewer.profileId,
    signerName: [signer!.firstName, signer!.lastName].filter(Boolean).join(' '),
    signedAt: new Date(),
    projectName: parties.project,
    clientName: parties.client,
    contentHash: await hashOf(tx, report, parties),
  } as const;
  return await take(tx, viewer, report, 'signed', signed);
}

/** Takes a submitted report back: the person, or with a reason the contact of the client. */
export async function returnActivityReport(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof returnInput>,
): Promise<{ id: string }> {
  const { id, expectedVersion, note } = checkInput(returnInput, raw);
  const report = await lockReport(tx, viewer, id, 'DRAFT');
  requireVersion(report, expectedVersion, 'ActivityReport');
  if (viewer.role === 'CLIENT') {
    if (viewer.apiKey) throw new AppError('FORBIDDEN', 'A person returns a report, not an API key');
    if ((await partiesOf(tx, report)).contactId !== viewer.profileId) throw notContact();
    if (!note?.trim()) throw badInput('must give a reason', 'input.note');
  } else requireTimeWriter(viewer, report.profileId);
  if (report.status === 'DRAFT') return { id };
  return await take(tx, viewer, report, 'returned', { status: 'DRAFT', note: note ?? null });
}

const notContact = (): AppError =>
  new AppError('FORBIDDEN', 'Only the contact of the client may sign or return this report');

/** A report that the viewer sees, locked after the person's days. It is SUBMITTED, or has the new status already. */
async function lockReport(tx: TenantTx, viewer: Viewer, id: string, to: Report['status']): Promise<Report> {
  const seen = await getVisible(tx, viewer, activityReports, id, 'ActivityReport');
  lockDays(tx, seen.profileId);
  const report = await lockVisible(tx, viewer, activityReports, id, 'ActivityReport');
  if (report.status !== 'SUBMITTED' && report.status !== to) {
    const { status } = report;
    throw new AppError('INVALID_STATE', `This report is ${status}, not SUBMITTED`, { field: 'input.id', status });
  }
  return report;
}

async function partiesOf(tx: TenantTx, { projectId }: Report) {
  const [row] = await tx
    .select({ project: projects.name, client: clients.name, contactId: clients.contactId })
    .from(projects)
    .innerJoin(clients, eq(clients.id, projects.clientId))
    .where(eq(projects.id, projectId));
  return row!;
}

/** SHA-256 of the report's content in one form: who, for whom, which month, and each day. */
async function hashOf(tx: TenantTx, report: Report, { project, client }: { project: string; client: string }) {
  const lines = await tx
    .select({ day: activityReportLines.day, hours: activityReportLines.hours, halfDays: activityReportLines.halfDays })
    .from(activityReportLines)
    .where(eq(activityReportLines.reportId, report.id))
    .orderBy(asc(activityReportLines.day));
  const { profileId, projectId, month } = report;
  const days = lines.map(({ day, hours, halfDays }) => [day, hours, halfDays]);
  const content = JSON.stringify([{ profileId, projectId, project, client, month }, days]);
  return createHash('sha256').update(content).digest('hex');
}

async function take(
  tx: TenantTx,
  viewer: Viewer,
  report: Report,
  verb: string,
  changes: Partial<Report>,
): Promise<{ id: string }> {
  const { id } = report;
  const write = updateOf(activityReports, report, changes)!;
  const event = { action: `activityReport.${verb}`, resourceType: 'ActivityReport', resourceId: id, ...write.changes };
  await change(tx, viewer, { write, event });
  return { id };
}

/**
 * Throws INVALID_STATE if a submitted or signed report contains a day of the week: its time must not be reopened. The
 * person's days must be locked.
 */
export async function requireUnreported(tx: TenantTx, profileId: string, weekStart: string): Promise<void> {
  const [report] = await tx
    .select({ id: activityReports.id, status: activityReports.status })
    .from(activityReports)
    .where(
      and(
        eq(activityReports.profileId, profileId),
        ne(activityReports.status, 'DRAFT'),
        sql`${activityReports.month} <= ${weekStart}::date + 6`,
        sql`(${activityReports.month} + interval '1 month')::date > ${weekStart}::date`,
      ),
    )
    .orderBy(asc(activityReports.status))
    .limit(1);
  if (!report) return;
  const { id, status } = report;
  throw new AppError('INVALID_STATE', `This week is in an activity report that is ${status}`, {
    ...{ field: 'input.id', status, activityReport: `ActivityReport:${id}` },
  });
}
