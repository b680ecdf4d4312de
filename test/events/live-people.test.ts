import { describe, expect, it } from 'vitest';
import { LiveMarks } from '../../src/tenancy/live-marks.ts';
import { openGroup, send } from '../messaging/support.ts';
import { run } from '../support/run.ts';
import { type Member, world } from '../support/world.ts';
import { Frames } from './frames.ts';

const server = await world();

const typing = 'subscription ($channelId: ID!) { typing(channelId: $channelId) { people { id } } }';
const presence = 'subscription { presence { people { id } } }';

const follow = (member: Member, query: string, variables: object = {}): Promise<Frames> =>
  Frames.open(server.yoga, member.headers, { query, variables });

/** The ids of the people in the next frame. */
const people = async (frames: Frames): Promise<string[]> => {
  const [frame] = Object.values((await frames.next()).data as Record<string, { people: { id: string }[] }>);
  return frame!.people.map(({ id }) => id);
};

/** Reads frames until one has these people. */
async function until(frames: Frames, wanted: readonly string[]): Promise<void> {
  for (;;) if ((await people(frames)).sort().join() === [...wanted].sort().join()) return;
}

const idOf = ({ profileId }: Member): string => `Profile:${profileId}`;

describe('typing', () => {
  it('names the others who are writing in the channel, until they stop, or send', async () => {
    const company = await server.company();
    const [ada, grace] = [await company.as('MANAGER'), await company.member('MEMBER')];
    const channelId = await openGroup(ada, [grace]);
    const frames = await follow(ada, typing, { channelId });
    expect(await people(frames)).toEqual([]);
    const { errors, data, statements } = await grace.graphql(
      'mutation ($input: SignalTypingInput!) { signalTyping(input: $input) { channel { id } lastEventId } }',
      { input: { channelId } },
    );
    expect([errors, data]).toEqual([[], { signalTyping: { channel: { id: channelId }, lastEventId: null } }]);
    expect(statements.filter((text) => /^(?:insert|update|delete)/i.test(text))).toEqual([]);
    expect(await people(frames)).toEqual([idOf(grace)]);
    await run(grace, 'signalTyping', { channelId, isTyping: false });
    expect(await people(frames)).toEqual([]);
    await run(grace, 'signalTyping', { channelId });
    expect(await people(frames)).toEqual([idOf(grace)]);
    await send(grace, channelId, 'Done');
    expect(await people(frames)).toEqual([]);
    await frames.close();
  });

  it('is told in other channels to nobody, and to nobody who does not see the channel', async () => {
    const company = await server.company();
    const [ada, grace] = [await company.as('MANAGER'), await company.member('MEMBER')];
    const [group, other] = [await openGroup(ada, [grace]), await openGroup(ada, [grace])];
    const frames = await follow(ada, typing, { channelId: other });
    expect(await people(frames)).toEqual([]);
    await run(grace, 'signalTyping', { channelId: group });
    await run(grace, 'signalTyping', { channelId: other });
    expect(await people(frames)).toEqual([idOf(grace)]);
    await frames.close();
    const outsider = await company.member('MEMBER');
    const refused = await follow(outsider, typing, { channelId: group });
    expect((await refused.nextError()).extensions).toMatchObject({ code: 'NOT_FOUND', field: 'channelId' });
    const write = await outsider.graphql(
      'mutation ($input: SignalTypingInput!) { signalTyping(input: $input) { channel { id } } }',
      { input: { channelId: group } },
    );
    expect(write.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', field: 'input.channelId' } }]);
    const stranger = await (await server.company('Other')).as('OWNER');
    const abroad = await follow(stranger, typing, { channelId: group });
    expect((await abroad.nextError()).extensions.code).toBe('NOT_FOUND');
  });

  it('ends with an error for whom the channel is hidden later, at the next change', async () => {
    const company = await server.company();
    const [ada, grace] = [await company.as('MANAGER'), await company.member('MEMBER')];
    const channelId = await openGroup(ada, [grace]);
    const frames = await follow(grace, typing, { channelId });
    expect(await people(frames)).toEqual([]);
    await run(ada, 'removeChannelMember', { channelId, profileId: idOf(grace) });
    await run(ada, 'signalTyping', { channelId });
    expect((await frames.nextError()).extensions.code).toBe('NOT_FOUND');
  });

  it('in an archived channel is refused', async () => {
    const ada = await (await server.company()).as('MANAGER');
    const channelId = await openGroup(ada, []);
    await run(ada, 'updateChannel', { id: channelId, archived: true });
    const { errors } = await ada.graphql(
      'mutation ($input: SignalTypingInput!) { signalTyping(input: $input) { channel { id } } }',
      { input: { channelId } },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_STATE', field: 'input.channelId' } }]);
  });
});

describe('presence', () => {
  it('names the others with a subscription, and those who are marked by other processes', async () => {
    const company = await server.company();
    const [ada, grace, joan] = [
      await company.as('MANAGER'),
      await company.member('MEMBER'),
      await company.member('MEMBER'),
    ];
    const frames = await follow(ada, presence);
    expect(await people(frames)).toEqual([]);
    const hers = await follow(grace, presence);
    await until(hers, [idOf(ada)]);
    await until(frames, [idOf(grace)]);
    const elsewhere = new LiveMarks(server.app.listener);
    elsewhere.mark({ organizationId: company.tenant.id, name: 'online' }, joan.profileId, 60_000);
    await until(frames, [idOf(grace), idOf(joan)]);
    elsewhere.clear({ organizationId: company.tenant.id, name: 'online' }, joan.profileId);
    await until(frames, [idOf(grace)]);
    elsewhere[Symbol.dispose]();
    await Promise.all([frames.close(), hers.close()]);
  });

  it('shows a CLIENT only the people that it sees, and nobody of another organization', async () => {
    const company = await server.company();
    const [ada, client] = [await company.as('MANAGER'), await company.member('CLIENT')];
    const other = await (await server.company('Other')).as('MANAGER');
    const all = await Promise.all([ada, other].map((member) => follow(member, presence)));
    for (const frames of all) expect(await people(frames)).toEqual([]);
    const visible = (await client.ok('{ profiles { nodes { id } } }')).profiles.nodes.map(
      ({ id }: { id: string }) => id,
    );
    expect(visible).not.toContain(idOf(ada));
    const theirs = await follow(client, presence);
    expect(await people(theirs)).toEqual([]);
    await until(all[0]!, [idOf(client)]);
    await Promise.all([...all, theirs].map((frames) => frames.close()));
  });
});
