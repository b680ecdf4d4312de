import { describe, expect, it } from 'vitest';
import { permissionsOf } from './permissions.ts';
import { requireRoleChange } from './policy.ts';
import type { Role } from './roles.ts';
import { isViewer, requirePermission, type Viewer } from './viewer.ts';

const viewer = (role: Role): Viewer => ({
  userId: 'u',
  email: 'a@example.org',
  firstName: 'A',
  lastName: 'B',
  membershipId: 'm',
  profileId: 'p',
  organizationId: 'o',
  role,
  permissions: permissionsOf(role),
  roleClass: 'interactive',
});

describe('requireRoleChange', () => {
  it('lets administrators manage everybody but owners', () => {
    expect(() => requireRoleChange(viewer('ADMIN'), undefined, 'ADMIN')).not.toThrow();
    expect(() => requireRoleChange(viewer('ADMIN'), 'MANAGER', undefined)).not.toThrow();
    expect(() => requireRoleChange(viewer('ADMIN'), 'OWNER', 'MEMBER')).toThrow('Only an owner');
    expect(() => requireRoleChange(viewer('ADMIN'), 'ADMIN', 'OWNER')).toThrow('Only an owner');
  });

  it('lets owners do it all, and managers nothing', () => {
    expect(() => requireRoleChange(viewer('OWNER'), 'OWNER', undefined)).not.toThrow();
    expect(() => requireRoleChange(viewer('MANAGER'), undefined, 'MEMBER')).toThrow('member:manage');
  });
});

describe('a viewer', () => {
  it('is told apart from an account, and needs its permissions', () => {
    const { userId, email, firstName, lastName } = viewer('MEMBER');
    expect(isViewer(viewer('MEMBER'))).toBe(true);
    expect(isViewer({ userId, email, firstName, lastName })).toBe(false);
    expect(isViewer(null)).toBe(false);
    expect(() => requirePermission(viewer('MEMBER'), 'cost:read')).toThrow('cost:read');
  });
});
