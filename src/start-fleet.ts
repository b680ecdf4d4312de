import { type Config, loadConfig } from './config.ts';
import { createLogger, type Logger } from './lib/logger.ts';
import { OpenInstallation } from './open-installation.ts';

/** The configuration of this process, and its log. Throws CONFIG_INVALID. */
export function settings(): { config: Config; logger: Logger } {
  const config = loadConfig();
  return { config, logger: createLogger({ level: config.logLevel, stream: 'stderr', pretty: !config.production }) };
}

/** Opens what commands on the fleet need. */
export const openFleet = ({ unmigrated = false, readOnly = false } = {}): Promise<OpenInstallation> =>
  fitting(unmigrated, OpenInstallation.open({ ...settings(), readOnly }));

/** Throws SCHEMA_MISMATCH and closes the installation if it does not fit this build, unless `unmigrated` is set. */
export async function fitting<T extends AsyncDisposable & Pick<OpenInstallation, 'requireSharedFit'>>(
  unmigrated: boolean,
  opening: Promise<T>,
): Promise<T> {
  const opened = await opening;
  try {
    if (!unmigrated) await opened.requireSharedFit();
    return opened;
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}
