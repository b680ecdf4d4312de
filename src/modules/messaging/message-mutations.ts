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

const AttachmentInput = builder.inputType('MessageAttachmentInput', {
  description: 'A file that a message points at.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Name of the file.' }),
    url: t.string({ required: true, description: 'Where it is: an http or https address.' }),
    mediaType: t.string({ description: 'Its media type, such as image/png.' }),
    size: t.field({ type: 'Decimal', description: 'Its size in bytes.' }),
  }),
});

defineMutation('sendMessage', {
  description: 'Writes a message into a channel that you see, or an answer to one. Needs channel:write.',
  permission: 'channel:write',
  input: (t) => ({
    channelId: t.globalID({ for: Channel, required: true, description: 'Which channel.' }),
    content: t.string({ required: true, description: 'The text, 1 to 20,000 characters.' }),
    parentId: t.globalID({
      for: Message,
      description: 'The message of the channel that it answers, itself no answer.',
    }),
    mentionIds: t.globalIDList({ for: Profile, description: 'Whom it mentions, at most 100 people.' }),
    attachments: t.field({ type: [AttachmentInput], description: 'What is attached to it, at most ten files.' }),
    externalReference: t.string({ description: 'Your own key of this message; unique.' }),
  }),
  run: (ctx, input) => sendMessage(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ message: changed(t, Message, 'messages') }),
});

defineMutation('editMessage', {
  description:
    'Changes the text of a message that you wrote, or of any that you see with channel:moderate; not in an archived channel.',
  permission: 'channel:write',
  input: (t) => ({
    id: t.globalID({ for: Message, required: true, description: 'Which message.' }),
    content: t.string({ required: true, description: 'The new text, 1 to 20,000 characters.' }),
    mentionIds: t.globalIDList({ for: Profile, description: 'Whom it mentions now; as before when absent.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => editMessage(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ message: changed(t, Message, 'messages') }),
});

defineMutation('deleteMessage', {
  description:
    'Takes back a message that you wrote, or any that you see with channel:moderate: a tombstone stays in its place.',
  permission: 'channel:write',
  input: (t) => ({
    id: t.globalID({ for: Message, required: true, description: 'Which message.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => deleteMessage(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ message: changed(t, Message, 'messages') }),
});

const reactions = {
  addReaction: {
    description: 'Adds your reaction to a message; the same one again changes nothing.',
    run: addReaction,
  },
  removeReaction: { description: 'Takes your reaction to a message back, if it is there.', run: removeReaction },
};

for (const [name, { description, run }] of Object.entries(reactions)) {
  defineMutation(name, {
    description,
    permission: 'channel:write',
    input: (t) => ({
      messageId: t.globalID({ for: Message, required: true, description: 'Which message.' }),
      emoji: t.string({ required: true, description: 'One emoji, or its name between colons.' }),
    }),
    run: (ctx, input) => run(ctx.tx, ctx.viewer, input),
    payload: (t) => ({ message: changed(t, Message, 'messages') }),
  });
}
