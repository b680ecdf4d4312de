import { getTenantOverview } from '../../fleet/organizations/list-tenants.ts';
import { provisionTenant } from '../../fleet/schemas/provision.ts';
import { inviteByOperator } from '../../identity/invite-member.ts';
import { describeTenant } from '../describe-tenant.ts';
import { print } from '../output.ts';
import { lines } from '../text.ts';
import type { Host, Toolbox } from '../toolbox.ts';

export interface Flags {
  slug?: string;
  timeZone: string;
  locale: string;
  currency: string;
  owner?: string;
  json?: boolean;
}

export async function run(host: Host, name: string, { json, owner, ...options }: Flags): Promise<void> {
  await using toolbox = await host.open();
  const { slug } = await provisionTenant(toolbox.fleet, { name, ...options });
  const made = await getTenantOverview(toolbox.catalog, slug);
  const link = owner === undefined ? null : await inviteOwner(toolbox, slug, owner);
  print(host, json, { ...describeTenant(made), ...(owner !== undefined && { owner, invitation: link }) }, () =>
    lines([`created ${made.slug} in ${made.schemaName}`, ...(owner === undefined ? [] : [describeLink(owner, link)])]),
  );
}

/** Returns the link if no mail server is configured to send it. Anybody who has the link can use it. */
async function inviteOwner(
  { config, directory, identity }: Toolbox,
  slug: string,
  email: string,
): Promise<string | null> {
  const tenant = await directory.getBySlug(slug);
  const by = { actor: { kind: 'SYSTEM' } } as const;
  const { link } = await inviteByOperator(identity, { tenant, email, role: 'OWNER' }, by);
  return config.smtpServer === undefined ? link : null;
}

const describeLink = (owner: string, link: string | null): string =>
  link === null
    ? `invited ${owner} by mail`
    : `no mail server is configured: give this link to ${owner}, and to nobody else\n${link}`;
