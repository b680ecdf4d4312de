import type { Role } from './roles.ts';

/** Every permission with its meaning. The graph, the use cases and the scopes of API keys use these names. */
export const permissions = {
  'people:read': 'See the people of the organization',
  'people:manage': 'Change other people’s profiles and the reporting lines',
  'client:read': 'See clients',
  'client:write': 'Create, change and delete clients',
  'project:read': 'See projects',
  'project:read-all': 'See all projects, also those that only their members see',
  'project:write': 'Create and change projects, their phases, assignments and deliverables',
  'project:delete': 'Delete projects',
  'task:read': 'See tasks',
  'task:write': 'Create, change and move tasks, comment on them, report incidents',
  'task:delete': 'Delete tasks',
  'milestone:read': 'See milestones',
  'milestone:write': 'Create, change and delete milestones',
  'time:read-all': 'See everybody’s time entries',
  'time:write-own': 'Record one’s own time',
  'time:write-all': 'Record and change everybody’s time',
  'time:validate': 'Validate and reject time entries',
  'leave:manage': 'See and record everybody’s leave, review it, change its types and balances',
  'cost:read': 'See cost rates and what is computed from them',
  'budget:read': 'See budgets, purchase orders and all expenses',
  'budget:write': 'Set budgets and change purchase orders',
  'expense:submit': 'Record and submit one’s own expenses',
  'expense:approve': 'Approve and reject the expenses of others',
  'invoice:read': 'See invoices, payments and legal identities',
  'invoice:write': 'Write drafts of invoices, change legal identities',
  'invoice:issue': 'Issue invoices and credit notes',
  'payment:write': 'Record payments',
  'channel:read': 'Read the channels that one belongs to',
  'channel:write': 'Write messages and reactions',
  'channel:moderate': 'Edit and delete the messages and comments of others, manage every channel',
  'notification:read': 'See one’s own notifications',
  'notification:write-own': 'Mark one’s own notifications as read, and choose which ones to receive',
  'settings:read': 'See the settings of the organization',
  'settings:write': 'Change the settings of the organization',
  'event:read': 'Read the log of business events',
  'organization:manage': 'Change the organization itself, its modules, API keys and registered documents',
  'member:read': 'See the members of the organization and their roles',
  'member:manage': 'Invite, promote and remove members',
  'graph:explore': 'Use GraphiQL, introspection and arbitrary documents',
  'webhook:manage': 'See and change the webhooks of the organization',
  'import:run': 'Import data from files',
} as const satisfies Record<string, string>;

export type Permission = keyof typeof permissions;
export const allPermissions = Object.keys(permissions) as Permission[];
export const isPermission = (text: string): text is Permission => Object.hasOwn(permissions, text);

const administration: readonly Permission[] = ['organization:manage', 'member:manage', 'webhook:manage'];

/** What CONSULTANTs and MEMBERs may do; a CONSULTANT sees only its own time. */
const contributor: readonly Permission[] = [
  'people:read',
  'client:read',
  'project:read',
  'task:read',
  'task:write',
  'milestone:read',
  'milestone:write',
  'time:read-all',
  'time:write-own',
  'expense:submit',
  'channel:read',
  'channel:write',
  'notification:read',
  'notification:write-own',
  'settings:read',
  'event:read',
  'member:read',
];

/**
 * The permissions of each role. The row rules of modules narrow them: a CLIENT sees only the projects of its clients, a
 * CONSULTANT only those that it works on.
 */
export const matrix: Record<Role, readonly Permission[]> = {
  OWNER: allPermissions,
  ADMIN: allPermissions,
  MANAGER: allPermissions.filter((permission) => !administration.includes(permission)),
  CONSULTANT: contributor.filter((permission) => permission !== 'time:read-all'),
  MEMBER: contributor,
  CLIENT: [
    'people:read',
    'project:read',
    'task:read',
    'milestone:read',
    'invoice:read',
    'channel:read',
    'channel:write',
    'notification:read',
    'notification:write-own',
  ],
};

/** One change of an organization to the matrix: a role gains or loses a permission. */
export interface PermissionOverride {
  permission: string;
  granted: boolean;
}

/** Whether these permissions only allow reading. */
export const readsOnly = (granted: ReadonlySet<Permission>): boolean =>
  [...granted].every((permission) => /:read(-all)?$/.test(permission));

/**
 * The permissions of a role in an organization with these overrides. An OWNER keeps all permissions, so that no
 * organization can lock itself out. Permissions that this build does not know are ignored.
 */
export function permissionsOf(role: Role, overrides: readonly PermissionOverride[] = none): ReadonlySet<Permission> {
  const known = permissionSets.get(overrides) ?? new Map<Role, ReadonlySet<Permission>>();
  permissionSets.set(overrides, known);
  const permissions = known.get(role) ?? overridden(role, overrides);
  known.set(role, permissions);
  return permissions;
}

const none: readonly PermissionOverride[] = [];

/** Returns one Set object for equal permissions, since caches use that object as a key. */
const permissionSets = new WeakMap<readonly PermissionOverride[], Map<Role, ReadonlySet<Permission>>>();

function overridden(role: Role, overrides: readonly PermissionOverride[]): ReadonlySet<Permission> {
  const result = new Set<Permission>(matrix[role]);
  if (role === 'OWNER') return result;
  for (const { permission, granted } of overrides) {
    if (!isPermission(permission)) continue;
    if (granted) result.add(permission);
    else result.delete(permission);
  }
  return result;
}
