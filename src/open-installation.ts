import { checkPooling } from './check-pooling.ts';
import type { FleetToolbox } from './cli/toolbox.ts';
import type { Config } from './config.ts';
import type { EmbeddedServer } from './db/embedded.ts';
import { Listener } from './db/listener.ts';
import { SlotPool, type SlotPoolOptions } from './db/slot-pool.ts';
import { SlowStatements } from './db/slow-statements.ts';
import type { Fleet } from './fleet/fleet.ts';
import { type BootstrapOptions, bootstrap, findInstallation } from './fleet/schemas/bootstrap.ts';
import { MigrationLines } from './fleet/schemas/migration-lines.ts';
import { requireSharedFit } from './fleet/schemas/schema-status.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { readOrCreateSecret } from './lib/data-dir.ts';
import { AppError } from './lib/errors.ts';
import type { Logger } from './lib/logger.ts';
import { Seal } from './lib/seal.ts';
import { Catalog } from './tenancy/catalog.ts';
import { databaseNetwork } from './tenancy/databases/database-url.ts';
import { Databases } from './tenancy/databases/databases.ts';
import type { Installation } from './tenancy/installation.ts';
import { invalidationChannel } from './tenancy/invalidation-bus.ts';

export interface OpenOptions {
  config: Config;
  logger: Logger;
  clock?: Clock;
  /** Called with every SQL text that is sent. */
  onStatement?: (text: string) => void;
  /** Called with the milliseconds that a session waited for a connection, unless one was free. */
  onWaited?: (ms: number) => void;
  /** Changes nothing in the database, where the installation must exist already. */
  readOnly?: boolean;
}

/** What all connection pools of the process have in common. */
export type SharedSlots = Omit<SlotPoolOptions, 'size' | 'applicationName'>;

interface Parts {
  options: OpenOptions;
  installation: Installation;
  secret: string;
  resources: AsyncDisposableStack;
}

/**
 * The database of the configuration with its catalog: all that commands on the fleet need. It loads neither the modules
 * nor the code of accounts, so such commands start quickly. Disposing closes its connections.
 */
export class OpenInstallation implements FleetToolbox {
  readonly config: Config;
  readonly installation: Installation;
  readonly seal: Seal;
  readonly slots: SharedSlots;
  readonly catalogPool: SlotPool;
  readonly listener: Listener;
  readonly catalog: Catalog;
  readonly databases: Databases;
  readonly fleet: Fleet;
  readonly #resources: AsyncDisposableStack;

  /**
   * Finds or starts the database, and creates the schemas and roles of the installation in it; migrates nothing. Throws
   * SCHEMA_MISMATCH if `readOnly` is set and there is no installation.
   */
  static async open(options: OpenOptions): Promise<OpenInstallation> {
    const { config, logger, onStatement } = options;
    await using opened = new AsyncDisposableStack();
    const embedded = config.databaseUrl ? undefined : opened.use(await startEmbedded(config.dataDir, logger));
    const secret = config.secret ?? (await readOrCreateSecret(config.dataDir));
    const installation = await (options.readOnly ? existing : bootstrap)({
      adminUrl: config.adminDatabaseUrl ?? config.databaseUrl ?? embedded!.url,
      appUrl: config.adminDatabaseUrl && config.databaseUrl,
      secret,
      otherSecrets: config.previousSecrets,
      onStatement,
    });
    if (config.databaseUrl) await checkPooling(config, installation);
    return new OpenInstallation({ options, installation, secret, resources: opened.move() });
  }

  private constructor({ options, installation, secret, resources }: Parts) {
    const { config, logger, clock = systemClock, onStatement } = options;
    this.config = config;
    this.installation = installation;
    this.#resources = resources;
    this.slots = sharedSlots(options, installation);
    const size = config.catalogPoolSize;
    this.catalogPool = resources.use(
      new SlotPool({ ...this.slots, size, maxPerKey: size, applicationName: 'chantier catalog' }),
    );
    const { appUrl, otherPasswords } = installation;
    const url = config.listenDatabaseUrl ?? appUrl;
    this.listener = resources.use(new Listener({ url, otherPasswords, channel: invalidationChannel, logger }));
    this.catalog = new Catalog({ pool: this.catalogPool, role: installation.roles.catalog });
    this.catalog.bus.connect(this.listener);
    const otherSecrets = config.previousSecrets;
    this.seal = new Seal(secret, otherSecrets);
    const { catalog, seal } = this;
    const { databaseHostsAllowed, databaseHostsWithoutTls, enableMultiDatabase } = config;
    const network = databaseNetwork(databaseHostsAllowed, databaseHostsWithoutTls, enableMultiDatabase);
    this.databases = new Databases({ catalog, installation, seal, secret, otherSecrets, network, clock });
    this.fleet = { installation, databases: this.databases, catalog, lines: new MigrationLines(), onStatement };
  }

  /** Throws SCHEMA_MISMATCH if what all tenants share does not fit this build. A tenant's own schema stops nobody. */
  requireSharedFit(): Promise<void> {
    return requireSharedFit(this.fleet);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

function sharedSlots(options: OpenOptions, { appUrl, otherPasswords }: Installation): SharedSlots {
  const { config, logger, onStatement, onWaited } = options;
  return {
    url: appUrl,
    otherPasswords,
    waitMs: config.poolWaitMs,
    slotBytes: config.poolSlotMb * 1024 * 1024,
    prepare: config.prepare,
    logger,
    ...(onStatement && { onStatement }),
    ...(onWaited && { onWaited }),
    ...(config.slowStatementMs > 0 && { slow: new SlowStatements({ slowMs: config.slowStatementMs, logger }) }),
  };
}

async function existing(options: BootstrapOptions): Promise<Installation> {
  const found = await findInstallation(options);
  if (found) return found;
  throw new AppError('SCHEMA_MISMATCH', 'Nothing of this program is in the database yet: run `chantier migrate`');
}

/** The embedded server's code is loaded only where one is used. */
async function startEmbedded(dataDir: string, logger: Logger): Promise<EmbeddedServer> {
  const embedded = await import('./db/embedded.ts');
  return await embedded.startEmbedded({ dataDir, logger });
}
