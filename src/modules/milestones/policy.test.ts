import { expect, it } from 'vitest';
import { permissionsOf } from '../../identity/permissions.ts';
import type { Role } from '../../identity/roles.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { readableMilestones, readableMilestoneTasks, requireMilestoneWriter } from './policy.ts';

const viewer = (role: Role): Viewer => ({ role, profileId: 'me', permissions: permissionsOf(role) }) as Viewer;
const ofMyClients = { project: { client: { contactId: 'me' } } };

it('shows all milestones to managers, and a CLIENT those of the projects of its clients', () => {
  expect(readableMilestones(viewer('MANAGER'))).toBe('all');
  expect(readableMilestones(viewer('CLIENT'))).toEqual(ofMyClients);
  expect(readableMilestoneTasks(viewer('MANAGER'))).toBe('all');
  expect(readableMilestoneTasks(viewer('CLIENT'))).toEqual({ milestone: ofMyClients });
});

it('shows nothing without the permissions', () => {
  const member = viewer('MEMBER');
  expect(readableMilestones({ ...member, permissions: new Set(['task:read'] as const) })).toBe('none');
  expect(readableMilestoneTasks({ ...member, permissions: new Set(['milestone:read'] as const) })).toBe('none');
});

it('lets everybody but a CLIENT write milestones', () => {
  for (const role of ['OWNER', 'MANAGER', 'CONSULTANT', 'MEMBER'] as const) requireMilestoneWriter(viewer(role));
  expect(() => requireMilestoneWriter(viewer('CLIENT'))).toThrow(/milestone:write/);
});
