import { eq } from 'drizzle-orm';
import { addReaction } from '../modules/messaging/add-reaction.ts';
import { createChannel } from '../modules/messaging/create-channel.ts';
import { sendMessage } from '../modules/messaging/send-message.ts';
import { channels } from '../modules/messaging/tables.ts';
import type { TenantTx } from '../tenancy/tenant-session.ts';
import type { Cast } from './cast.ts';
import type { DemoContent, DemoProject } from './content.ts';

/** What is said to the whole organization. */
export async function seedWelcome(
  tx: TenantTx,
  as: Cast,
  { channel: name, welcome }: Pick<DemoContent, 'channel' | 'welcome'>,
): Promise<void> {
  const { id: channelId } = await createChannel(tx, as('OWNER'), { type: 'ORGANIZATION', name });
  const { id: messageId } = await sendMessage(tx, as('OWNER'), { channelId, content: welcome });
  await addReaction(tx, as('MEMBER'), { messageId, emoji: '👋' });
}

/** What is said in the channel of a project, which came with it. */
export async function seedTalk(tx: TenantTx, as: Cast, projectId: string, talk: DemoProject['talk']): Promise<void> {
  const [channel] = await tx.select({ id: channels.id }).from(channels).where(eq(channels.projectId, projectId));
  if (!channel) return;
  for (const { from, text, answers = [] } of talk) {
    const { id: parentId } = await sendMessage(tx, as(from), { channelId: channel.id, content: text });
    for (const answer of answers) {
      await sendMessage(tx, as(answer.from), { channelId: channel.id, content: answer.text, parentId });
    }
  }
}
