import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { type CodeKind, codeKinds, defaultPatterns } from './code-kinds.ts';
import { checkPattern } from './code-pattern.ts';
import { codeFormats } from './tables.ts';

const input = z.object({
  kind: z.enum(codeKinds),
  pattern: z.string().trim(),
  /** 0 is the version of a format that was never set. */
  expectedVersion: z.number().int().min(0).nullish(),
});

/**
 * Sets the format of future codes of a kind; existing codes stay. Needs settings:write. Throws BAD_INPUT for an invalid
 * pattern.
 */
export async function updateCodeFormat(
  tx: TenantTx,
  viewer: Viewer,
  raw: Raw<typeof input>,
): Promise<{ kind: CodeKind }> {
  requirePermission(viewer, 'settings:write');
  const { kind, pattern, expectedVersion } = checkInput(input, raw);
  checkPattern(pattern, 'input.pattern');
  const current = await lockFormat(tx, kind);
  if (expectedVersion !== undefined && expectedVersion !== null && expectedVersion !== current.version) {
    throw new AppError('STALE_VERSION', 'This code format has changed since you read it', {
      field: 'input.expectedVersion',
      current: { kind, pattern: current.pattern, version: current.version },
    });
  }
  if (pattern === current.pattern) return { kind };
  const { version } = current;
  await tx
    .update(codeFormats)
    .set({ pattern, version: version + 1 })
    .where(eq(codeFormats.kind, kind));
  await recordEvent(tx, viewer, {
    action: 'codeFormat.updated',
    resourceType: 'Organization',
    resourceId: viewer.organizationId,
    metadata: { kind },
    before: { pattern: current.pattern },
    after: { pattern },
  });
  return { kind };
}

/** The format's row, locked. A kind that was never set gets its row first, so that it can be locked. */
async function lockFormat(tx: TenantTx, kind: CodeKind) {
  await tx.insert(codeFormats).values({ kind, pattern: defaultPatterns[kind], version: 0 }).onConflictDoNothing();
  const [format] = await tx.select().from(codeFormats).where(eq(codeFormats.kind, kind)).for('no key update');
  return format!;
}
