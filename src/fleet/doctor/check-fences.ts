import { progressOf } from '../move/journal.ts';
import { fencedOf } from '../move/stray-fences.ts';
import type { MoveRow } from './catalog-facts.ts';
import type { DatabaseVisit } from './database-visit.ts';
import { type Finding, Findings } from './finding.ts';

/** Reports organizations that cannot write although no move has fenced them. */
export async function checkFences(
  { admin, name, schemas, slugs }: DatabaseVisit,
  openMoves: readonly MoveRow[],
): Promise<Finding[]> {
  const found = new Findings('fences', name);
  const served = schemas.filter(({ state, organizationId }) => state === 'ACTIVE' && organizationId !== null);
  const fenced = await fencedOf(admin, served);
  const moved = new Set(
    openMoves.filter((move) => progressOf(move).fenced).map(({ organizationId }) => organizationId),
  );
  for (const { schemaName, organizationId } of served) {
    if (!fenced.has(schemaName) || moved.has(organizationId!)) continue;
    found.problem(
      slugs.get(schemaName) ?? schemaName,
      'cannot write although it is not being moved: run `chantier doctor --repair`',
    );
  }
  return found.all;
}
