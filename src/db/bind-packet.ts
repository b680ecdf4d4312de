import { quoteIdentifier } from './identifier.ts';

/** Time limits of a session on the server, in milliseconds; 0 for no limit. */
export interface Limits {
  /** One statement. */
  statementMs: number;
  /** Waiting for one lock. */
  lockMs: number;
  /** Idle inside the transaction. */
  idleMs: number;
}

/**
 * Which query plan the server uses for a prepared statement: one `generic` plan for all values, or a `custom` plan for
 * each execution, for example for aggregates over much of a table. By default the server compares the estimated costs
 * of both after five executions.
 */
export type Planning = 'generic' | 'custom';

const planSettings: Readonly<Record<Planning, readonly string[]>> = {
  generic: ['set local plan_cache_mode = force_generic_plan'],
  // Ten times the default cost of an index entry. At the default the planner reads half a table through an index, which
  // takes a quarter longer than reading the whole table
  custom: ['set local plan_cache_mode = force_custom_plan', 'set local cpu_index_tuple_cost = 0.05'],
};

/** The scope of a session: its key, search path, role, access mode and limits. */
export interface Scope {
  /** The unit of fairness, affinity and prepared statements: the tenant, or `catalog`. */
  key: string;
  searchPath: readonly string[];
  /** null keeps the login's own rights. */
  role: string | null;
  /** `read` uses one snapshot for the whole session. */
  access: 'read' | 'write';
  limits: Limits;
  planning?: Planning | undefined;
  /**
   * Whether to parse statements again instead of using the connection's prepared ones; set after one of them was stale.
   */
  fresh?: boolean;
}

export interface BindPacket {
  begin: string;
  settings: string;
}

/**
 * The statements that open a session. BEGIN is a message of its own: it cannot fail to parse, so any error in the
 * settings happens inside a transaction, and the statements pipelined after them are rejected (25P02).
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
