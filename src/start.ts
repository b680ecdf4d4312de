import { App } from './app.ts';
import { type Config, loadConfig } from './config.ts';
import { createLogger, type Logger } from './lib/logger.ts';

/** The configuration of this process, and its log. Throws CONFIG_INVALID. */
export function settings(): { config: Config; logger: Logger } {
  const config = loadConfig();
  return { config, logger: createLogger({ level: config.logLevel, stream: 'stderr', pretty: !config.production }) };
}

/** Opens the installation of the configuration, for a command. */
export async function openApp({ unmigrated = false, readOnly = false } = {}): Promise<App> {
  const app = await App.open({ ...settings(), readOnly });
  try {
    if (!unmigrated) await app.requireSharedFit();
    return app;
  } catch (error) {
    await app[Symbol.asyncDispose]();
    throw error;
  }
}
