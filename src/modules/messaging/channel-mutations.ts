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
  description: 'The audience of a channel that people open. Channels of projects and pairs are created automatically.',
  values: {
    ORGANIZATION: { description: 'Everybody except CLIENTs.' },
    GROUP: { description: 'The people who are added.' },
  },
});

defineMutation('createChannel', {
  description: 'Opens a channel and adds you to it. Needs channel:write; not available to a CLIENT.',
  permission: 'channel:write',
  input: (t) => ({
    type: t.field({ type: NewChannelType, required: true, description: 'Its audience.' }),
    name: t.string({ required: true, description: 'Its name, 1 to 200 characters.' }),
    description: t.string({ description: 'What it is about.' }),
    memberIds: t.globalIDList({ for: Profile, description: 'The other initial members.' }),
    externalReference: t.string({ description: 'Your own key of this channel; unique.' }),
  }),
  run: (ctx, input) => createChannel(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ channel: changed(t, Channel, 'channels') }),
});

defineMutation('openDirectChannel', {
  description: 'Returns the direct channel between you and another person; opens it if there is none.',
  permission: 'channel:write',
  input: (t) => ({ profileId: t.globalID({ for: Profile, required: true, description: 'The other person.' }) }),
  run: (ctx, input) => openDirectChannel(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ channel: changed(t, Channel, 'channels') }),
});

defineMutation('updateChannel', {
  description: 'Changes a channel that you created, or with channel:moderate any that you see. Absent fields stay.',
  input: (t) => ({
    id: t.globalID({ for: Channel, required: true, description: 'The channel.' }),
    name: t.string({ description: 'Its name, 1 to 200 characters.' }),
    description: t.string({ description: 'What it is about.' }),
    archived: t.boolean({
      description:
        'True archives the channel: messages can only be deleted, not written, edited or reacted to. False reopens it.',
    }),
    externalReference: t.string({ description: 'Your own key of this channel; unique.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => updateChannel(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ channel: changed(t, Channel, 'channels') }),
});

defineMutation('addChannelMembers', {
  description:
    'Adds people to a group that you are in, or to an open channel that you created or moderate. Members of the channel ' +
    'stay unchanged.',
  input: (t) => ({
    channelId: t.globalID({ for: Channel, required: true, description: 'The channel.' }),
    profileIds: t.globalIDList({ for: Profile, required: true, description: 'The people, 1 to 500.' }),
  }),
  run: (ctx, input) => addChannelMembers(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ channel: changed(t, Channel, 'channels') }),
});

defineMutation('removeChannelMember', {
  description: 'Removes a person from a channel that you created or moderate.',
  input: (t) => ({
    channelId: t.globalID({ for: Channel, required: true, description: 'The channel.' }),
    profileId: t.globalID({ for: Profile, required: true, description: 'The person.' }),
  }),
  run: (ctx, input) => removeChannelMember(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ channel: changed(t, Channel, 'channels') }),
});

defineMutation('leaveChannel', {
  description: 'Removes you from a channel. You no longer see a group then, but still see an open channel.',
  input: (t) => ({ channelId: t.globalID({ for: Channel, required: true, description: 'The channel.' }) }),
  run: (ctx, { channelId }) => removeChannelMember(ctx.tx, ctx.viewer, { channelId, profileId: ctx.viewer.profileId }),
  payload: (t) => ({ channel: changed(t, Channel, 'channels') }),
});

defineMutation('markChannelRead', {
  description: 'Marks a channel as read. Read messages never become unread again.',
  input: (t) => ({
    channelId: t.globalID({ for: Channel, required: true, description: 'The channel.' }),
    messageId: t.globalID({ for: Message, description: 'The last message that was read; the newest one if absent.' }),
  }),
  run: (ctx, input) => markChannelRead(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ channel: changed(t, Channel, 'channels') }),
});

defineMutation('muteChannel', {
  description: 'Mutes a channel for you, or unmutes it.',
  input: (t) => ({
    channelId: t.globalID({ for: Channel, required: true, description: 'The channel.' }),
    muted: t.boolean({ required: true, description: 'Whether to mute it.' }),
  }),
  run: (ctx, input) => muteChannel(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ channel: changed(t, Channel, 'channels') }),
});
