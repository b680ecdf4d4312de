import { quoteIdentifier } from '../../db/identifier.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { Fleet, FleetAdmins } from '../fleet.ts';
import { findMoment, type Moment } from './find-moment.ts';
import { type RestoreNewOptions, restoreNew } from './restore-new.ts';
import { withTemporaryArchive } from './temporary-archive.ts';

/** The parts of SQL that find the state of a schema at a moment. */
export interface LogOfMoment {
  schema: string;
  /** Subquery that returns the events after the moment. */
  later: string;
  /** Condition that selects the events after the moment. */
  isLater: string;
  /** The moment as a literal. */
  at: string;
}

export interface RewindOptions extends RestoreNewOptions {
  /** The id of an event: the state after its transaction; or a time. */
  to: string | Date;
  /** SQL for the rows of each table at the moment, by the table's name. */
  rowsOf: (log: LogOfMoment) => ReadonlyMap<string, string>;
}

/**
 * Creates a new organization with a former state of another, which stays as it is. The state is computed from the
 * present rows and the event log, read in one snapshot, and checked like every restore. Throws NOT_FOUND for an event
 * that is not in the log, BAD_INPUT for a time that the log does not reach.
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
    throw isRefusedArchive(error) ? incompleteLog(error) : error;
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

/** The parts of SQL for a moment in the log of a schema. */
export function logOf(schemaName: string, { isLater, at }: Moment): LogOfMoment {
  const later = `(select ${columns} from ${quoteIdentifier(schemaName)}.events where ${isLater})`;
  return { schema: schemaName, isLater, later, at: `'${at}'` };
}

const isRefusedArchive = (error: unknown): error is AppError =>
  error instanceof AppError && error.code === 'BAD_INPUT' && error.details.field === 'archive';

const incompleteLog = (cause: AppError): AppError =>
  badInput(`The log does not describe that moment completely: ${cause.message}`, 'to');
