import type { Role as RoleName } from '../../identity/roles.ts';
import { builder } from '../declare/builder.ts';

export const Role = builder.enumType('Role', {
  description: 'A person’s role in an organization. Each organization can change the permissions of a role.',
  values: {
    OWNER: { description: 'Has every permission, always. An organization has at least one owner.' },
    ADMIN: { description: 'Has every permission, but cannot appoint or remove owners.' },
    MANAGER: { description: 'Runs projects: sees costs, validates time.' },
    CONSULTANT: { description: 'Works on projects, and records own time.' },
    MEMBER: { description: 'Works on projects, and records own time.' },
    CLIENT: { description: 'Sees the projects of the clients for which the person is a contact.' },
  } satisfies Record<RoleName, { description: string }>,
});
