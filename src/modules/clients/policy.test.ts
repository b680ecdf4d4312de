import { describe, expect, it } from 'vitest';
import type { Permission } from '../../identity/permissions.ts';
import { permissionsOf } from '../../identity/permissions.ts';
import type { Role, Viewer } from '../../identity/viewer.ts';
import { readableClients } from './policy.ts';

const viewer = (role: Role, permissions: Iterable<Permission> = permissionsOf(role)): Viewer =>
  ({ role, profileId: 'me', permissions: new Set(permissions) }) as unknown as Viewer;

describe('who sees which clients', () => {
  it.each(['OWNER', 'ADMIN', 'MANAGER', 'CONSULTANT', 'MEMBER'] as const)('%s sees all', (role) => {
    expect(readableClients(viewer(role))).toBe('all');
  });

  it('a CLIENT sees the clients whose contact it is, even if an override grants client:read', () => {
    expect(readableClients(viewer('CLIENT'))).toEqual({ contactId: 'me' });
    expect(readableClients(viewer('CLIENT', ['client:read']))).toEqual({ contactId: 'me' });
  });

  it('other roles see none without client:read', () => {
    expect(readableClients(viewer('MEMBER', []))).toBe('none');
  });
});
