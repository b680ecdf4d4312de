import { eq } from 'drizzle-orm';
import { addReaction } from '../modules/messaging/add-reaction.ts';
import { createChannel } from '../modules/messaging/create-channel.ts';
import { sendMessage } from '../modules/messaging/send-message.ts';
import { channels } from '../modules/messaging/tables.ts';
import type { TenantTx } from '../tenancy/tenant-session.ts';
import type { DemoContent, DemoProject } from './content.ts';
import type { ViewerFor } from './viewer-for.ts';

/** Creates the organization's channel with a first message and a reaction. */
export async function seedWelcome(
  tx: TenantTx,
  as: ViewerFor,
  { channel: name, welcome }: Pick<DemoContent, 'channel' | 'welcome'>,
): Promise<void> {
  const { id: channelId } = await createChannel(tx, as('OWNER'), { type: 'ORGANIZATION', name });
  const { id: messageId } = await sendMessage(tx, as('OWNER'), { channelId, content: welcome });
  await addReaction(tx, as('MEMBER'), { messageId, emoji: '👋' });
}

/** Posts the messages of a project's channel, which was created with the project. */
export async function seedConversation(
  tx: TenantTx,
  as: ViewerFor,
  projectId: string,
  conversation: DemoProject['conversation'],
): Promise<void> {
  const [channel] = await tx.select({ id: channels.id }).from(channels).where(eq(channels.projectId, projectId));
  if (!channel) return;
  for (const { from, text, answers = [] } of conversation) {
    const { id: parentId } = await sendMessage(tx, as(from), { channelId: channel.id, content: text });
    for (const answer of answers) {
      await sendMessage(tx, as(answer.from), { channelId: channel.id, content: answer.text, parentId });
    }
  }
}
