import { builder } from '../../graphql/declare/builder.ts';
import { defineMutation, expectedVersion } from '../../graphql/declare/mutation.ts';
import { changed } from '../../graphql/declare/payload.ts';
import { Profile } from '../people/profile.ts';
import { addChannelMembers } from './add-channel-members.ts';
import { Channel } from './channel.ts';
import { createChannel } from './create-channel.ts';
import { markChannelRead } from './mark-channel-read.ts';
import { Message } from './message.ts';
import { muteChannel } from './mute-channel.ts';
import { openDirectChannel } from './open-direct-channel.ts';
import { removeChannelMember } from './remove-channel-member.ts';
import { updateChannel } from './update-channel.ts';

const NewChannelType = builder.enumType('NewChannelType', {
  description: 'Who a channel that people open is for. Those of projects and pairs make themselves.',
  values: {
    ORGANIZATION: { description: 'Everybody but a CLIENT.' },
    GROUP: { description: 'Those who are added.' },
  },
});

defineMutation('createChannel', {
  description: 'Opens a channel, with you in it. Needs channel:write, and is not for a CLIENT.',
  permission: 'channel:write',
  input: (t) => ({
    type: t.field({ type: NewChannelType, required: true, description: 'Who it is for.' }),
    name: t.string({ required: true, description: 'Its name, 1 to 200 characters.' }),
    description: t.string({ description: 'What it is about.' }),
    memberIds: t.globalIDList({ for: Profile, description: 'Who else is in it from the beginning.' }),
    externalReference: t.string({ description: 'Your own key of this channel; unique.' }),
  }),
  run: (ctx, input) => createChannel(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ channel: changed(t, Channel, 'channels') }),
});

defineMutation('openDirectChannel', {
  description: 'The channel between you and somebody else: the one there is, or a new one.',
  permission: 'channel:write',
  input: (t) => ({ profileId: t.globalID({ for: Profile, required: true, description: 'The other person.' }) }),
  run: (ctx, input) => openDirectChannel(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ channel: changed(t, Channel, 'channels') }),
});

defineMutation('updateChannel', {
  description: 'Changes a channel that you made, or any that you see with channel:moderate. Absent fields stay.',
  input: (t) => ({
    id: t.globalID({ for: Channel, required: true, description: 'Which channel.' }),
    name: t.string({ description: 'Its name, 1 to 200 characters.' }),
    description: t.string({ description: 'What it is about.' }),
    archived: t.boolean({
      description:
        'True: nobody writes, edits or reacts in it any more; messages can be deleted. False: it is in use again.',
    }),
    externalReference: t.string({ description: 'Your own key of this channel; unique.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => updateChannel(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ channel: changed(t, Channel, 'channels') }),
});

defineMutation('addChannelMembers', {
  description:
    'Adds people: to a group that you are in, or to an open channel that you made or moderate. Those who are in it ' +
    'already stay.',
  input: (t) => ({
    channelId: t.globalID({ for: Channel, required: true, description: 'Which channel.' }),
    profileIds: t.globalIDList({ for: Profile, required: true, description: 'Who, 1 to 500 people.' }),
  }),
  run: (ctx, input) => addChannelMembers(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ channel: changed(t, Channel, 'channels') }),
});

defineMutation('removeChannelMember', {
  description: 'Takes somebody out of a channel that you made or moderate.',
  input: (t) => ({
    channelId: t.globalID({ for: Channel, required: true, description: 'Which channel.' }),
    profileId: t.globalID({ for: Profile, required: true, description: 'Who.' }),
  }),
  run: (ctx, input) => removeChannelMember(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ channel: changed(t, Channel, 'channels') }),
});

defineMutation('leaveChannel', {
  description: 'Takes you out of a channel. A group is not seen any more; an open channel is.',
  input: (t) => ({ channelId: t.globalID({ for: Channel, required: true, description: 'Which channel.' }) }),
  run: (ctx, { channelId }) => removeChannelMember(ctx.tx, ctx.viewer, { channelId, profileId: ctx.viewer.profileId }),
  payload: (t) => ({ channel: changed(t, Channel, 'channels') }),
});

defineMutation('markChannelRead', {
  description: 'Notes that you have read a channel. What was read never becomes unread.',
  input: (t) => ({
    channelId: t.globalID({ for: Channel, required: true, description: 'Which channel.' }),
    messageId: t.globalID({ for: Message, description: 'Up to which of its messages; all when absent.' }),
  }),
  run: (ctx, input) => markChannelRead(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ channel: changed(t, Channel, 'channels') }),
});

defineMutation('muteChannel', {
  description: 'Mutes a channel for you, or lets you hear it again.',
  input: (t) => ({
    channelId: t.globalID({ for: Channel, required: true, description: 'Which channel.' }),
    muted: t.boolean({ required: true, description: 'Whether to mute it.' }),
  }),
  run: (ctx, input) => muteChannel(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ channel: changed(t, Channel, 'channels') }),
});
