/**
 * The modules that every tenant has, in the order of their foreign keys. Migrations of one tenant run by timestamp;
 * this order breaks ties, so a module may refer to the tables of those before it.
 */
export const coreModules = [
  'events',
  'settings',
  'calendars',
  'people',
  'clients',
  'projects',
  'leave',
  'tasks',
  'milestones',
  'time',
  'messaging',
  'imports',
  'jobs',
  'webhooks',
  'notifications',
] as const;

/** Modules that a tenant may switch on, after the core ones. */
export const optionalModules: readonly string[] = ['finance'];

/**
 * Tables whose rows are never changed, by migration line: the role that uses them has no UPDATE and no DELETE there.
 */
export const appendOnlyTables: Readonly<Record<string, readonly string[]>> = {
  catalog: ['audit_logs'],
  events: ['events'],
};
