import { builder } from '../../graphql/declare/builder.ts';
import { defineMutation, expectedVersion } from '../../graphql/declare/mutation.ts';
import { changed } from '../../graphql/declare/payload.ts';
import { Profile } from '../people/profile.ts';
import { addReaction } from './add-reaction.ts';
import { Channel } from './channel.ts';
import { deleteMessage } from './delete-message.ts';
import { editMessage } from './edit-message.ts';
import { Message } from './message.ts';
import { removeReaction } from './remove-reaction.ts';
import { sendMessage } from './send-message.ts';
import { typingList } from './signal-typing.ts';

const AttachmentInput = builder.inputType('MessageAttachmentInput', {
  description: 'A link to a file.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Name of the file.' }),
    url: t.string({ required: true, description: 'Its http or https URL.' }),
    mediaType: t.string({ description: 'Its media type, such as image/png.' }),
    size: t.field({ type: 'Decimal', description: 'Its size in bytes.' }),
  }),
});

defineMutation('sendMessage', {
  description:
    'Sends a message to a channel that you see, optionally as an answer to another message. Needs channel:write.',
  permission: 'channel:write',
  input: (t) => ({
    channelId: t.globalID({ for: Channel, required: true, description: 'The channel.' }),
    content: t.string({ required: true, description: 'The text, 1 to 20,000 characters.' }),
    parentId: t.globalID({
      for: Message,
      description: 'The message of the channel that it answers, which must not be an answer itself.',
    }),
    mentionIds: t.globalIDList({ for: Profile, description: 'The people that it mentions, at most 100.' }),
    attachments: t.field({ type: [AttachmentInput], description: 'Its attachments, at most ten.' }),
    externalReference: t.string({ description: 'Your own key of this message; unique.' }),
  }),
  run: async ({ tx, viewer, services }, input) => {
    const sent = await sendMessage(tx, viewer, input);
    const list = typingList(viewer.organizationId, input.channelId);
    tx.onCommit(() => services.liveMarks.clear(list, viewer.profileId));
    return sent;
  },
  payload: (t) => ({ message: changed(t, Message, 'messages') }),
});

defineMutation('editMessage', {
  description:
    'Changes the text of a message that you wrote, or with channel:moderate of any that you see. Fails in an archived channel.',
  permission: 'channel:write',
  input: (t) => ({
    id: t.globalID({ for: Message, required: true, description: 'The message.' }),
    content: t.string({ required: true, description: 'The new text, 1 to 20,000 characters.' }),
    mentionIds: t.globalIDList({ for: Profile, description: 'The people that it mentions now; unchanged if absent.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => editMessage(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ message: changed(t, Message, 'messages') }),
});

defineMutation('deleteMessage', {
  description:
    'Deletes a message that you wrote, or with channel:moderate any that you see. A tombstone without text stays in its place.',
  permission: 'channel:write',
  input: (t) => ({
    id: t.globalID({ for: Message, required: true, description: 'The message.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => deleteMessage(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ message: changed(t, Message, 'messages') }),
});

const reactions = {
  addReaction: {
    description: 'Adds your reaction to a message; repeating it changes nothing.',
    run: addReaction,
  },
  removeReaction: { description: 'Removes your reaction to a message, if there is one.', run: removeReaction },
};

for (const [name, { description, run }] of Object.entries(reactions)) {
  defineMutation(name, {
    description,
    permission: 'channel:write',
    input: (t) => ({
      messageId: t.globalID({ for: Message, required: true, description: 'The message.' }),
      emoji: t.string({ required: true, description: 'One emoji, or its name between colons.' }),
    }),
    run: (ctx, input) => run(ctx.tx, ctx.viewer, input),
    payload: (t) => ({ message: changed(t, Message, 'messages') }),
  });
}
