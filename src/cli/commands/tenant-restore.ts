import { lockLike } from '../../fleet/archive/archive-key.ts';
import { type Archive, openArchive } from '../../fleet/archive/open-archive.ts';
import { restoreNew } from '../../fleet/archive/restore-new.ts';
import { type RestoreOverOptions, restoreOver } from '../../fleet/archive/restore-over.ts';
import { allAdminsOf } from '../../fleet/fleet.ts';
import { getTenantOverview } from '../../fleet/organizations/list-tenants.ts';
import { findUserByEmail } from '../../identity/find-user.ts';
import { type CopyMembers, copyMembers, keepMembers, ownCopy } from '../../identity/members-of-copy.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { type OpenFlags, readKey } from '../archive-key.ts';
import { archiveAt, archiveStorage } from '../archive-storage.ts';
import { describeTenant } from '../describe-tenant.ts';
import { print } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import type { Host, Toolbox } from '../toolbox.ts';

export interface Flags extends OpenFlags {
  as?: string;
  over?: string;
  fromAnother?: boolean;
  destroyIssued?: boolean;
  name?: string;
  owner?: string;
  members?: boolean;
  safetyTo?: string;
  safety: boolean;
  json?: boolean;
}

export async function run(host: Host, file: string, flags: Flags): Promise<void> {
  if ((flags.as === undefined) === (flags.over === undefined)) throw badInput('Use either --as or --over', 'as');
  const key = await readKey(flags);
  await using toolbox = await host.open();
  const archive = await openArchive(await archiveAt(toolbox.config, file), key);
  using bar = new ProgressBar(host, 'bytes');
  const watch = {
    signal: host.signal,
    onProgress: ({ bytes, totalBytes }: { bytes: number; totalBytes: number }) => bar.show(bytes / totalBytes, bytes),
  };
  if (flags.as !== undefined) await restoreAs(host, toolbox, { archive, slug: flags.as, flags, watch });
  else {
    const safety = await safetyBeside(toolbox, archive, flags);
    await replace(host, toolbox, { archive, slug: flags.over!, flags, watch, safety });
  }
}

/** Where to archive the present state: beside the restored archive by default, for the same recipients or key. */
async function safetyBeside(
  { config }: Toolbox,
  { place, key }: Archive,
  { safety, safetyTo }: Flags,
): Promise<Safety> {
  if (!safety) return null;
  const storage = safetyTo === undefined ? place.storage : await archiveStorage(config, safetyTo);
  return { storage, key: await lockLike(key) };
}

type Safety = RestoreOverOptions['safety'];

interface Work {
  archive: Archive;
  slug: string;
  flags: Pick<Flags, 'name' | 'owner' | 'members' | 'fromAnother' | 'destroyIssued' | 'json'>;
  watch: Pick<Parameters<typeof restoreNew>[3], 'signal' | 'onProgress'>;
}

/** Creates a new organization from an archive, and prints it. */
export async function restoreAs(host: Host, toolbox: Toolbox, { archive, slug, flags, watch }: Work): Promise<void> {
  const members = flags.members ? await membersOf(toolbox, archive) : await ownerOf(toolbox, flags.owner);
  await using admins = allAdminsOf(toolbox.fleet);
  const { slug: made } = await restoreNew(toolbox.fleet, admins, archive, {
    ...watch,
    ...members,
    slug,
    name: flags.name,
  });
  const restored = await getTenantOverview(toolbox.catalog, made);
  print(host, flags.json, describeTenant(restored), () => `restored ${made} in ${restored.schemaName}`);
}

/** Replaces the data of an organization with an archive, and prints the archive of the previous state. */
export async function replace(
  host: Host,
  toolbox: Toolbox,
  { archive, slug, flags, watch, safety }: Work & { safety: Safety },
): Promise<void> {
  const { fleet, directory, identity } = toolbox;
  const tenant = await directory.getBySlug(slug);
  await using admins = allAdminsOf(fleet);
  const { safetyArchive = null, retainedUntil } = await restoreOver(
    fleet,
    admins,
    { archive, tenant },
    {
      ...watch,
      ...keepMembers(identity),
      fromAnother: flags.fromAnother,
      destroyIssued: flags.destroyIssued,
      safety,
    },
  );
  const saved = safetyArchive ? `; its previous state: ${safetyArchive}` : '';
  print(host, flags.json, { slug, safetyArchive, retainedUntil }, () => `restored ${slug}${saved}`);
}

/** Throws NOT_FOUND if the organization of the archive no longer exists, because its members were deleted with it. */
async function membersOf({ catalog, identity }: Toolbox, { manifest }: Archive): Promise<CopyMembers> {
  const id = manifest.organization?.id;
  const original = id && (await catalog.read((db) => db.query.organizations.findFirst({ where: { id } })));
  if (!original) throw new AppError('NOT_FOUND', 'The archived organization no longer exists: use --owner');
  return copyMembers(identity, original.id);
}

/** Throws NOT_FOUND if there is no such user, instead of creating an organization that nobody can enter. */
export async function ownerOf(
  { catalog, identity }: Toolbox,
  email: string | undefined,
): Promise<CopyMembers | object> {
  if (email === undefined) return {};
  const user = await catalog.read((db) => findUserByEmail(db, email));
  if (!user) throw new AppError('NOT_FOUND', `There is no user ${email}: create one with user create`);
  const { id: userId, firstName, lastName } = user;
  return ownCopy(identity, { userId, email: user.email, firstName, lastName });
}
