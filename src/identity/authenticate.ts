import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { RoleClass } from '../tenancy/binding.ts';
import { modulesWith, requireServable } from '../tenancy/tenant.ts';
import type { AccessTokens } from './access-token.ts';
import { isSecretOf } from './api-key.ts';
import type { ApiKeyUse } from './api-key-use.ts';
import { type Credential, readCredential } from './credential.ts';
import type { ExternalIssuers } from './external-issuers.ts';
import type { Anchor, MemberState } from './member-state.ts';
import type { MemberStates } from './member-states.ts';
import { isPermission, type Permission, permissionsOf, readsOnly } from './permissions.ts';
import type { Role } from './roles.ts';
import type { Account, Viewer } from './viewer.ts';

export interface AuthenticatorOptions {
  accessTokens: AccessTokens;
  externalIssuers: ExternalIssuers;
  states: MemberStates;
  apiKeyUse: ApiKeyUse;
  clock: Clock;
}

export interface AuthenticateRequest {
  authorization?: string | undefined;
  /** The result of `read`, if the caller has it already. */
  credential?: Credential | null;
  /** The tenant named by host, path or header, if any. */
  tenant?: { id: string } | undefined;
  /** The network address of the sender, to note the use of an API key. */
  address?: string | undefined;
}

/** Finds the sender of a request and their permissions in the catalog, through a cache (see MemberStates). */
export class Authenticator {
  readonly #options: AuthenticatorOptions;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /**
   * The caller: a Viewer if the request names an organization, an Account if it names none, null without credentials.
   * Throws UNAUTHENTICATED, SESSION_REVOKED, FORBIDDEN for a user who is not (or no longer) a member, TENANT_MISMATCH
   * for a token of another organization, TENANT_INACTIVE and TENANT_NOT_FOUND for an organization that is not served.
   */
  async authenticate({
    authorization,
    tenant,
    address,
    ...known
  }: AuthenticateRequest): Promise<Viewer | Account | null> {
    const credential = known.credential === undefined ? await this.read(authorization) : known.credential;
    if (!credential) return null;
    const state = await this.#check(credential, anchorOf(credential, tenant?.id), address);
    const account = accountOf(state, credential);
    if (!state.organization && !hasOrganization(credential, tenant)) return account;
    const viewer = this.#viewerOf(account, state);
    if (tenant && tenant.id !== viewer.organizationId) throw mismatch();
    return viewer;
  }

  /** The organization that the credential is bound to, for routing; undefined when it is bound to none. */
  async organizationOf(credential: Credential | null, address?: string): Promise<string | undefined> {
    if (credential?.kind === 'session') return credential.organizationId;
    if (credential?.kind !== 'apiKey') return undefined;
    return (await this.#check(credential, anchorOf(credential, undefined), address)).organization?.id;
  }

  /** The credential in an Authorization header; null without a header. Throws UNAUTHENTICATED. */
  read(authorization: string | undefined): Promise<Credential | null> {
    const { accessTokens, externalIssuers } = this.#options;
    return readCredential(authorization, { ours: accessTokens, external: externalIssuers });
  }

  async #check(credential: Credential, anchor: Anchor, address: string | undefined): Promise<MemberState> {
    const state = await this.#options.states.find(anchor);
    if (!state) throw credential.kind === 'session' ? revoked() : unauthenticated();
    const now = this.#options.clock();
    if (credential.kind === 'session') checkSession(credential, state, now);
    if (credential.kind === 'apiKey') this.#checkApiKey(credential.secret, state, now, address);
    if (state.user.disabledAt) throw unauthenticated();
    return state;
  }

  #checkApiKey(secret: string, { apiKey }: MemberState, now: Date, address: string | undefined): void {
    const sound = apiKey && !apiKey.revokedAt && isAccepted(secret, apiKey, now);
    if (!sound || (apiKey.expiresAt && apiKey.expiresAt <= now)) throw unauthenticated();
    this.#options.apiKeyUse.note(apiKey, now, address);
  }

  #viewerOf(account: Account, state: MemberState): Viewer {
    const { membership, organization, apiKey } = state;
    if (!membership || !organization) throw new AppError('FORBIDDEN', 'You are not a member of this organization');
    requireServable({ status: organization.status, quarantined: false });
    const granted = permissionsOf(membership.role, state.overrides);
    const permissions = apiKey ? within(granted, apiKey.scopes) : granted;
    return {
      ...account,
      membershipId: membership.id,
      profileId: membership.profileId,
      organizationId: organization.id,
      role: apiKey ? roleOfKey(membership.role) : membership.role,
      permissions,
      modules: modulesWith(organization.modules),
      roleClass: apiKey ? classOfKey(permissions) : 'interactive',
      ...(apiKey && { apiKey: keyOf(apiKey) }),
    };
  }
}

/**
 * Our tokens and API keys are bound to one organization; an external token is valid for each organization of its user.
 */
function anchorOf(credential: Credential, tenantId: string | undefined): Anchor {
  switch (credential.kind) {
    case 'session': {
      const { sessionId, organizationId } = credential;
      if (tenantId && organizationId && tenantId !== organizationId) throw mismatch();
      return { kind: 'session', sessionId, organizationId };
    }
    case 'external':
      return { kind: 'identity', issuer: credential.issuer, subject: credential.subject, organizationId: tenantId };
    case 'apiKey':
      return { kind: 'apiKey', prefix: credential.prefix };
  }
}

/** Whether the request names an organization, existing or not. */
const hasOrganization = (credential: Credential, tenant: { id: string } | undefined): boolean =>
  credential.kind === 'session' ? credential.organizationId !== undefined : tenant !== undefined;

function checkSession({ userId }: Credential & { kind: 'session' }, { user, session }: MemberState, now: Date): void {
  if (user.id !== userId || !session || session.revokedAt) throw revoked();
  if (session.expiresAt <= now) throw unauthenticated();
}

const accountOf = ({ user: { id, email, firstName, lastName } }: MemberState, credential: Credential): Account => ({
  userId: id,
  email,
  firstName,
  lastName,
  ...(credential.kind === 'session' && { sessionId: credential.sessionId }),
});

/** Whether it is the key's secret, or the one before its last rotation and the overlap has not ended. */
function isAccepted(secret: string, apiKey: NonNullable<MemberState['apiKey']>, now: Date): boolean {
  const { secretHash, previousSecretHash, previousSecretUntil } = apiKey;
  if (isSecretOf(secret, secretHash)) return true;
  if (previousSecretHash === null || previousSecretUntil === null || previousSecretUntil <= now) return false;
  return isSecretOf(secret, previousSecretHash);
}

function keyOf({ id, persistedOnly, points, restoreRate }: NonNullable<MemberState['apiKey']>) {
  const limit = points !== null && restoreRate !== null ? { points, restoreRate } : undefined;
  return { id, persistedOnly, ...(limit && { limit }) };
}

/** A key acts for a member, but never as an owner: only people may take the actions of owners. */
const roleOfKey = (role: Role): Role => (role === 'OWNER' ? 'ADMIN' : role);

/** Keys that only read serve reports, which get a longer statement timeout and may use a replica. */
const classOfKey = (permissions: ReadonlySet<Permission>): RoleClass =>
  readsOnly(permissions) ? 'analyst' : 'integrator';

const within = (granted: ReadonlySet<Permission>, scopes: readonly string[]): ReadonlySet<Permission> =>
  granted.intersection(new Set(scopes.filter(isPermission)));

const unauthenticated = () => new AppError('UNAUTHENTICATED', 'The credentials are no longer valid');
const revoked = () => new AppError('SESSION_REVOKED', 'This session has been revoked: sign in again');
const mismatch = () => new AppError('TENANT_MISMATCH', 'Host, path, header and token must name the same organization');
