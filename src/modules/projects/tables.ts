import { sql } from 'drizzle-orm';
import { boolean, check, date, index, integer, numeric, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import {
  externalReference,
  grandfathered,
  instant,
  label,
  lifetime,
  oneOf,
  primaryId,
  table,
  tsvector,
  uniqueWithoutCase,
  version,
} from '../../lib/columns.ts';
import { clients } from '../clients/tables.ts';
import { profiles } from '../people/tables.ts';

export const projectStatuses = ['ACTIVE', 'COMPLETED', 'SUSPENDED'] as const;
export const projectVisibilities = ['ORGANIZATION', 'MEMBERS'] as const;
export const deliverableStatuses = ['DRAFT', 'SUBMITTED', 'ACCEPTED', 'REJECTED'] as const;
export const incidentSeverities = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export const incidentStatuses = ['OPEN', 'RESOLVED'] as const;

export const projects = table(
  'projects',
  {
    id: primaryId(),
    clientId: uuid()
      .notNull()
      .references(() => clients.id),
    managerId: uuid().references(() => profiles.id, { onDelete: 'set null' }),
    name: label().notNull(),
    grandfatheredName: grandfathered('name'),
    code: text().notNull(),
    grandfatheredCode: grandfathered('code'),
    description: text(),
    startDate: date().notNull(),
    expectedEndDate: date(),
    status: text({ enum: projectStatuses }).notNull().default('ACTIVE'),
    visibility: text({ enum: projectVisibilities }).notNull().default('ORGANIZATION'),
    archivedAt: instant(),
    /** Whether it is meant to be duplicated. */
    isTemplate: boolean().notNull().default(false),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
    /** The words of the name (weight A), of the code (B) and of the description (C); a trigger fills it. */
    search: tsvector(),
  },
  (t) => [
    index('projects_search').using('gin', t.search),
    uniqueIndex('projects_name').on(t.name),
    uniqueWithoutCase('projects_name_key', t.name, t.grandfatheredName),
    uniqueIndex('projects_code').on(t.code),
    uniqueWithoutCase('projects_code_key', t.code, t.grandfatheredCode),
    uniqueIndex('projects_external_reference').on(t.externalReference),
    index('projects_client').on(t.clientId),
    index('projects_manager').on(t.managerId),
    check('projects_status', oneOf(t.status, projectStatuses)),
    check('projects_visibility', oneOf(t.visibility, projectVisibilities)),
    check('projects_dates', sql`${t.expectedEndDate} >= ${t.startDate}`),
  ],
);

export const projectPhases = table(
  'project_phases',
  {
    id: primaryId(),
    projectId: uuid()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: label().notNull(),
    /** The position among the phases of the project; ids break ties. */
    position: integer().notNull().default(0),
    startDate: date(),
    endDate: date(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    index('project_phases_project').on(t.projectId, t.position),
    uniqueIndex('project_phases_external_reference').on(t.externalReference),
    check('project_phases_dates', sql`${t.endDate} >= ${t.startDate}`),
  ],
);

/** A person's work on a project: role, share of their time (percent), first and last day (inclusive; null is open). */
export const projectAssignments = table(
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
    /** Sale price of a day, in the organization's currency; null if the person's own rate applies. */
    saleRate: numeric({ precision: 14, scale: 2 }),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    index('project_assignments_project').on(t.projectId),
    index('project_assignments_profile').on(t.profileId),
    uniqueIndex('project_assignments_external_reference').on(t.externalReference),
    check('project_assignments_allocation', sql`${t.allocationPercent} between 1 and 100`),
    check('project_assignments_dates', sql`${t.toDate} >= ${t.fromDate}`),
    check('project_assignments_sale_rate', sql`${t.saleRate} >= 0`),
  ],
);

export const deliverables = table(
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
    submittedAt: instant(),
    /** When it was accepted or rejected; null again after it is resubmitted. */
    decidedAt: instant(),
    decisionNote: text(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    index('deliverables_project').on(t.projectId),
    uniqueIndex('deliverables_external_reference').on(t.externalReference),
    check('deliverables_status', oneOf(t.status, deliverableStatuses)),
  ],
);

export const incidents = table(
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
    reporterId: uuid().references(() => profiles.id, { onDelete: 'set null' }),
    openedAt: instant().notNull(),
    resolvedAt: instant(),
    resolution: text(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    index('incidents_project').on(t.projectId),
    index('incidents_reporter').on(t.reporterId),
    uniqueIndex('incidents_external_reference').on(t.externalReference),
    check('incidents_severity', oneOf(t.severity, incidentSeverities)),
    check('incidents_status', oneOf(t.status, incidentStatuses)),
    check('incidents_resolved', sql`(${t.status} = 'RESOLVED') = (${t.resolvedAt} is not null)`),
  ],
);
