import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { cutParts, sha256 } from './parts.ts';

const mib = 1024 * 1024;

/** Rows of about 1,000 bytes, the same ones at each call. */
const rowsOf = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, n) => {
    const digest = createHash('sha512')
      .update(`${from + n}`)
      .digest('hex');
    return `${from + n}\t${digest.repeat(7 + (n % 3))}\n`;
  });

async function partsOf(text: Buffer, chunkBytes = 64 * 1024): Promise<Buffer[]> {
  async function* chunks() {
    for (let at = 0; at < text.length; at += chunkBytes) yield text.subarray(at, at + chunkBytes);
  }
  const parts: Buffer[] = [];
  for await (const part of cutParts(chunks())) parts.push(part);
  return parts;
}

const hashes = (parts: readonly Buffer[]): string[] => parts.map(sha256);

it('cuts the same rows into the same parts, however they arrive', async () => {
  const text = Buffer.from(rowsOf(12_000).join(''));
  const parts = await partsOf(text);
  expect(Buffer.concat(parts).equals(text)).toBe(true);
  expect(parts.length).toBeGreaterThan(3);
  for (const part of parts) {
    expect(part.at(-1)).toBe(0x0a);
    expect(part.length).toBeLessThan(4 * mib + 1200);
  }
  for (const part of parts.slice(0, -1)) expect(part.length).toBeGreaterThanOrEqual(mib);
  for (const chunkBytes of [7_001, 3 * mib, 64 * mib]) {
    expect(hashes(await partsOf(text, chunkBytes))).toEqual(hashes(parts));
  }
});

it('changes only the parts around rows that change, grow or go', async () => {
  const rows = rowsOf(24_000);
  const before = hashes(await partsOf(Buffer.from(rows.join(''))));
  rows[4_000] = 'longer than before\n'.repeat(3);
  rows.splice(15_000, 5);
  rows.push(...rowsOf(10, 50_000));
  const after = hashes(await partsOf(Buffer.from(rows.join(''))));
  const unchanged = after.filter((each) => before.includes(each));
  expect(before.length).toBeGreaterThan(8);
  expect(unchanged.length).toBeGreaterThanOrEqual(before.length / 2);
});

it('never cuts inside a row, however long it is', async () => {
  const text = Buffer.from(`${'x'.repeat(6 * mib)}\n${'y'.repeat(10)}\n`);
  expect((await partsOf(text)).map(({ length }) => length)).toEqual([6 * mib + 1, 11]);
  expect(await partsOf(Buffer.alloc(0))).toEqual([]);
});
