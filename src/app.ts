import type { Toolbox } from './cli/toolbox.ts';
import type { Config } from './config.ts';
import type { Listener } from './db/listener.ts';
import { SlotPool, type SlotPoolOptions } from './db/slot-pool.ts';
import type { Fleet } from './fleet/fleet.ts';
import { lifecycleOf } from './fleet/lifecycle.ts';
import { backgroundTasks } from './fleet/schedule/background-tasks.ts';
import { Upkeep } from './fleet/schedule/upkeep.ts';
import type { Watched } from './fleet/schedule/watch-task.ts';
import { FittingSchemas } from './fleet/schemas/fitting-schemas.ts';
import { migrateFleet } from './fleet/schemas/migrate.ts';
import { requireSharedFit } from './fleet/schemas/schema-status.ts';
import { ServerLife } from './fleet/servers/server-life.ts';
import { DocumentUse } from './graphql/documents/document-use.ts';
import { TrustedDocuments } from './graphql/documents/trusted-documents.ts';
import { AccessTokens } from './identity/access-token.ts';
import { ApiKeyUse } from './identity/api-key-use.ts';
import { Authenticator } from './identity/authenticate.ts';
import type { OidcIssuer } from './identity/oidc-issuers.ts';
import './event-handlers.ts';
import { settleDepartures } from './identity/departures.ts';
import { type ExternalIssuer, ExternalIssuers } from './identity/external-issuers.ts';
import { defaultSessionTimes, type Identity } from './identity/identity.ts';
import { MemberStates } from './identity/member-states.ts';
import { Passwords } from './identity/password.ts';
import { pruneAll } from './identity/prune.ts';
import { RefusalLog } from './identity/refusal-log.ts';
import { resealIdentity } from './identity/reseal-identity.ts';
import { SessionCookies } from './identity/session-cookies.ts';
import { SigningKeys } from './identity/signing-keys.ts';
import { JobWorker } from './jobs/job-worker.ts';
import { JobWorkers } from './jobs/job-workers.ts';
import { systemClock } from './lib/clock.ts';
import { NetworkGuard } from './lib/network-guard.ts';
import { internet } from './lib/post-once.ts';
import { mailLinks } from './mail/links.ts';
import { LogMailer } from './mail/log-mailer.ts';
import type { Mailer } from './mail/mailer.ts';
import { NoMailer } from './mail/no-mailer.ts';
import { SmtpMailer } from './mail/smtp-mailer.ts';
import { mailNotifications } from './modules/notifications/mail-notification.ts';
import { TenantProfiles } from './modules/people/tenant-profiles.ts';
import { TenantTasks } from './modules/tasks/tenant-tasks.ts';
import { deliverWebhooks } from './modules/webhooks/deliver-webhook.ts';
import { WebhookFeed } from './modules/webhooks/webhook-feed.ts';
import { OpenInstallation, type OpenOptions } from './open-installation.ts';
import { withLoginOf } from './tenancy/app-login.ts';
import { defaultLimits, type LimitsByClass, TenantBinding } from './tenancy/binding.ts';
import type { Catalog } from './tenancy/catalog.ts';
import { ChangeSignals } from './tenancy/change-signals.ts';
import type { Databases } from './tenancy/databases/databases.ts';
import { TenantPools } from './tenancy/databases/tenant-pools.ts';
import { TenantDirectory } from './tenancy/directory.ts';
import type { Installation } from './tenancy/installation.ts';
import { LiveMarks } from './tenancy/live-marks.ts';
import { ReadReplica } from './tenancy/read-replica.ts';
import { ReportShares } from './tenancy/report-share.ts';
import { servedOrganizations } from './tenancy/served-organizations.ts';
import { TenantPlaces } from './tenancy/tenant-places.ts';

export interface AppOptions extends OpenOptions {
  passwords?: Passwords;
  /** Instead of the one that the configuration asks for. */
  mailer?: Mailer;
  /** Called with the schema and the milliseconds for which a session of a tenant held its connection. */
  onHeld?: (schemaName: string, ms: number) => void;
}

/** Everything behind the transports, built once from the configuration. Disposing drains and closes it all. */
export class App implements Toolbox {
  readonly options: AppOptions;
  readonly installation: Installation;
  /** Slots in the primary database. */
  readonly pool: SlotPool;
  /** Slots in every database. */
  readonly pools: TenantPools;
  readonly catalogPool: SlotPool;
  readonly listener: Listener;
  /** Which organizations have committed changes, in any process. */
  readonly signals: ChangeSignals;
  /** Which organizations have new jobs. */
  readonly jobSignals: ChangeSignals;
  readonly liveMarks: LiveMarks;
  readonly catalog: Catalog;
  readonly databases: Databases;
  readonly fleet: Fleet;
  /** Which tenants' schemas this build can serve. */
  readonly fit: FittingSchemas;
  /** The installation as upkeep saw it last. */
  readonly watched: Watched = { state: undefined, backupAgeSeconds: undefined, readAt: 0, targets: [] };
  /** For what analysts read. */
  readonly replica: ReadReplica | undefined;
  readonly directory: TenantDirectory;
  readonly binding: TenantBinding;
  readonly signingKeys: SigningKeys;
  readonly identity: Identity;
  readonly sessionCookies: SessionCookies;
  readonly authenticator: Authenticator;
  readonly trustedDocuments: TrustedDocuments;
  readonly documentUse: DocumentUse;
  readonly #resources: AsyncDisposableStack;

  /**
   * Finds or starts the database, and creates the schemas and roles of the installation in it; migrates nothing. Throws
   * SCHEMA_MISMATCH if `readOnly` is set and there is no installation.
   */
  static async open(options: AppOptions): Promise<App> {
    return new App(options, await OpenInstallation.open(options));
  }

  private constructor(options: AppOptions, opened: OpenInstallation) {
    const { config, logger, clock = systemClock, onHeld } = options;
    const { installation, catalog, databases, seal, slots } = opened;
    this.options = options;
    this.installation = installation;
    const resources = new AsyncDisposableStack();
    resources.use(opened);
    this.#resources = resources;
    this.catalogPool = opened.catalogPool;
    this.listener = opened.listener;
    this.signals = new ChangeSignals(opened.listener);
    this.jobSignals = new ChangeSignals(opened.listener, 'jobs.added');
    this.liveMarks = resources.use(new LiveMarks(opened.listener));
    this.catalog = catalog;
    this.databases = databases;
    this.fleet = opened.fleet;
    const ofTenants = { ...slots, size: config.poolSize, applicationName: 'chantier', ...(onHeld && { onHeld }) };
    this.pool = resources.use(new SlotPool(ofTenants));
    this.fit = new FittingSchemas(this.fleet);
    this.directory = new TenantDirectory({ catalog: this.catalog, clock });
    this.pools = resources.use(
      new TenantPools({
        primary: this.pool,
        databases,
        open: ({ appUrl, ...login }) => new SlotPool({ ...ofTenants, ...login, url: appUrl }),
        bus: catalog.bus,
        logger,
        most: config.databasePools,
      }),
    );
    const places = new TenantPlaces({ catalog, directory: this.directory, waitMs: config.poolWaitMs });
    const replica = config.readDatabaseUrl ? this.#replicaAt(config.readDatabaseUrl, ofTenants) : undefined;
    this.replica = replica;
    this.binding = new TenantBinding({
      pools: this.pools,
      limits: limitsOf(config),
      ...(replica && { replica }),
      reports: new ReportShares({ connections: config.poolSize, waitMs: config.poolWaitMs }),
      places,
      fit: this.fit,
      onCommit: (organizationId, { hasNewJobs }) => {
        this.signals.committed(organizationId);
        if (hasNewJobs) this.jobSignals.committed(organizationId);
      },
    });
    this.signingKeys = new SigningKeys(this.catalog, seal, clock);
    const accessTokens = new AccessTokens(this.signingKeys, clock, {
      issuer: config.issuer,
      audience: 'chantier',
      lifetimeMs: config.accessTokenTtl * 1000,
    });
    this.identity = {
      catalog: this.catalog,
      databases,
      lifecycle: lifecycleOf(this.fleet, clock),
      clock,
      seal,
      passwords: options.passwords ?? new Passwords(),
      accessTokens,
      mailer: options.mailer ?? this.#mailer(),
      profiles: new TenantProfiles(this.binding),
      tasks: new TenantTasks(this.binding),
      logger,
      refusals: resources.use(new RefusalLog(this.catalog, clock, logger)),
      options: {
        links: mailLinks(config),
        signUp: config.signUp,
        signUpsPerAddress: config.signUpsPerAddress,
        organizationsPerAddress: config.organizationsPerAddress,
        ...defaultSessionTimes,
        sessionIdleMs: config.refreshTokenTtl * 1000,
      },
      findTenant: (organizationId) => this.directory.findById(organizationId),
    };
    this.sessionCookies = new SessionCookies(this.catalog, seal, clock);
    this.authenticator = new Authenticator({
      accessTokens,
      externalIssuers: new ExternalIssuers(config.oidcIssuers.map(trustedIssuer), clock),
      states: new MemberStates(this.catalog, clock),
      apiKeyUse: resources.use(new ApiKeyUse(this.catalog, logger)),
      clock,
    });
    this.trustedDocuments = new TrustedDocuments(catalog, clock);
    this.documentUse = resources.use(new DocumentUse(catalog, clock, logger));
  }

  #mailer(): Mailer {
    const { config, logger } = this.options;
    const { smtpServer: server, mailFrom: from } = config;
    if (server) return this.#resources.use(new SmtpMailer({ server, from, logger }));
    return config.production ? new NoMailer(logger) : new LogMailer(logger);
  }

  /** Reads by the program's own login: the replica has the same. */
  #replicaAt(address: string, slots: SlotPoolOptions): ReadReplica {
    const url = withLoginOf(this.installation.appUrl, address);
    const { readMaxLagMs: maxLagMs, readWaitMs: waitMs } = this.options.config;
    const pool = this.#resources.use(new SlotPool({ ...slots, url, applicationName: 'chantier reads' }));
    const { logger } = this.options;
    return this.#resources.use(new ReadReplica({ pool, primary: this.catalogPool, maxLagMs, waitMs, logger }));
  }

  get config(): Config {
    return this.options.config;
  }

  /** Whether requests can be served: the catalog answers. */
  async ready(): Promise<boolean> {
    await this.catalog.read((db) => db.execute('select 1'), { signal: AbortSignal.timeout(1000) });
    return true;
  }

  /** Migrates the catalog and every tenant to this build. */
  async migrate(): Promise<void> {
    await migrateFleet(this.fleet);
  }

  /** Throws SCHEMA_MISMATCH when what all tenants share does not fit this build. A tenant's own schema stops nobody. */
  requireSharedFit(): Promise<void> {
    return requireSharedFit(this.fleet);
  }

  /** Writes down in the catalog that this server runs, until the result is disposed. */
  register(): Promise<ServerLife> {
    return ServerLife.begin(this.fleet);
  }

  /** Starts what a server does beside its requests. Disposing the result waits for the runs in progress. */
  startBackgroundTasks(signal: AbortSignal, life: ServerLife): Upkeep {
    const { identity, fleet, fit, watched } = this;
    const { config, logger } = this.options;
    const tasks = backgroundTasks(fleet, {
      fit,
      watched,
      spares: config.spareSchemas,
      backups: config.backups,
      maintainEveryMs: config.maintainEveryMs,
      eventsMs: config.retention.eventsMs,
      pruneIdentity: () => pruneAll(identity, config.retention.sessionsMs),
      resealIdentity: () => resealIdentity(identity),
      settleDepartures: () => settleDepartures(identity),
      clock: identity.clock,
      signal,
      logger,
    });
    return new Upkeep([life.task, ...tasks], logger);
  }

  /** Starts workers that do the jobs of all organizations. Disposing the result returns the jobs in progress. */
  startWorkers(workers: number): JobWorkers {
    const { binding, catalog, directory, identity, config } = this;
    const { mailer, clock, logger, seal } = identity;
    const shared = {
      ...{ binding, clock, logger },
      findTenant: (id: string) => directory.findById(id),
      listOrganizations: () => servedOrganizations(catalog),
    };
    const mails = mailNotifications({ binding, catalog, mailer, links: identity.options.links });
    const feed = new WebhookFeed(binding, clock);
    const guard = new NetworkGuard(config.webhookAllow);
    const hooks = deliverWebhooks({ binding, catalog, seal, clock, network: internet, guard });
    const ofMail = new JobWorker({ ...shared, workers, kinds: [mails] });
    const ofWebhooks = new JobWorker({
      ...{ ...shared, workers: workers * webhooksPerWorker, kinds: [hooks] },
      feed: (tenant) => feed.run(tenant),
    });
    const each = new JobWorkers([ofMail, ofWebhooks]);
    this.signals.on(feed.follower((organizationId) => ofWebhooks.wake(organizationId)));
    this.jobSignals.on((organizationId) => {
      feed.forget(organizationId);
      each.wake(organizationId);
    });
    return each;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

/** Webhooks wait for others most of the time, so a worker of jobs stands for several of theirs. */
const webhooksPerWorker = 4;

const trustedIssuer = ({ maxTokenAge, ...issuer }: OidcIssuer): ExternalIssuer => ({
  ...issuer,
  maxTokenAgeMs: maxTokenAge === undefined ? undefined : maxTokenAge * 1000,
});

function limitsOf({ statementTimeoutMs }: Config): LimitsByClass {
  const { interactive, analyst, export: exports, integrator, job } = defaultLimits;
  return {
    interactive: { ...interactive, statementMs: statementTimeoutMs.interactive },
    analyst: { ...analyst, statementMs: statementTimeoutMs.analyst },
    export: { ...exports, statementMs: statementTimeoutMs.analyst },
    integrator: { ...integrator, statementMs: statementTimeoutMs.integrator },
    job: { ...job, statementMs: statementTimeoutMs.job },
  };
}
