import { describe, expect, it } from 'vitest';
import { Conversations } from './conversations.ts';

const message = (reference: string, sentAt: string, thread: string | null = null) => ({
  reference,
  sentAt: new Date(sentAt),
  content: 'text',
  thread,
  channelReference: 'general',
  authorReference: 'ada',
});

describe('messages of an import', () => {
  it('of one conversation are answers to its first message', () => {
    const conversations = new Conversations();
    const parents = [
      message('a', '2017-01-01T00:00:00Z', '1'),
      message('b', '2017-01-01T00:00:01Z', '2'),
      message('c', '2017-01-01T00:00:02Z', '1'),
      message('d', '2017-01-01T00:00:03Z'),
      { ...message('e', '2017-01-01T00:00:04Z', '1'), channelReference: 'other' },
    ].map((each) => conversations.place(each).parentReference);
    expect(parents).toEqual([null, null, 'a', null, null]);
  });

  it('with the same reference and time are numbered', () => {
    const conversations = new Conversations();
    const references = [
      message('a', '2017-01-01T00:00:00Z'),
      message('a', '2017-01-01T00:00:00Z'),
      message('b', '2017-01-01T00:00:00Z'),
      message('a', '2017-01-01T00:00:00Z'),
      message('b', '2017-01-01T00:00:01Z'),
    ].map((each) => conversations.place(each).reference);
    expect(references).toEqual(['a', 'a#2', 'b', 'a#3', 'b']);
  });

  it('of one millisecond keep their order, even if that shifts the next message', () => {
    const conversations = new Conversations();
    const times = ['00.000', '00.000', '00.000', '00.001', '00.009', '00.005']
      .map((second, index) => message(`m${index}`, `2017-01-01T00:00:${second}Z`))
      .map((each) => conversations.place(each).sentAt.getUTCMilliseconds());
    expect(times).toEqual([0, 1, 2, 3, 9, 5]);
  });
});
