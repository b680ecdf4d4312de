import { asc, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { channels, messages } from '../../src/modules/messaging/tables.ts';
import { profiles } from '../../src/modules/people/tables.ts';
import { type Company, world } from '../support/world.ts';
import { everything, importInto, read, scratchFolder, shippedMapping } from './support.ts';

const message = (conversation: number, ts: string, user: string, text: string) =>
  `<message conversation_id="${conversation}"><ts>${ts}</ts><user>${user}</user>${text}</message>`;

const chat = (...lines: string[]) => `<slack>
  <team_domain>racket</team_domain>
  <channel_name>general</channel_name>
  ${lines.join('\n  ')}
</slack>`;

const year = chat(
  message(1, '2017-05-11T15:46:08.512661', 'Jacob', '<text>How &lt;do&gt; I?</text>'),
  message(2, '2017-05-11T15:46:08.512701', 'David', '<text>Is there a match?</text>'),
  message(1, '2017-05-11T15:46:08.512999', 'Theron', '<text/><text>Like Λω\nthis</text>'),
  message(1, '2017-05-12T10:00:00.000001', 'Jacob', '<text>Thanks</text>'),
  message(3, '2017-05-12T10:00:00.000001', 'Jacob', '<text>Thanks!</text>'),
);
const nextYear = chat(
  message(1, '2018-01-01T00:00:00.000000', 'Nelson', '<text>Happy new year</text>'),
  message(1, '2018-01-01T00:00:01.000000', 'Jacob', '<text>To you, too</text>'),
);

const folder = await scratchFolder();
const mapping = await shippedMapping('slack-chat.yaml');
const server = await world();

const history = (company: Company) =>
  read(company, async (db) => {
    const rows = await db
      .select({
        id: messages.id,
        parentId: messages.parentId,
        content: messages.content,
        at: messages.createdAt,
        reference: messages.externalReference,
        sender: profiles.firstName,
      })
      .from(messages)
      .innerJoin(profiles, eq(profiles.id, messages.senderId))
      .orderBy(asc(messages.createdAt), asc(messages.id));
    const contents = new Map(rows.map(({ id, content }) => [id, content]));
    return rows.map(({ id, parentId, ...row }) => ({ ...row, parent: parentId && contents.get(parentId) }));
  });

describe('a chat', async () => {
  const company = await server.company();
  const file = await folder.write('2017.xml', year);
  const later = await folder.write('2018.xml', nextYear);
  const reports = [
    await importInto(company, 'messages', file, mapping, { batchSize: 2 }),
    await importInto(company, 'messages', later, mapping),
  ];

  it('becomes a channel, people and threads, which are separate for every file', async () => {
    expect(reports.map(({ changes }) => changes.created)).toEqual([
      { Profile: 3, Channel: 1, Message: 5 },
      { Profile: 1, Message: 2 },
    ]);
    expect((await history(company)).map(({ sender, content, parent }) => [sender, content, parent])).toEqual([
      ['Jacob', 'How <do> I?', null],
      ['David', 'Is there a match?', null],
      ['Theron', 'Like Λω\nthis', 'How <do> I?'],
      ['Jacob', 'Thanks', 'How <do> I?'],
      ['Jacob', 'Thanks!', null],
      ['Nelson', 'Happy new year', null],
      ['Jacob', 'To you, too', 'Happy new year'],
    ]);
  });

  it('gets strictly increasing UTC times, and unique references', async () => {
    const rows = await history(company);
    expect(rows.slice(0, 3).map(({ at }) => at.toISOString())).toEqual([
      '2017-05-11T15:46:08.512Z',
      '2017-05-11T15:46:08.513Z',
      '2017-05-11T15:46:08.514Z',
    ]);
    expect(rows.slice(3, 5).map(({ reference }) => reference)).toEqual([
      'slack:racket:general:2017-05-12T10:00:00.000001:Jacob',
      'slack:racket:general:2017-05-12T10:00:00.000001:Jacob#2',
    ]);
    const [channel] = await read(company, (db) => db.select().from(channels).where(eq(channels.name, 'general')));
    expect(channel).toMatchObject({ type: 'ORGANIZATION', lastMessageAt: new Date('2018-01-01T00:00:01Z') });
  });

  it('changes nothing when imported again, for any batch size', async () => {
    const before = await everything(company);
    for (const each of [file, later]) {
      const { changes } = await importInto(company, 'messages', each, mapping, { batchSize: 3 });
      expect(changes).toEqual({ created: {}, updated: {}, deleted: {} });
    }
    expect(await everything(company)).toEqual(before);
  });

  it('keeps messages edited or deleted here, and updates the others from the file', async () => {
    const of = (content: string) => eq(messages.content, content);
    await company.world.app.binding.write(company.tenant, async (tx) => {
      await tx.update(messages).set({ content: 'Edited', editedAt: new Date() }).where(of('Thanks'));
      await tx.update(messages).set({ content: '', deletedAt: new Date() }).where(of('Thanks!'));
    });
    const corrected = await folder.write('corrected.xml', year.replace('a match', 'no match'));
    const { changes } = await importInto(company, 'messages', corrected, mapping);
    expect(changes).toEqual({ created: {}, updated: { Message: 1 }, deleted: {} });
    expect((await history(company)).slice(1, 5).map(({ content }) => content)).toEqual([
      'Is there no match?',
      'Like Λω\nthis',
      'Edited',
      '',
    ]);
  });
});
