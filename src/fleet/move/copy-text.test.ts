import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { rowsIn } from './copy-text.ts';

const read = async (pieces: (string | Buffer)[], most = 10) => {
  const all = [];
  for await (const rows of rowsIn(Readable.from(pieces, { objectMode: false }), most)) all.push(rows);
  return all;
};

it('reads what COPY writes', async () => {
  expect(await read(['a\t\\N\\n\t\\\\N\n', '\\t\\r\\b\t\\N\n'])).toEqual(
    [
      [
        ['a', 'N\n', '\\N'],
        ['\t\r\b', null],
      ],
    ].map((rows) => rows.map((row) => row.map((v) => v))),
  );
});

it('reads rows that come in pieces, also of characters, so many at once', async () => {
  const text = Buffer.from('é1\né2\né3\n');
  const pieces = [...text].map((byte) => Buffer.from([byte]));
  expect(await read(pieces, 2)).toEqual([[['é1'], ['é2']], [['é3']]]);
});
