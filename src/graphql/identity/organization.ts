import type { OwnMembership, OwnOrganization } from '../../identity/list-memberships.ts';
import type { OrganizationStatus as Status } from '../../tenancy/tables.ts';
import { builder } from '../declare/builder.ts';
import { catalogId } from './ids.ts';
import { Role } from './role.ts';

export const OrganizationStatus = builder.enumType('OrganizationStatus', {
  description: 'Whether an organization is served.',
  values: {
    PROVISIONING: { description: 'Being made.' },
    ACTIVE: { description: 'Served.' },
    SUSPENDED: { description: 'Not served for now.' },
    ARCHIVED: { description: 'Kept, and not served.' },
    DELETING: { description: 'Going away.' },
  } satisfies Record<Status, { description: string }>,
});

export const Organization = builder.objectRef<OwnOrganization>('Organization').implement({
  description: 'An organization. Its data is its own: nothing of another one can be reached from it.',
  fields: (t) => ({
    id: t.id({ description: 'The global id.', resolve: ({ id }) => catalogId('Organization', id) }),
    name: t.exposeString('name', { description: 'The name.' }),
    slug: t.exposeString('slug', { description: 'The name in addresses, and in the header x-tenant.' }),
    status: t.expose('status', { type: OrganizationStatus, description: 'Whether it is served.' }),
    description: t.exposeString('description', { nullable: true, description: 'What it says of itself.' }),
    logoUrl: t.exposeString('logoUrl', { nullable: true, description: 'Address of its logo.' }),
    website: t.exposeString('website', { nullable: true, description: 'Address of its website.' }),
    timeZone: t.exposeString('timeZone', { description: 'Its time zone, such as Europe/Paris.' }),
    locale: t.exposeString('locale', { description: 'Its locale, such as fr-FR.' }),
    currency: t.exposeString('currency', { description: 'Its currency, an ISO 4217 code.' }),
    modules: t.exposeStringList('modules', { description: 'Its optional modules; the others are always there.' }),
    version: t.exposeInt('version', { description: 'Counts its changes: see `expectedVersion`.' }),
  }),
});

export const Membership = builder.objectRef<OwnMembership>('Membership').implement({
  description: 'That somebody belongs to an organization.',
  fields: (t) => ({
    role: t.expose('role', { type: Role, description: 'As what.' }),
    organization: t.expose('organization', { type: Organization, description: 'To which organization.' }),
  }),
});
