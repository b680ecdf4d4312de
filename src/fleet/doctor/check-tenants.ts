import type { CatalogFacts, OrganizationFacts } from './catalog-facts.ts';
import { type Finding, Findings } from './finding.ts';

const dayMs = 24 * 60 * 60_000;
const longMoveMs = 60 * 60_000;
const oldBackupMs = 2 * dayMs;

export interface TenantCheckOptions {
  now: Date;
  /** How many spares should be ready. */
  spares: number;
}

/** Runs the checks that need only the catalog: status, schemas, backups, spares, open moves. */
export function checkTenants(facts: CatalogFacts, { now, spares }: TenantCheckOptions): Finding[] {
  return [
    ...checkQuarantine(facts),
    ...checkSpares(facts, spares),
    ...checkStates(facts, now),
    ...checkBackups(facts, now),
    ...checkMoves(facts, now),
  ];
}

function checkQuarantine({ schemas, organizations }: CatalogFacts): Finding[] {
  const found = new Findings('quarantine');
  const slugs = new Map(organizations.map(({ id, slug }) => [id, slug]));
  for (const { schemaName, organizationId, quarantineReason } of schemas) {
    if (quarantineReason === null) continue;
    const name = (organizationId && slugs.get(organizationId)) ?? schemaName;
    found.problem(name, `is quarantined, and not served: ${quarantineReason}`);
  }
  return found.all;
}

function checkSpares({ schemas }: CatalogFacts, wanted: number): Finding[] {
  const found = new Findings('spares');
  const ready = schemas.filter(
    ({ state, organizationId, quarantinedAt }) => state === 'SPARE' && !organizationId && !quarantinedAt,
  );
  if (ready.length < wanted / 2) found.warning('spares', `${ready.length} of ${wanted} are ready`);
  return found.all;
}

function checkStates({ organizations, schemas }: CatalogFacts, now: Date): Finding[] {
  const found = new Findings('orphans');
  const served = new Map(schemas.map((schema) => [`${schema.databaseId} ${schema.schemaName}`, schema]));
  for (const { id, slug, status, databaseId, schemaName, createdAt, deleteAfter } of organizations) {
    const schema = served.get(`${databaseId} ${schemaName}`);
    const age = now.getTime() - createdAt.getTime();
    if (status === 'PROVISIONING' && age > dayMs) {
      found.warning(
        slug,
        `is still PROVISIONING, and was created ${createdAt.toISOString()}: \`tenant create\` with this slug completes it`,
      );
    }
    if (status === 'ACTIVE' && (schema?.state !== 'ACTIVE' || schema.organizationId !== id)) {
      found.problem(slug, `is served from ${schemaName}, which is not its active schema in the catalog`);
    }
    if (deleteAfter && now.getTime() - deleteAfter.getTime() > dayMs) {
      found.warning(slug, `should have been dropped after ${deleteAfter.toISOString()}`);
    }
  }
  return found.all;
}

/** Reports nothing if this program has never made a backup: the operator may use other tools. */
function checkBackups({ organizations }: CatalogFacts, now: Date): Finding[] {
  const found = new Findings('backups');
  if (organizations.every(({ backedUpAt }) => backedUpAt === null)) return [];
  const age = ({ backedUpAt, createdAt }: OrganizationFacts) => now.getTime() - (backedUpAt ?? createdAt).getTime();
  for (const organization of organizations) {
    if (organization.status === 'PROVISIONING' || age(organization) < oldBackupMs) continue;
    const when = organization.backedUpAt?.toISOString();
    found.warning(organization.slug, when ? `was last backed up ${when}` : 'was never backed up');
  }
  return found.all;
}

function checkMoves({ openMoves, organizations }: CatalogFacts, now: Date): Finding[] {
  const found = new Findings('moves');
  const slugs = new Map(organizations.map(({ id, slug }) => [id, slug]));
  for (const { organizationId, phase, createdAt, lastError } of openMoves) {
    if (now.getTime() - createdAt.getTime() < longMoveMs) continue;
    const why = lastError === null ? '' : `: ${lastError}`;
    found.warning(
      slugs.get(organizationId) ?? organizationId,
      `a move that began ${createdAt.toISOString()} is still ${phase}${why}`,
    );
  }
  return found.all;
}
