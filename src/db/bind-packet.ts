import { quoteIdentifier } from './identifier.ts';

/** How long the server lets a session of this kind take; milliseconds, 0 for no limit. */
export interface Limits {
  /** One statement. */
  statementMs: number;
  /** Waiting for one lock. */
  lockMs: number;
  /** Doing nothing inside the transaction. */
  idleMs: number;
}

/**
 * How the server plans a prepared statement: `once` for all values, or `anew` for each, as one that sums up much of a table;
 * otherwise it compares what the two seem to cost, which takes five executions and believes its estimates.
 */
export type Planning = 'once' | 'anew';

const planSettings: Readonly<Record<Planning, readonly string[]>> = {
  once: ['set local plan_cache_mode = force_generic_plan'],
  // An index entry at what it costs to go to its row: else half a table is summed up row by row, which takes a quarter more
  // than to read all of it
  anew: ['set local plan_cache_mode = force_custom_plan', 'set local cpu_index_tuple_cost = 0.05'],
};

/** Everything that a session may see: whose it is, where its names are looked up, whose rights it has, for how long. */
export interface Scope {
  /** Fairness, affinity and prepared statements are by key: the tenant, or `catalog`. */
  key: string;
  searchPath: readonly string[];
  /** null keeps the rights of the login. */
  role: string | null;
  /** `read` is one snapshot of the data for the whole session. */
  access: 'read' | 'write';
  limits: Limits;
  planning?: Planning | undefined;
  /** Whether statements are parsed again instead of taking those that the connection has prepared: after one was stale. */
  fresh?: boolean;
}

export interface BindPacket {
  begin: string;
  settings: string;
}

/**
 * The statements that open a session. BEGIN is a message of its own: it cannot fail to parse, so whatever is wrong with
 * the settings fails inside a transaction, and a statement that travels behind them is refused (25P02).
 * @throws RangeError for a name or a limit that Postgres could misread.
 */
export function bindPacket(scope: Scope): BindPacket {
  const { limits, planning } = scope;
  const path = scope.searchPath.length === 0 ? "''" : scope.searchPath.map(quoteIdentifier).join(', ');
  const settings = [
    `set local search_path = ${path}`,
    `set local statement_timeout = ${milliseconds(limits.statementMs)}`,
    `set local lock_timeout = ${milliseconds(limits.lockMs)}`,
    `set local idle_in_transaction_session_timeout = ${milliseconds(limits.idleMs)}`,
  ];
  if (planning) settings.push(...planSettings[planning]);
  if (scope.role !== null) settings.push(`set local role ${quoteIdentifier(scope.role)}`);
  return {
    begin: scope.access === 'read' ? 'begin isolation level repeatable read read only' : 'begin',
    settings: settings.join('; '),
  };
}

function milliseconds(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a limit in milliseconds: ${value}`);
  return value;
}
