import { defineRewinding, linkRows } from '../events/rewind/rewinding.ts';
import { channelMembers, channels, messageAttachments, messageMentions, messageReactions, messages } from './tables.ts';

const deletedWithMessage = 'those of a message that was deleted since are lost';

defineRewinding(messages, {
  lost: { content: 'the present text: the log has no texts; empty if the message was deleted since' },
});
defineRewinding(channels, {
  lost: { lastMessageAt: 'as it is now', deletedUntil: 'as it is now' },
});
defineRewinding(channelMembers, {
  lost: { muted: 'as it is now; not muted if the person left the channel since' },
});
defineRewinding(messageReactions, {
  ...linkRows(messageReactions, {
    added: 'message.reactionAdded',
    removed: 'message.reactionRemoved',
    key: { messageId: 'resourceId', profileId: 'actorId', emoji: 'emoji' },
  }),
  lost: { '*': deletedWithMessage },
});
defineRewinding(messageAttachments, { lost: { '*': deletedWithMessage } });
defineRewinding(messageMentions, {
  key: ['messageId', 'profileId'],
  lost: { '*': `those that an edit added or removed since stay so; ${deletedWithMessage}`, unread: 'as it is now' },
});
