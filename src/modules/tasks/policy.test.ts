import { describe, expect, it } from 'vitest';
import { permissionsOf } from '../../identity/permissions.ts';
import type { Role } from '../../identity/roles.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { canEditComment, readableTasks, requireTaskDeleter, requireTaskWriter } from './policy.ts';

const me = 'me';
const viewer = (role: Role): Viewer => ({ role, profileId: me, permissions: permissionsOf(role) }) as Viewer;
const task = { type: 'PROJECT', assigneeId: null, creatorId: 'somebody' } as const;

describe('readableTasks', () => {
  it('hides the personal tasks of others from everybody', () => {
    const rule = { OR: [{ type: { ne: 'PERSONAL' } }, { assigneeId: me }, { creatorId: me }] };
    for (const role of ['OWNER', 'MANAGER'] as const) expect(readableTasks(viewer(role))).toEqual(rule);
  });

  it('shows others the tasks of the projects that they see, those assigned to them, and their own PERSONAL ones', () => {
    const project = { OR: [{ managerId: me }, { assignments: { profileId: me } }] };
    const rule = {
      OR: [
        { project },
        { assigneeId: me },
        { members: { profileId: me, role: 'ASSIGNEE' } },
        { type: 'PERSONAL', creatorId: me },
      ],
    };
    expect(readableTasks(viewer('CONSULTANT'))).toEqual(rule);
  });

  it('shows a CLIENT the tasks of the projects of its clients', () => {
    expect(readableTasks(viewer('CLIENT'))).toEqual({ project: { client: { contactId: me } } });
  });

  it('shows nothing without the permission', () => {
    const nobody = { ...viewer('MEMBER'), permissions: new Set() } as Viewer;
    expect(readableTasks(nobody)).toBe('none');
  });
});

it('lets everybody but a CLIENT write tasks', () => {
  for (const role of ['OWNER', 'MANAGER', 'CONSULTANT', 'MEMBER'] as const) requireTaskWriter(viewer(role));
  expect(() => requireTaskWriter(viewer('CLIENT'))).toThrow(/task:write/);
});

describe('requireTaskDeleter', () => {
  it('allows deletion with the permission, by the creator, and by the owner', () => {
    requireTaskDeleter(viewer('MANAGER'), task);
    requireTaskDeleter(viewer('MEMBER'), { ...task, creatorId: me });
    requireTaskDeleter(viewer('MEMBER'), { type: 'PERSONAL', assigneeId: me, creatorId: null });
  });

  it('refuses others, including the assignee', () => {
    expect(() => requireTaskDeleter(viewer('MEMBER'), { ...task, assigneeId: me })).toThrow(/task:delete/);
  });
});

it('lets the author and moderators edit a comment, nobody else', () => {
  expect(canEditComment(viewer('MEMBER'), { authorId: me })).toBe(true);
  expect(canEditComment(viewer('MANAGER'), { authorId: 'somebody' })).toBe(true);
  expect(canEditComment(viewer('MEMBER'), { authorId: 'somebody' })).toBe(false);
  expect(canEditComment(viewer('MEMBER'), { authorId: null })).toBe(false);
});
