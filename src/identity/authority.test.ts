import { describe, expect, it } from 'vitest';
import { requireAuthority } from './authority.ts';
import { permissionsOf } from './permissions.ts';
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
  modules: new Set(),
  roleClass: 'interactive',
});
const grant = (role: Role) => ({ role, permissions: permissionsOf(role) });

describe('requireAuthority', () => {
  it('lets nobody grant more than they hold', () => {
    expect(() => requireAuthority(viewer('ADMIN'), grant('ADMIN'))).not.toThrow();
    expect(() => requireAuthority(viewer('MANAGER'), grant('MANAGER'))).not.toThrow();
    expect(() => requireAuthority(viewer('MANAGER'), grant('ADMIN'))).toThrow('organization:manage');
    expect(() => requireAuthority(viewer('MEMBER'), { permissions: ['cost:read'] })).toThrow('cost:read');
    expect(() => requireAuthority(viewer('CLIENT'), grant('MEMBER'))).toThrow('client:read');
  });

  it('lets owners alone grant ownership, whatever their permissions', () => {
    expect(() => requireAuthority(viewer('OWNER'), grant('OWNER'))).not.toThrow();
    expect(() => requireAuthority(viewer('ADMIN'), grant('OWNER'))).toThrow('Only an owner');
  });
});

describe('a viewer', () => {
  it('is distinguished from an account, and is limited to its permissions', () => {
    const { userId, email, firstName, lastName } = viewer('MEMBER');
    expect(isViewer(viewer('MEMBER'))).toBe(true);
    expect(isViewer({ userId, email, firstName, lastName })).toBe(false);
    expect(isViewer(null)).toBe(false);
    expect(() => requirePermission(viewer('MEMBER'), 'cost:read')).toThrow('cost:read');
  });
});
