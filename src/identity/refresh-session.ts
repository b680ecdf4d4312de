import { and, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { later } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { checkInput } from '../lib/input.ts';
import { recordAudit } from '../tenancy/audit.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import type { Identity, Origin } from './identity.ts';
import { secret, uuid } from './inputs.ts';
import { isMember } from './is-member.ts';
import { formatRefreshToken, isAuthentic, parseRefreshToken } from './refresh-token.ts';
import { type OpenSession, revokeSession, type SignedIn, sealContext, signedIn } from './sessions.ts';
import { sessions, users } from './tables.ts';

/** How long after a rotation the old token counts as a race of two tabs, not as theft. */
const raceMs = 10_000;
/** How many rotation times are kept; more than a client makes within `raceMs`. */
const remembered = 16;

export const refreshInput = z.object({
  refreshToken: secret,
  /** Another organization of the same user, to work in from now on. */
  organizationId: uuid.optional(),
});

type Session = typeof sessions.$inferSelect;
type User = typeof users.$inferSelect;
type Outcome = { session: OpenSession; user: User } | Refused;

/** `of` is the session of an authentic token; `audited` means that the transaction wrote the audit row. */
interface Refused {
  refusal: AppError;
  of?: Session;
  audited?: boolean;
}

/**
 * Exchanges a refresh token, which works once, for new tokens. Of several concurrent refreshes with one token, one
 * succeeds and the others get REFRESH_RACED. A token used again more than 10 s after its replacement is taken for
 * stolen: since the thief cannot be told from the user, the session ends. Throws SESSION_REVOKED, REFRESH_RACED,
 * UNAUTHENTICATED, and FORBIDDEN for an organization that the user does not belong to (the token then stays valid).
 */
export async function refreshSession(
  identity: Identity,
  input: z.input<typeof refreshInput>,
  origin: Origin,
): Promise<SignedIn> {
  const { refreshToken, organizationId } = checkInput(refreshInput, input);
  const outcome = await identity.catalog.write((tx) => refresh(identity, tx, refreshToken, organizationId, origin));
  // Thrown only now: the revocation of a stolen session has to be committed.
  if ('refusal' in outcome) {
    await audit(identity, outcome, origin);
    throw outcome.refusal;
  }
  return signedIn(identity, outcome.user, outcome.session);
}

/** Expired tokens and races of two tabs are not audited: they happen to every client now and then. */
async function audit({ refusals, clock }: Identity, { refusal, of, audited }: Refused, origin: Origin): Promise<void> {
  const isUsual = refusal.code === 'REFRESH_RACED' || (of && !of.revokedAt && of.expiresAt <= clock());
  if (audited || isUsual) return;
  await refusals.record({
    ...origin,
    actor: { kind: 'SYSTEM' },
    action: 'session.refresh-refused',
    ...(of && { resource: { type: 'User', id: of.userId } }),
    metadata: { code: refusal.code, ...(of && { sessionId: of.id }) },
  });
}

async function refresh(
  identity: Identity,
  tx: CatalogTx,
  text: string,
  organizationId: string | undefined,
  origin: Origin,
): Promise<Outcome> {
  const token = parseRefreshToken(text);
  const found = token && (await findSession(tx, token.sessionId));
  if (!token || !found) return { refusal: invalid() };
  const { session, user } = found;
  const key = identity.seal.open(session.refreshKey, sealContext(session.id));
  if (!isAuthentic(token, key)) return { refusal: invalid() };
  const now = identity.clock();
  if (session.revokedAt) return { refusal: revoked(), of: session };
  if (session.expiresAt <= now || user.disabledAt) return { refusal: invalid(), of: session };
  let wanted = organizationId ?? session.organizationId ?? undefined;
  if (wanted && !(await isMember(tx, { userId: user.id, organizationId: wanted }))) {
    const refusal = new AppError('FORBIDDEN', 'You are not a member of this organization');
    if (organizationId) return { refusal, of: session, audited: true };
    // The session outlives a membership: its user may belong to other organizations.
    wanted = undefined;
  }
  return rotate(identity, tx, { session, user, key, generation: token.generation, organizationId: wanted }, origin);
}

interface Rotation {
  session: Session;
  user: User;
  key: string;
  generation: number;
  organizationId: string | undefined;
}

/** The row lock of the update lets one of several rotations succeed; the others find the generation changed. */
async function rotate(identity: Identity, tx: CatalogTx, rotation: Rotation, origin: Origin): Promise<Outcome> {
  const { session, user, key, generation, organizationId } = rotation;
  const now = identity.clock();
  const { sessionIdleMs, sessionMaxMs } = identity.options;
  const leftMs = session.createdAt.getTime() + sessionMaxMs - now.getTime();
  const expiresAt = later(now, Math.min(sessionIdleMs, leftMs));
  const rotated = await tx
    .update(sessions)
    .set({
      generation: generation + 1,
      rotations: sql`(array[${now.toISOString()}::timestamptz] || ${sessions.rotations})[1:${sql.raw(String(remembered))}]`,
      organizationId: organizationId ?? null,
      lastUsedAt: now,
      expiresAt,
    })
    .where(and(eq(sessions.id, session.id), eq(sessions.generation, generation), isNull(sessions.revokedAt)))
    .returning({ id: sessions.id });
  if (rotated.length === 0) return refuseOld(identity, tx, rotation, origin);
  const refreshToken = formatRefreshToken(session.id, generation + 1, key);
  return { user, session: { id: session.id, organizationId, refreshToken, expiresAt } };
}

/** Refuses a token that was already replaced: REFRESH_RACED within `raceMs`, later the session is revoked. */
async function refuseOld(identity: Identity, tx: CatalogTx, rotation: Rotation, origin: Origin): Promise<Outcome> {
  const { session } = (await findSession(tx, rotation.session.id)) ?? rotation;
  if (session.revokedAt) return { refusal: revoked(), of: session };
  const now = identity.clock();
  const replacedAt = session.rotations[session.generation - rotation.generation - 1];
  if (replacedAt && now.getTime() - replacedAt.getTime() <= raceMs) {
    return { refusal: new AppError('REFRESH_RACED', 'Another request has just refreshed this token: use its tokens') };
  }
  await revokeSession(tx, session, 'REUSED', now);
  await recordAudit(tx, {
    ...origin,
    actor: { kind: 'SYSTEM' },
    action: 'session.reuse-detected',
    outcome: 'FAILURE',
    resource: { type: 'User', id: session.userId },
    metadata: { sessionId: session.id },
  });
  return { refusal: revoked(), of: session, audited: true };
}

async function findSession(tx: CatalogTx, id: string): Promise<{ session: Session; user: User } | undefined> {
  const [found] = await tx
    .select({ session: sessions, user: users })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.id, id));
  return found;
}

const invalid = () => new AppError('UNAUTHENTICATED', 'The refresh token is not valid');
const revoked = () => new AppError('SESSION_REVOKED', 'This session has been revoked: sign in again');
