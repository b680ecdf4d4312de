import { describe, expect, it } from 'vitest';
import { type Permission, permissionsOf } from '../../identity/permissions.ts';
import type { Role, Viewer } from '../../identity/viewer.ts';
import { canEditIncident, readableIncidents, readableProjects } from './policy.ts';

const viewer = (role: Role, permissions: Iterable<Permission> = permissionsOf(role)): Viewer =>
  ({ role, profileId: 'me', permissions: new Set(permissions) }) as unknown as Viewer;

const ofMyClients = { client: { contactId: 'me' } };
const everything = permissionsOf('OWNER');

describe('who sees which projects', () => {
  const own = [{ managerId: 'me' }, { assignments: { profileId: 'me' } }];

  it('managers and above see all, with all their incidents', () => {
    for (const role of ['OWNER', 'ADMIN', 'MANAGER'] as const) {
      expect(readableProjects(viewer(role))).toBe('all');
      expect(readableIncidents(viewer(role))).toBe('all');
    }
  });

  it('a MEMBER sees its own and those that are open to the organization, a CONSULTANT only its own', () => {
    const open = { OR: [{ NOT: { visibility: 'MEMBERS' } }, ...own] };
    expect(readableProjects(viewer('MEMBER'))).toEqual(open);
    expect(readableIncidents(viewer('MEMBER'))).toEqual({ project: open });
    expect(readableProjects(viewer('CONSULTANT'))).toEqual({ OR: own });
  });

  it('a CLIENT sees the projects of its clients, and no incident', () => {
    expect(readableProjects(viewer('CLIENT'))).toEqual(ofMyClients);
    expect(readableIncidents(viewer('CLIENT', everything))).toBe('none');
  });

  it('nobody sees any without project:read', () => {
    expect(readableProjects(viewer('MEMBER', []))).toBe('none');
    expect(readableIncidents(viewer('MEMBER', []))).toBe('none');
  });
});

describe('who may change incidents', () => {
  it('the reporter, and whoever may change projects', () => {
    expect(canEditIncident(viewer('MEMBER'), { reporterId: 'me' })).toBe(true);
    expect(canEditIncident(viewer('MEMBER'), { reporterId: 'another' })).toBe(false);
    expect(canEditIncident(viewer('MEMBER'), { reporterId: null })).toBe(false);
    expect(canEditIncident(viewer('MANAGER'), { reporterId: null })).toBe(true);
  });
});
