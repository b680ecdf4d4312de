/** How many rows each tenant of a data set has; the counts of `docs/performance.md`. */
export interface TenantSize {
  projects: number;
  /** Half of the projects have three quarters of them: boards with more than one page. */
  tasks: number;
  timeEntries: number;
  /** Spread evenly over the channels of the projects. */
  messages: number;
}

export interface DatasetSpec {
  /** Names the database that keeps it: a letter, then letters, digits and underscores. */
  name: string;
  tenants: number;
  size: TenantSize;
}

/** People, clients and the like do not grow with the rest. */
export const people = 20;
export const clients = 10;
export const milestonesPerProject = 4;

export const full: DatasetSpec = {
  name: 'full',
  tenants: 20,
  size: { projects: 50, tasks: 2_000, timeEntries: 20_000, messages: 10_000 },
};

/** The same shapes in seconds: to see that everything works, not to measure. */
export const quick: DatasetSpec = {
  name: 'quick',
  tenants: 5,
  size: { projects: 20, tasks: 800, timeEntries: 2_000, messages: 1_000 },
};

/** A thousand tenants, each alike however many of them are asked. */
export const many: DatasetSpec = {
  name: 'many',
  tenants: 1_000,
  size: { projects: 20, tasks: 400, timeEntries: 2_000, messages: 1_000 },
};

/** Two organizations, which the worst inputs of one member may change. */
export const bystander: DatasetSpec = { name: 'bystander', tenants: 2, size: full.size };
