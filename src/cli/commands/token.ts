import type { Command } from 'commander';
import { findUserByEmail } from '../../identity/find-user.ts';
import { openSession, signedIn } from '../../identity/sessions.ts';
import { AppError } from '../../lib/errors.ts';
import type { Host } from '../toolbox.ts';

export function addToken(program: Command, host: Host): void {
  program
    .command('token')
    .description('Print an access token of a user for a company, and nothing else. It lives as long as any other.')
    .requiredOption('--tenant <slug>', 'the company')
    .requiredOption('--user <email>', 'whose token')
    .action(async ({ tenant: slug, user: email }: { tenant: string; user: string }) => {
      await using toolbox = await host.open();
      const { identity, catalog, directory } = toolbox;
      const tenant = await directory.getBySlug(slug);
      const user = await catalog.read((db) => findUserByEmail(db, email));
      if (!user) throw new AppError('NOT_FOUND', `There is no user ${email}`);
      const session = await catalog.write((tx) =>
        openSession(identity, tx, { userId: user.id, organizationId: tenant.id, deviceName: 'chantier token' }, {}),
      );
      const { accessToken } = await signedIn(identity, user, session);
      host.stdout.write(`${accessToken}\n`);
    });
}
