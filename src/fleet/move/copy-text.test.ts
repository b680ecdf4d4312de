import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { rowsIn } from './copy-text.ts';

const read = async (pieces: (string | Buffer)[], most = 10) => {
  const all = [];
  for await (const rows of rowsIn(Readable.from(pieces, { objectMode: false }), most)) all.push(rows);
  return all;
};

it('parses the text format of COPY', async () => {
  expect(await read(['a\t\\N\\n\t\\\\N\n', '\\t\\r\\b\t\\N\n'])).toEqual(
    [
      [
        ['a', 'N\n', '\\N'],
        ['\t\r\b', null],
      ],
    ].map((rows) => rows.map((row) => row.map((v) => v))),
  );
});

it('yields batches of rows from chunks that end inside rows and characters', async () => {
  const text = Buffer.from('é1\né2\né3\n');
  const pieces = [...text].map((byte) => Buffer.from([byte]));
  expect(await read(pieces, 2)).toEqual([[['é1'], ['é2']], [['é3']]]);
});
