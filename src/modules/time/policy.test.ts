import { describe, expect, it } from 'vitest';
import type { Permission } from '../../identity/permissions.ts';
import { allPermissions, permissionsOf } from '../../identity/permissions.ts';
import { type Role, roles } from '../../identity/roles.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { canWriteTime, readableTime, requireTimeReviewer, seesAllTime } from './policy.ts';

const viewer = (role: Role, permissions: Iterable<Permission> = permissionsOf(role)): Viewer =>
  ({ role, profileId: 'me', permissions: new Set(permissions) }) as unknown as Viewer;

describe('who sees and writes which time entries', () => {
  it.each(roles.filter((role) => role !== 'CLIENT'))('%s writes their own', (role) => {
    expect(canWriteTime(viewer(role), 'me')).toBe(true);
  });

  it('managers and above see all, a MEMBER that of the projects that it sees, a CONSULTANT its own', () => {
    for (const role of ['OWNER', 'ADMIN', 'MANAGER'] as const) expect(readableTime(viewer(role))).toBe('all');
    expect(readableTime(viewer('MEMBER'))).toEqual({ OR: [{ profileId: 'me' }, { project: expect.anything() }] });
    expect(readableTime(viewer('CONSULTANT'))).toEqual({ profileId: 'me' });
  });

  it('managers and above write others’ time', () => {
    expect(roles.filter((role) => canWriteTime(viewer(role), 'other'))).toEqual(['OWNER', 'ADMIN', 'MANAGER']);
  });

  it('one’s own time is visible without time:read-all', () => {
    expect(readableTime(viewer('MEMBER', ['time:write-own']))).toEqual({ profileId: 'me' });
    expect(seesAllTime(viewer('MEMBER', ['time:write-own']))).toBe(false);
  });

  it('a CLIENT sees and writes none, whatever overrides grant', () => {
    const client = viewer('CLIENT', allPermissions);
    expect(readableTime(client)).toBe('none');
    expect(seesAllTime(client)).toBe(false);
    expect(canWriteTime(client, 'me')).toBe(false);
    expect(() => requireTimeReviewer(client)).toThrow('CLIENT');
  });
});
