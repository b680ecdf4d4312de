import { describe, expect, it } from 'vitest';
import { allPermissions, isPermission, matrix, type Permission, permissionsOf } from './permissions.ts';
import { roles } from './roles.ts';

const may = (permission: Permission) => roles.filter((role) => permissionsOf(role).has(permission));

describe('the permission matrix', () => {
  it('gives owners and administrators everything', () => {
    expect([...permissionsOf('OWNER')]).toEqual(allPermissions);
    expect([...permissionsOf('ADMIN')]).toEqual(allPermissions);
  });

  it('lets only owners and administrators manage the organization and its members', () => {
    expect(may('organization:manage')).toEqual(['OWNER', 'ADMIN']);
    expect(may('member:manage')).toEqual(['OWNER', 'ADMIN']);
    expect(may('webhook:manage')).toEqual(['OWNER', 'ADMIN']);
    expect(matrix.MANAGER).toHaveLength(allPermissions.length - 3);
  });

  it('lets managers and above see costs, and change and validate everybody’s time', () => {
    for (const permission of ['cost:read', 'time:write-all', 'time:validate', 'graph:explore'] as const) {
      expect(may(permission)).toEqual(['OWNER', 'ADMIN', 'MANAGER']);
    }
  });

  it('lets everybody but clients work on tasks and record own time', () => {
    for (const permission of ['task:write', 'milestone:write', 'time:write-own'] as const) {
      expect(may(permission)).toEqual(['OWNER', 'ADMIN', 'MANAGER', 'CONSULTANT', 'MEMBER']);
    }
  });

  it('lets a client see its projects, invoices and notifications and write messages, nothing else', () => {
    const expected = [
      'people:read',
      'project:read',
      'task:read',
      'milestone:read',
      'invoice:read',
      'channel:read',
      'channel:write',
      'notification:read',
      'notification:write-own',
    ];
    expect([...permissionsOf('CLIENT')]).toEqual(expected);
  });

  it('accepts only its own names', () => {
    expect(isPermission('task:write')).toBe(true);
    expect(isPermission('toString')).toBe(false);
  });
});

describe('overrides of an organization', () => {
  it('give and take permissions of a role', () => {
    const permissions = permissionsOf('MEMBER', [
      { permission: 'cost:read', granted: true },
      { permission: 'task:write', granted: false },
    ]);
    expect(permissions.has('cost:read')).toBe(true);
    expect(permissions.has('task:write')).toBe(false);
    expect(permissionsOf('MEMBER').has('task:write')).toBe(true);
  });

  it('never weaken an owner, and unknown names give nothing', () => {
    expect(permissionsOf('OWNER', [{ permission: 'member:manage', granted: false }]).has('member:manage')).toBe(true);
    expect(permissionsOf('CLIENT', [{ permission: 'root', granted: true }])).toEqual(permissionsOf('CLIENT'));
  });
});
