import type { Role } from '../identity/roles.ts';

/** The password of every demo user. Demo users exist only in development. */
export const demoPassword = 'chantier-demo';

export interface DemoPerson {
  role: Role;
  firstName: string;
  lastName: string;
}

export interface DemoOrganization {
  slug: string;
  name: string;
  timeZone: string;
  locale: string;
  people: readonly DemoPerson[];
}

export const demoOrganizations: readonly DemoOrganization[] = [
  {
    slug: 'acme',
    name: 'Acme Conseil',
    timeZone: 'Europe/Paris',
    locale: 'fr-FR',
    people: [
      { role: 'OWNER', firstName: 'Odile', lastName: 'Bernard' },
      { role: 'ADMIN', firstName: 'Adrien', lastName: 'Morel' },
      { role: 'MANAGER', firstName: 'Maud', lastName: 'Lefèvre' },
      { role: 'CONSULTANT', firstName: 'Côme', lastName: 'Girard' },
      { role: 'MEMBER', firstName: 'Mehdi', lastName: 'Haddad' },
      { role: 'CLIENT', firstName: 'Clara', lastName: 'Petit' },
    ],
  },
  {
    slug: 'globex',
    name: 'Globex Studio',
    timeZone: 'America/Montreal',
    locale: 'en-CA',
    people: [
      { role: 'OWNER', firstName: 'Olivia', lastName: 'Stone' },
      { role: 'ADMIN', firstName: 'Arthur', lastName: 'Field' },
      { role: 'MANAGER', firstName: 'Maya', lastName: 'Brooks' },
      { role: 'CONSULTANT', firstName: 'Connor', lastName: 'Hill' },
      { role: 'MEMBER', firstName: 'Mia', lastName: 'Lake' },
      { role: 'CLIENT', firstName: 'Caleb', lastName: 'Rivers' },
    ],
  },
];

/** The address of an organization's demo user with this role. */
export const demoEmail = (organization: DemoOrganization, role: Role): string =>
  `${role.toLowerCase()}@${organization.slug}.example`;
