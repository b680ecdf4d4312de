import { quoteIdentifier } from '../../db/identifier.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { Fleet, FleetAdmins } from '../fleet.ts';
import { findMoment, type Moment } from './find-moment.ts';
import { type RestoreNewOptions, restoreNew } from './restore-new.ts';
import { withTemporaryArchive } from './temporary-archive.ts';

/** The log up to a moment, as SQL reads it. */
export interface LogOfMoment {
  schema: string;
  later: string;
  isLater: string;
  at: string;
}

export interface RewindOptions extends RestoreNewOptions {
  /** An event, after whose transaction the state is wanted, or a time. */
  to: string | Date;
  /** SQL for the rows of each table at the moment, by the table's name. */
  rowsOf: (log: LogOfMoment) => ReadonlyMap<string, string>;
}

/**
 * Makes a new organization of a former state of another, which stays as it is. The state is found from the present rows
 * and the event log, read in one snapshot, and checked like every restore. Throws NOT_FOUND for an event that is not in
 * the log, BAD_INPUT for a time that the log does not reach.
 */
export async function rewindTenant(
  fleet: Fleet,
  admins: FleetAdmins,
  tenant: Tenant,
  { to, rowsOf, ...options }: RewindOptions,
): Promise<Tenant & { moment: Moment }> {
  const moment = await admins.at(tenant, (admin) => findMoment(admin, tenant.schemaName, to));
  const rows = rowsOf(logOf(tenant.schemaName, moment));
  const rewound = await withTemporaryArchive(
    fleet,
    admins,
    tenant,
    { ...options, rowsOf: (table) => rows.get(table) },
    (archive) => restoreNew(fleet, admins, archive, { ...options, action: 'organization.rewound' }),
  ).catch((error: unknown) => {
    throw isRefusedArchive(error) ? unclear(error) : error;
  });
  await fleet.catalog.write((tx) =>
    recordAudit(tx, {
      actor: options.actor ?? { kind: 'SYSTEM' },
      action: 'organization.rewind_made',
      organizationId: tenant.id,
      metadata: { slug: rewound.slug, rewound: rewound.id, to: moment.at },
    }),
  );
  return { ...rewound, moment };
}

const columns = 'era, xid, seq, actor_id, action, resource_type, resource_id, metadata, before, after, created_at';

/** See `rewindTenant`. */
export function logOf(schemaName: string, { isLater, at }: Moment): LogOfMoment {
  const later = `(select ${columns} from ${quoteIdentifier(schemaName)}.events where ${isLater})`;
  return { schema: schemaName, isLater, later, at: `'${at}'` };
}

const isRefusedArchive = (error: unknown): error is AppError =>
  error instanceof AppError && error.code === 'BAD_INPUT' && error.details.field === 'archive';

const unclear = (cause: AppError): AppError =>
  badInput(`The log does not describe that moment completely: ${cause.message}`, 'to');
