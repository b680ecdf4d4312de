import type { Finding } from './duel.ts';
import { mutationsOf } from './sample-input.ts';
import type { Pair } from './scratch.ts';
import type { ProofTarget } from './target.ts';

export interface GroupReport {
  group: string;
  about: string;
  /** Number of attacks in both directions. */
  attempts: number;
  findings: Finding[];
  notes: string[];
  seconds: number;
}

/** The targets of the attacks: an attack on nothing proves nothing. */
export interface Coverage {
  queries: number;
  mutations: number;
  /** Number of types of which the victim had an id. */
  types: number;
  tables: number;
  /** Names of tables without rows. */
  emptyTables: string[];
  /** Number of columns that contain the marker. */
  markedColumns: number;
}

export interface ProofReport {
  organizations: string[];
  groups: GroupReport[];
  attempts: number;
  findings: number;
  coverage: Coverage;
  /** Known limits of the isolation, which must be covered by other means. */
  limits: readonly string[];
  /** Interrupted runs whose organizations were removed before this one. */
  leftovers: string[];
}

export const limits: readonly string[] = [
  'SQL injected into a session could switch to another role by set_config; no SQL is built from values, and a dedicated database with its own login prevents even that',
  'every role of a database can read the names of schemas and roles, and estimated row counts, in the system catalogs',
];

export async function coverageOf({ schema }: ProofTarget, pair: Pair): Promise<Coverage> {
  const sums = (await pair[1].rows.checksums()).filter(
    ({ name }) => !name.startsWith('catalog ') && !name.endsWith('_seq'),
  );
  return {
    queries: Object.keys(schema.getQueryType()!.getFields()).length,
    mutations: mutationsOf(schema).length,
    types: pair[1].ids.size,
    tables: sums.length,
    emptyTables: sums.filter(({ rows }) => rows === 0).map(({ name }) => name),
    markedColumns: pair[1].marks.marked.length,
  };
}
