import type { Role as RoleName } from '../../identity/roles.ts';
import { builder } from '../declare/builder.ts';

export const Role = builder.enumType('Role', {
  description: 'What a person is in an organization. The permissions of a role are the organization’s own matter.',
  values: {
    OWNER: { description: 'Everything, always. An organization has at least one.' },
    ADMIN: { description: 'Everything, but for making and removing owners.' },
    MANAGER: { description: 'Runs projects: sees costs, validates time.' },
    CONSULTANT: { description: 'Works on projects, and records own time.' },
    MEMBER: { description: 'Works on projects, and records own time.' },
    CLIENT: { description: 'Sees the projects of the clients whose contact the person is.' },
  } satisfies Record<RoleName, { description: string }>,
});
