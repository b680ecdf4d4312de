import { afterEach, describe, expect, it } from 'vitest';
import type { Handler, Notification } from '../db/listener.ts';
import { LiveMarks } from './live-marks.ts';

/** Delivers to all, as one PostgreSQL channel does. */
class Channel {
  readonly #handlers: Handler[] = [];
  readonly sent: Notification[] = [];

  on(_topic: string, handler: Handler): () => void {
    this.#handlers.push(handler);
    return () => {};
  }

  async notify(notification: Notification): Promise<void> {
    this.sent.push(notification);
    for (const handler of this.#handlers) handler(JSON.parse(JSON.stringify(notification)));
  }
}

const list = { organizationId: 'acme', name: 'online' };
const never = new AbortController().signal;
const opened: LiveMarks[] = [];
afterEach(() => {
  for (const marks of opened.splice(0)) marks[Symbol.dispose]();
});

function processes(many: number): { channel: Channel; marks: LiveMarks[] } {
  const channel = new Channel();
  const marks = Array.from({ length: many }, () => new LiveMarks(channel));
  opened.push(...marks);
  return { channel, marks };
}

/** Waits until these people are in the list. */
async function until(marks: LiveMarks, people: readonly string[]): Promise<void> {
  while (marks.in(list).people.join() !== people.join()) await marks.changed(list, marks.in(list).version, never);
}

describe('a mark', () => {
  it('is seen in every process, in its own list only', async () => {
    const { marks } = processes(2);
    const [here, there] = marks as [LiveMarks, LiveMarks];
    here.mark(list, 'ada', 60_000);
    expect(await there.changed(list, 0, never)).toBe(true);
    for (const each of marks) expect(each.in(list).people).toEqual(['ada']);
    expect(there.in({ ...list, organizationId: 'other' })).toEqual({ version: 0, people: [] });
    expect(there.in({ ...list, name: 'typing' })).toEqual({ version: 0, people: [] });
  });

  it('ends by itself, or when it is cleared in any process', async () => {
    const { marks } = processes(2);
    const [here, there] = marks as [LiveMarks, LiveMarks];
    here.mark(list, 'ada', 60_000);
    here.mark(list, 'grace', 1);
    await until(there, ['ada']);
    there.clear(list, 'ada');
    await until(here, []);
    expect(here.in(list)).toEqual({ version: 0, people: [] });
  });

  it('that is repeated changes nothing that others wait for', async () => {
    const { marks } = processes(1);
    const [here] = marks as [LiveMarks];
    here.mark(list, 'ada', 60_000);
    const { version } = here.in(list);
    here.mark(list, 'ada', 60_000);
    expect(here.in(list).version).toBe(version);
    const stop = new AbortController();
    const waiting = here.changed(list, version, stop.signal);
    stop.abort();
    expect(await waiting).toBe(false);
  });

  it('is one of at most 500 in a list', () => {
    const { marks } = processes(1);
    const [here] = marks as [LiveMarks];
    for (let n = 0; n < 600; n++) here.mark(list, `person ${n}`, 60_000);
    expect(here.in(list).people).toHaveLength(500);
  });

  it('travels with others, in notifications that PostgreSQL takes', async () => {
    const { channel, marks } = processes(2);
    const [here, there] = marks as [LiveMarks, LiveMarks];
    const id = '01990000-0000-7000-8000-';
    const name = `typing ${id}000000000000`;
    for (let n = 0; n < 100; n++) here.mark({ organizationId: `${id}0000000000ff`, name }, `${id}${n + 1e11}`, 6_000);
    const typing = { organizationId: `${id}0000000000ff`, name };
    while (there.in(typing).people.length < 100) await there.changed(typing, there.in(typing).version, never);
    expect(channel.sent.length).toBeLessThan(5);
    for (const each of channel.sent) expect(Buffer.byteLength(JSON.stringify(each))).toBeLessThan(8_000);
  });
});
