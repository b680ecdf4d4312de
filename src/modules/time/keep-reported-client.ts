import { and, eq, ne } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import { onEvent } from '../events/handlers.ts';
import { activityReports } from './tables.ts';

/** A project stays with its client once a report was submitted to that client: another one would see and sign it. */
onEvent('project.updated', async (tx, _viewer, { resourceId, after }) => {
  if (after?.clientId === undefined) return;
  const [report] = await tx
    .select({ id: activityReports.id })
    .from(activityReports)
    .where(and(eq(activityReports.projectId, resourceId), ne(activityReports.status, 'DRAFT')))
    .limit(1);
  if (!report) return;
  throw new AppError('INVALID_STATE', 'Activity reports of this project were submitted to its client', {
    field: 'input.clientId',
  });
});
