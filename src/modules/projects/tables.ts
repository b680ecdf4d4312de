import { sql } from 'drizzle-orm';
import { check, date, index, integer, numeric, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import {
  createdAt,
  externalReference,
  instant,
  label,
  primaryId,
  updatedAt,
  version,
} from '../../lib/columns.ts';
import { clients } from '../clients/tables.ts';
import { profiles } from '../people/tables.ts';

export const projectStatuses = ['ACTIVE', 'COMPLETED', 'SUSPENDED'] as const;
export const deliverableStatuses = ['DRAFT', 'SUBMITTED', 'ACCEPTED', 'REJECTED'] as const;
export const incidentSeverities = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export const incidentStatuses = ['OPEN', 'RESOLVED'] as const;

export const projects = pgTable(
  'projects',
  {
    id: primaryId(),
    clientId: uuid()
      .notNull()
      .references(() => clients.id),
    managerId: uuid().references(() => profiles.id, { onDelete: 'set null' }),
    name: label().notNull(),
    code: text().notNull(),
    description: text(),
    startDate: date().notNull(),
    expectedEndDate: date(),
    status: text({ enum: projectStatuses }).notNull().default('ACTIVE'),
    externalReference: externalReference(),
    version: version(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex('projects_name').on(t.name),
    uniqueIndex('projects_code').on(t.code),
    uniqueIndex('projects_external_reference').on(t.externalReference),
    index('projects_client').on(t.clientId),
    index('projects_manager').on(t.managerId),
    check('projects_status', sql`${t.status} in ('ACTIVE', 'COMPLETED', 'SUSPENDED')`),
    check('projects_dates', sql`${t.expectedEndDate} >= ${t.startDate}`),
  ],
);

export const projectPhases = pgTable(
  'project_phases',
  {
    id: primaryId(),
    projectId: uuid()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: label().notNull(),
    position: integer().notNull().default(0),
    startDate: date(),
    endDate: date(),
    version: version(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    index('project_phases_project').on(t.projectId, t.position),
    check('project_phases_dates', sql`${t.endDate} >= ${t.startDate}`),
  ],
);

/** Who works on a project, as what, for which share of their time (percent), between two days (inclusive; null is open). */
export const projectAssignments = pgTable(
  'project_assignments',
  {
    id: primaryId(),
    projectId: uuid()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    profileId: uuid()
      .notNull()
      .references(() => profiles.id),
    role: text(),
    allocationPercent: integer().notNull().default(100),
    fromDate: date(),
    toDate: date(),
    /** Sale price of a day, in the organization's currency; null uses the person's own rate. */
    saleRate: numeric({ precision: 14, scale: 2 }),
    version: version(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    index('project_assignments_project').on(t.projectId),
    index('project_assignments_profile').on(t.profileId),
    check('project_assignments_allocation', sql`${t.allocationPercent} between 1 and 100`),
    check('project_assignments_dates', sql`${t.toDate} >= ${t.fromDate}`),
    check('project_assignments_sale_rate', sql`${t.saleRate} >= 0`),
  ],
);

export const deliverables = pgTable(
  'deliverables',
  {
    id: primaryId(),
    projectId: uuid()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: label().notNull(),
    description: text(),
    dueDate: date(),
    status: text({ enum: deliverableStatuses }).notNull().default('DRAFT'),
    externalReference: externalReference(),
    version: version(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    index('deliverables_project').on(t.projectId),
    uniqueIndex('deliverables_external_reference').on(t.externalReference),
    check('deliverables_status', sql`${t.status} in ('DRAFT', 'SUBMITTED', 'ACCEPTED', 'REJECTED')`),
  ],
);

export const incidents = pgTable(
  'incidents',
  {
    id: primaryId(),
    projectId: uuid()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    title: label().notNull(),
    description: text(),
    severity: text({ enum: incidentSeverities }).notNull().default('MEDIUM'),
    status: text({ enum: incidentStatuses }).notNull().default('OPEN'),
    openedAt: instant().notNull(),
    resolvedAt: instant(),
    version: version(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    index('incidents_project').on(t.projectId),
    check('incidents_severity', sql`${t.severity} in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')`),
    check('incidents_status', sql`${t.status} in ('OPEN', 'RESOLVED')`),
    check('incidents_resolved', sql`(${t.status} = 'RESOLVED') = (${t.resolvedAt} is not null)`),
  ],
);
