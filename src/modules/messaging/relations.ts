import { defineRelationsPart } from 'drizzle-orm';
import * as people from '../people/tables.ts';
import * as projects from '../projects/tables.ts';
import * as tables from './tables.ts';

export const messagingRelations = defineRelationsPart({ ...people, ...projects, ...tables }, (r) => ({
  channels: {
    project: r.one.projects({ from: r.channels.projectId, to: r.projects.id }),
    creator: r.one.profiles({ from: r.channels.creatorId, to: r.profiles.id }),
    members: r.many.channelMembers({ from: r.channels.id, to: r.channelMembers.channelId, alias: 'membership' }),
    messages: r.many.messages({ from: r.channels.id, to: r.messages.channelId, alias: 'history' }),
    // The same rows under another name, so that a statement can read both a page of them and the newest one.
    newest: r.many.messages({ from: r.channels.id, to: r.messages.channelId, alias: 'newest' }),
    own: r.many.channelMembers({ from: r.channels.id, to: r.channelMembers.channelId, alias: 'own' }),
  },
  channelMembers: {
    channel: r.one.channels({
      from: r.channelMembers.channelId,
      to: r.channels.id,
      optional: false,
      alias: 'membership',
    }),
    profile: r.one.profiles({ from: r.channelMembers.profileId, to: r.profiles.id, optional: false }),
  },
  messages: {
    channel: r.one.channels({ from: r.messages.channelId, to: r.channels.id, optional: false, alias: 'history' }),
    sender: r.one.profiles({ from: r.messages.senderId, to: r.profiles.id }),
    parent: r.one.messages({ from: r.messages.parentId, to: r.messages.id, alias: 'thread' }),
    replies: r.many.messages({ from: r.messages.id, to: r.messages.parentId, alias: 'thread' }),
    reactions: r.many.messageReactions({ from: r.messages.id, to: r.messageReactions.messageId }),
    attachments: r.many.messageAttachments({ from: r.messages.id, to: r.messageAttachments.messageId }),
    mentions: r.many.profiles({
      from: r.messages.id.through(r.messageMentions.messageId),
      to: r.profiles.id.through(r.messageMentions.profileId),
      alias: 'mention',
    }),
  },
  messageReactions: {
    message: r.one.messages({ from: r.messageReactions.messageId, to: r.messages.id, optional: false }),
    profile: r.one.profiles({ from: r.messageReactions.profileId, to: r.profiles.id }),
  },
  messageAttachments: {
    message: r.one.messages({ from: r.messageAttachments.messageId, to: r.messages.id, optional: false }),
  },
  projects: {
    channel: r.one.channels({ from: r.projects.id, to: r.channels.projectId }),
  },
}));
