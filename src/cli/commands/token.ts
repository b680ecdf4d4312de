import { findUserByEmail } from '../../identity/find-user.ts';
import { isMember } from '../../identity/is-member.ts';
import { openSession, signedIn } from '../../identity/sessions.ts';
import { AppError } from '../../lib/errors.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import type { Host } from '../toolbox.ts';

export interface Flags {
  tenant: string;
  user: string;
}

export async function run(host: Host, { tenant: slug, user: email }: Flags): Promise<void> {
  await using toolbox = await host.open();
  const { identity, catalog, directory } = toolbox;
  const tenant = await directory.getBySlug(slug);
  const user = await catalog.read((db) => findUserByEmail(db, email));
  if (!user) throw new AppError('NOT_FOUND', `There is no user ${email}`);
  if (user.disabledAt) throw new AppError('FORBIDDEN', `${email} was removed`);
  const membership = { userId: user.id, organizationId: tenant.id };
  const session = await catalog.write(async (tx) => {
    if (!(await isMember(tx, membership))) throw new AppError('FORBIDDEN', `${email} is not a member of ${slug}`);
    const session = await openSession(identity, tx, { ...membership, deviceName: 'chantier token' }, {});
    await recordAudit(tx, {
      actor: { kind: 'SYSTEM' },
      action: 'token.issued',
      organizationId: tenant.id,
      resource: { type: 'User', id: user.id },
      metadata: { sessionId: session.id },
    });
    return session;
  });
  const { accessToken } = await signedIn(identity, user, session);
  host.stdout.write(`${accessToken}\n`);
}
