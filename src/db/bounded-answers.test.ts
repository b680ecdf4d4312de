import { describe, expect, it } from 'vitest';
import { AnswerMeter } from './bounded-answers.ts';

/** A message of this type whose length counts itself, as the protocol has it. */
function message(type: string, bytes: number, announced = bytes + 4): Buffer {
  const header = Buffer.alloc(5);
  header.write(type);
  header.writeUInt32BE(announced, 1);
  return Buffer.concat([header, Buffer.alloc(bytes)]);
}

/** Whether everything was within the bound, when it arrives in pieces of this size. */
function within(most: number, bytes: Buffer, size: number): boolean {
  const meter = new AnswerMeter(most);
  for (let at = 0; at < bytes.length; at += size) {
    if (!meter.take(bytes.subarray(at, at + size))) return false;
  }
  return true;
}

describe.each([1, 2, 4, 5, 6, 7, 64, 10_000])('answers that arrive in pieces of %i bytes', (size) => {
  it('may be as long as the bound, and the count restarts after each answer', () => {
    const answer = Buffer.concat([message('D', 45), message('D', 40), message('Z', 1)]);
    expect(within(95, Buffer.concat(Array<Buffer>(20).fill(answer)), size)).toBe(true);
    expect(within(94, answer, size)).toBe(false);
  });

  it('are refused as soon as a message announces too much', () => {
    expect(within(1_000, message('D', 0, 2 ** 31), size)).toBe(false);
    expect(within(1_000, message('d', 0, 1_001), size)).toBe(false);
  });

  it('are refused if a length is invalid', () => {
    expect(within(1_000, message('D', 0, 3), size)).toBe(false);
  });

  it('may contain any amount of COPY data, row by row', () => {
    expect(within(100, Buffer.concat(Array<Buffer>(100).fill(message('d', 60))), size)).toBe(true);
  });
});
