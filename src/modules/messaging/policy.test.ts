import { describe, expect, it } from 'vitest';
import { permissionsOf } from '../../identity/permissions.ts';
import { type Role, roles } from '../../identity/roles.ts';
import type { Viewer } from '../../identity/viewer.ts';
import {
  canAddMembers,
  canEditMessage,
  canManageChannel,
  mayJoin,
  readableChannels,
  readableInChannel,
  readableOfMessage,
} from './policy.ts';

const viewer = (role: Role, permissions = permissionsOf(role)): Viewer =>
  ({ role, profileId: 'me', permissions }) as unknown as Viewer;

const joined = { members: { profileId: 'me' } };
const group = { type: 'GROUP', creatorId: 'other' } as const;
const open = { type: 'ORGANIZATION', creatorId: 'other' } as const;

describe('who sees and changes which channels', () => {
  it.each(['OWNER', 'ADMIN', 'MANAGER'] as const)('%s sees open channels and its own', (role) => {
    expect(readableChannels(viewer(role))).toEqual({ OR: [{ type: { in: ['ORGANIZATION', 'PROJECT'] } }, joined] });
  });

  it('others see the channels of the projects that they see, whether they have joined or not', () => {
    const project = { OR: [{ managerId: 'me' }, { assignments: { profileId: 'me' } }] };
    expect(readableChannels(viewer('CONSULTANT'))).toEqual({
      OR: [
        { type: 'ORGANIZATION' },
        { type: 'PROJECT', project },
        { type: { notIn: ['ORGANIZATION', 'PROJECT'] }, ...joined },
      ],
    });
  });

  it('a CLIENT sees its own, but none of the organization', () => {
    expect(readableChannels(viewer('CLIENT'))).toEqual({ type: { ne: 'ORGANIZATION' }, ...joined });
  });

  it('whoever sees a channel sees its contents', () => {
    const channel = readableChannels(viewer('CLIENT'));
    expect(readableInChannel(viewer('CLIENT'))).toEqual({ channel });
    expect(readableOfMessage(viewer('CLIENT'))).toEqual({ message: { channel } });
    const blind = viewer('MEMBER', new Set());
    expect([readableChannels(blind), readableInChannel(blind), readableOfMessage(blind)]).toEqual([
      'none',
      'none',
      'none',
    ]);
  });

  it('using an open channel makes a member of anybody but a CLIENT', () => {
    expect(roles.filter((role) => mayJoin(viewer(role), open))).toEqual(roles.filter((role) => role !== 'CLIENT'));
    expect(roles.filter((role) => mayJoin(viewer(role), group))).toEqual([]);
  });

  it('creators and moderators manage a channel; any member of a group may add people', () => {
    expect(canManageChannel(viewer('MEMBER'), { ...open, creatorId: 'me' })).toBe(true);
    expect(roles.filter((role) => canManageChannel(viewer(role), open))).toEqual(['OWNER', 'ADMIN', 'MANAGER']);
    expect(roles.filter((role) => canAddMembers(viewer(role), group))).toEqual(
      roles.filter((role) => role !== 'CLIENT'),
    );
    expect(canAddMembers(viewer('MEMBER'), open)).toBe(false);
  });

  it('authors and moderators change messages', () => {
    expect(canEditMessage(viewer('CLIENT'), { senderId: 'me' })).toBe(true);
    expect(canEditMessage(viewer('MEMBER'), { senderId: 'other' })).toBe(false);
    expect(canEditMessage(viewer('MANAGER'), { senderId: null })).toBe(true);
  });
});
