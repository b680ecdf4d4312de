import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Seal } from '../lib/seal.ts';
import type { MailLinks } from '../mail/links.ts';
import type { Mail, Mailer } from '../mail/mailer.ts';
import type { AuditOrigin } from '../tenancy/audit.ts';
import type { Catalog } from '../tenancy/catalog.ts';
import type { Databases } from '../tenancy/databases/databases.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import type { TenantLifecycle } from '../tenancy/tenant-lifecycle.ts';
import type { AccessTokens } from './access-token.ts';
import type { Passwords } from './password.ts';
import type { ProfileGateway } from './profile-gateway.ts';
import type { RefusalLog } from './refusal-log.ts';
import type { TaskGateway } from './task-gateway.ts';

/** Who may create an account: anybody, people with an invitation, or only operators. */
export type SignUpPolicy = 'open' | 'invite' | 'off';

export interface IdentityOptions {
  /** Links in mails. */
  links: MailLinks;
  signUp: SignUpPolicy;
  /** Sign-ups from one network address: the burst, and the number per day. */
  signUpsPerAddress: number;
  /** The same for organizations. */
  organizationsPerAddress: number;
  /** A session ends when it is not refreshed for this long ... */
  sessionIdleMs: number;
  /** ... and at this age whatever happens. */
  sessionMaxMs: number;
}

/** The dependencies of the use cases of identity; `app.ts` supplies them. */
export interface Identity {
  readonly catalog: Catalog;
  readonly databases: Databases;
  /** Creates, moves and deletes the tenants of organizations. */
  readonly lifecycle: TenantLifecycle;
  readonly clock: Clock;
  readonly seal: Seal;
  readonly passwords: Passwords;
  readonly accessTokens: AccessTokens;
  readonly mailer: Mailer;
  readonly profiles: ProfileGateway;
  readonly tasks: TaskGateway;
  readonly logger: Logger;
  /** Audits refusals. */
  readonly refusals: RefusalLog;
  readonly options: IdentityOptions;
  findTenant(organizationId: string): Promise<Tenant | undefined>;
}

/** Where a request comes from: for limits by address and for the audit log. */
export type Origin = AuditOrigin;

const day = 24 * 60 * 60_000;
export const defaultSessionTimes = { sessionIdleMs: 30 * day, sessionMaxMs: 180 * day };

/** Sends a mail in the background: otherwise the response time would reveal whether the account exists. */
export function sendLater({ mailer, logger }: Identity, mail: Mail): void {
  mailer.send(mail).catch((error: unknown) => logger.error({ err: error, kind: mail.kind }, 'a mail was not sent'));
}
