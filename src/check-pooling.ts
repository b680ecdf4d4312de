import type { Config } from './config.ts';
import { probePooling } from './db/probe-pooler.ts';
import { AppError } from './lib/errors.ts';
import type { Installation } from './tenancy/installation.ts';

/**
 * Refuses to go on where a pooler would lose what the program relies on: prepared statements that another connection of
 * the server does not know, notifications that never arrive. Throws CONFIG_INVALID, naming the variable to set.
 */
export async function checkPooling(config: Config, { appUrl }: Pick<Installation, 'appUrl'>): Promise<void> {
  const transactions = (await probePooling(appUrl)) === 'transaction';
  const problems: string[] = [];
  // Also where the pooler itself keeps prepared statements: it does not see which ones the program closes
  if (transactions && config.prepare) {
    problems.push(
      'DATABASE_URL leads through a pooler that gives every transaction another connection: set PREPARE=false',
    );
  }
  if (transactions && !config.listenDatabaseUrl) {
    problems.push(
      'DATABASE_URL leads through a pooler that forgets LISTEN: set LISTEN_DATABASE_URL to a direct address',
    );
  }
  if (config.listenDatabaseUrl && (await probePooling(config.listenDatabaseUrl)) === 'transaction') {
    problems.push('LISTEN_DATABASE_URL leads through a pooler that forgets LISTEN: it must be a direct address');
  }
  if (problems.length === 0) return;
  const issues = problems.map((message) => ({ path: [message.split(' ', 1)[0]!], message }));
  throw new AppError('CONFIG_INVALID', problems.join('\n'), { issues });
}
