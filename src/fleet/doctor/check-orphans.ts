import type { DatabaseVisit } from './database-visit.ts';
import { type Finding, Findings } from './finding.ts';

const staleMs = 24 * 60 * 60_000;
const unfinishedStates = new Set(['BUILDING', 'INCOMING', 'SCRATCH']);

const schemas = `select nspname::text as name from pg_namespace where nspname like 'tenant\\_%' or nspname like 'dropping\\_tenant\\_%'`;
const inLedger = `select distinct schema_name as name from chantier.tenant_migrations where schema_name like 'tenant\\_%'`;

/**
 * Reports differences between the database and the catalog, and operations that began long ago and have not finished.
 */
export async function checkOrphans(visit: DatabaseVisit, now: Date): Promise<Finding[]> {
  const found = new Findings('orphans', visit.name);
  const there = new Set((await visit.admin.run<{ name: string }>(schemas)).map(({ name }) => name));
  const ledger = await visit.admin.run<{ name: string }>(inLedger);
  const known = new Set(visit.schemas.flatMap(({ schemaName }) => [schemaName, `dropping_${schemaName}`]));
  for (const name of there) if (!known.has(name)) found.warning(name, 'the catalog has no record of this schema');
  for (const { name } of ledger) {
    if (!known.has(name))
      found.warning(name, 'the ledger of migrations lists this schema, but the catalog has no record of it');
  }
  for (const { schemaName, state, createdAt, dropAfter } of visit.schemas) {
    const age = now.getTime() - createdAt.getTime();
    const exists = there.has(schemaName) || there.has(`dropping_${schemaName}`);
    if (!exists && !unfinishedStates.has(state) && state !== 'DROPPING') {
      found.problem(schemaName, `is ${state} in the catalog, but does not exist in the database`);
    }
    if (unfinishedStates.has(state) && age > staleMs) {
      found.warning(
        schemaName,
        `is still ${state}, and was created ${createdAt.toISOString()}: the operation that created it was interrupted`,
      );
    }
    const due = dropAfter && now.getTime() - dropAfter.getTime() > staleMs;
    if (due && state !== 'ACTIVE') {
      found.warning(schemaName, `is ${state}, and should have been dropped after ${dropAfter.toISOString()}`);
    }
  }
  return found.all;
}
