import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';
import type { Row, Rows } from './row.ts';

/** A text cut at some places, as a stream may cut it. */
async function* cut(text: string, sizes: readonly number[]): AsyncGenerator<string> {
  for (let at = 0, index = 0; at < text.length; index++) {
    const size = sizes[index % sizes.length]!;
    yield text.slice(at, at + size);
    at += size;
  }
}

async function rowsOf(rows: Rows): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of rows) {
    if ('reason' in row) throw new Error(row.reason);
    found.push(row);
  }
  return found;
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', ';', '\n', ' ', '\\', "'") });
/** Blank rows are nothing, so each row has a number. */
const table = fc.array(fc.tuple(field, field), { maxLength: 8 });

it('reads the fields of CSV as they were written, for any chunks', async () => {
  const property = fc.asyncProperty(table, sizes, fc.constantFrom(',', ';', '::'), async (rows, cuts, delimiter) => {
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const lines = rows.map((row, index) => [String(index), ...row.map(quoted)].join(delimiter));
    const text = [['n', 'a', 'b'].join(delimiter), ...lines].join('\n');
    const found = await rowsOf(readCsv(cut(text, cuts), { delimiter, quote: '"', escape: '"' }));
    expect(found.map(({ cells }) => [cells.get('a'), cells.get('b')])).toEqual(rows);
    const written = text.split('\n');
    for (const { line, cells } of found)
      expect(written[line - 1]).toMatch(new RegExp(`^${cells.get('n')}${delimiter}`));
  });
  await fc.assert(property, { numRuns: 200 });
});

const json = fc.dictionary(fc.constantFrom('a', 'b.c', '"', '[', '{'), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });

it('reads the objects of JSON documents, for any chunks and indentation', async () => {
  const document = fc.record({
    before: fc.jsonValue(),
    inner: fc.record({ list: fc.array(json) }),
    after: fc.jsonValue(),
  });
  const property = fc.asyncProperty(document, sizes, fc.constantFrom(0, 1), async (value, cuts, indent) => {
    const found = await rowsOf(readJson(cut(JSON.stringify(value, null, indent), cuts), ['inner.list']));
    expect(found).toHaveLength(value.inner.list.length);
    for (const [index, { cells }] of found.entries()) {
      const { a } = value.inner.list[index]!;
      if (typeof a === 'string') expect(cells.get('inner.list.a')).toBe(a);
    }
  });
  await fc.assert(property, { numRuns: 200 });
});
