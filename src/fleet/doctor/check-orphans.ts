import type { DatabaseVisit } from './database-visit.ts';
import { type Finding, Findings } from './finding.ts';

const staleMs = 24 * 60 * 60_000;
const inTheMaking = new Set(['BUILDING', 'INCOMING', 'SCRATCH']);

const schemas = `select nspname::text as name from pg_namespace where nspname like 'tenant\\_%' or nspname like 'dropping\\_tenant\\_%'`;
const inLedger = `select distinct schema_name as name from chantier.tenant_migrations where schema_name like 'tenant\\_%'`;

/** What is in the database and not in the catalog, or the other way round, and what was begun long ago and left. */
export async function checkOrphans(visit: DatabaseVisit, now: Date): Promise<Finding[]> {
  const found = new Findings('orphans', visit.name);
  const there = new Set((await visit.admin.run<{ name: string }>(schemas)).map(({ name }) => name));
  const ledger = await visit.admin.run<{ name: string }>(inLedger);
  const known = new Set(visit.schemas.flatMap(({ schemaName }) => [schemaName, `dropping_${schemaName}`]));
  for (const name of there) if (!known.has(name)) found.warning(name, 'a schema that the catalog does not know');
  for (const { name } of ledger) {
    if (!known.has(name))
      found.warning(name, 'the ledger of migrations tells of a schema that the catalog does not know');
  }
  for (const { schemaName, state, createdAt, dropAfter } of visit.schemas) {
    const age = now.getTime() - createdAt.getTime();
    const exists = there.has(schemaName) || there.has(`dropping_${schemaName}`);
    if (!exists && !inTheMaking.has(state) && state !== 'DROPPING') {
      found.problem(schemaName, `the catalog has it as ${state}, and the database does not have it`);
    }
    if (inTheMaking.has(state) && age > staleMs) {
      found.warning(schemaName, `${state} since ${createdAt.toISOString()}: whatever made it was interrupted`);
    }
    const due = dropAfter && now.getTime() - dropAfter.getTime() > staleMs;
    if (due && state !== 'ACTIVE') {
      found.warning(schemaName, `${state}, and was to be dropped after ${dropAfter.toISOString()}`);
    }
  }
  return found.all;
}
