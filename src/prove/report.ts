import type { Finding } from './duel.ts';
import { mutationsOf } from './sample-input.ts';
import type { Pair } from './scratch.ts';
import type { ProofTarget } from './target.ts';

export interface GroupReport {
  group: string;
  about: string;
  /** Attacks tried, in both directions. */
  attempts: number;
  findings: Finding[];
  notes: string[];
  seconds: number;
}

/** What the attacks had to aim at: an attack on nothing proves nothing. */
export interface Coverage {
  queries: number;
  mutations: number;
  /** Types of which the victim had an id. */
  types: number;
  tables: number;
  /** Tables without a row. */
  emptyTables: string[];
  /** Columns that said in every row whose they were. */
  markedColumns: number;
}

export interface ProofReport {
  organizations: string[];
  groups: GroupReport[];
  attempts: number;
  findings: number;
  coverage: Coverage;
  /** What no attack can be stopped by, and what therefore must not happen elsewhere. */
  limits: readonly string[];
  /** Runs that were interrupted, whose organizations were removed now. */
  leftovers: string[];
}

export const limits: readonly string[] = [
  'SQL smuggled into a session could take another role by set_config: no SQL is made from values, and a dedicated database with a login of its own stops even that',
  'the names of schemas and roles, and estimates of row counts in the system catalogs, can be read by every role of a database',
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
