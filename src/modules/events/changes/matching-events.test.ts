import { describe, expect, it } from 'vitest';
import { leftThem, mayHaveBeenAmong } from './matching-events.ts';

const here = { projectId: 'here' };
const event = (before: object | null, after: object | null) => ({ before: before as never, after: after as never });
const moved = event({ projectId: 'here' }, { projectId: 'there' });
const renamed = event({ name: 'a' }, { name: 'b' });

describe('an object', () => {
  it('has left the objects with a value if an event records that it had it before', () => {
    expect(leftThem([renamed, moved], here)).toBe(true);
    expect(leftThem([renamed], here)).toBe(false);
    expect(leftThem([event({ projectId: 'there' }, { projectId: 'elsewhere' })], here)).toBe(false);
    expect(leftThem([event(null, { projectId: 'here' })], here)).toBe(false);
  });

  it('is compared by the columns that its events record', () => {
    const both = { projectId: 'here', profileId: 'me' };
    expect(leftThem([moved], both)).toBe(true);
    expect(leftThem([event({ projectId: 'here', profileId: 'you' }, {})], both)).toBe(false);
  });

  it('that is gone can have been among them unless its events tell other values', () => {
    expect(mayHaveBeenAmong([], here)).toBe(true);
    expect(mayHaveBeenAmong([renamed], here)).toBe(true);
    expect(mayHaveBeenAmong([event({ projectId: 'here' }, null)], here)).toBe(true);
    expect(mayHaveBeenAmong([event({ projectId: 'there' }, null)], here)).toBe(false);
    expect(mayHaveBeenAmong([event({ projectId: 'there' }, null)], {})).toBe(true);
  });
});
