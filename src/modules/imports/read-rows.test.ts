import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';
import { readJsonLines } from './read-json-lines.ts';
import { readRows } from './read-rows.ts';
import { readXml } from './read-xml.ts';
import { longestRow, type Rows } from './row.ts';

/** The text cut into pieces of this size, as a stream may cut it. */
async function* pieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function collect(rows: Rows): Promise<object[]> {
  const collected: object[] = [];
  for await (const row of rows) {
    collected.push('reason' in row ? row : { line: row.line, ...Object.fromEntries(row.cells) });
  }
  return collected;
}

const syntax = { delimiter: ',', quote: '"', escape: '"' };

describe('CSV', () => {
  const csv = (text: string, delimiter = ',', size = 7) =>
    collect(readCsv(pieces(text, size), { ...syntax, delimiter }));

  it.each([1, 2, 7, 1_000])(
    'yields rows by column name, with the line on which each starts, in chunks of %i',
    async (size) => {
      expect(await csv('Id, Name\n1,Ada\n\n2,"Grace ""G""\nHopper"\n3,Edsger', ',', size)).toEqual([
        { line: 2, Id: '1', Name: 'Ada' },
        { line: 4, Id: '2', Name: 'Grace "G"\nHopper' },
        { line: 6, Id: '3', Name: 'Edsger' },
      ]);
    },
  );

  it('reports a row with another number of fields, and ignores blank rows', async () => {
    expect(await csv('a;b\n1;2;3\n;;\n ; \n4;5', ';')).toEqual([
      { line: 2, reason: '3 fields instead of 2' },
      { line: 5, a: '4', b: '5' },
    ]);
  });

  it('makes a list of repeated columns, and ignores unnamed ones', async () => {
    expect(await csv('Label,,Id,Label,Label\n,x,1,ui,été')).toEqual([
      { line: 2, Id: '1', Label: 'ui', 'Label.0': '', 'Label.1': 'ui', 'Label.2': 'été' },
    ]);
  });

  it('reads other quotation marks and escapes, and unquoted files', async () => {
    const rows = (text: string, given: object) => collect(readCsv(pieces(text, 3), { ...syntax, ...given }));
    expect(await rows("a,b\n'x,\\'y','\n'", { quote: "'", escape: '\\' })).toEqual([{ line: 2, a: "x,'y", b: '\n' }]);
    expect(await rows('a,b\n5" pipe,"x', { quote: null })).toEqual([{ line: 2, a: '5" pipe', b: '"x' }]);
  });

  it.each(['', '"'])('reports the line of a row that is too long, without keeping it (quoted by %j)', async (mark) => {
    const text = `a,b\n1,${mark}${`x${mark ? '\n' : ''}`.repeat(longestRow)}${mark}\n2,y`;
    expect(await csv(text, ',', 65_536)).toEqual([
      { line: 2, reason: `the row has more than ${longestRow} characters` },
      { line: mark ? longestRow + 3 : 3, a: '2', b: 'y' },
    ]);
  });

  it('yields the rows before a misplaced quotation mark, then fails with its line', async () => {
    const rows: unknown[] = [];
    const reading = async () => {
      for await (const row of readCsv(pieces('a,b\n1,2\n"3"x,4\n', 100), syntax)) rows.push(row);
    };
    await expect(reading()).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/^Invalid Closing Quote.* line 3/),
    });
    expect(rows).toHaveLength(1);
    await expect(csv('a,b\n"1,2\n')).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('line 2'),
    });
  });

  it('rejects a file without column names, and unsuitable columns, before any row', async () => {
    await expect(csv('')).rejects.toThrow('no line that names the columns');
    const check = (columns: readonly string[]) => {
      throw new Error(columns.join());
    };
    await expect(collect(readCsv(pieces('a,b', 5), syntax, check))).rejects.toThrow('a,b');
  });
});

describe('JSON Lines', () => {
  it('yields values by their paths, numbers as written, and skips lines that are not objects', async () => {
    const text =
      '{"id":12345678901234567890,"hours":1.10,"user":{"name":"Ada"},"tags":["a","b"],"none":null}\n\n{oops\n[1]\n{"done":true}';
    expect(await collect(readJsonLines(pieces(text, 5)))).toEqual([
      { line: 1, id: '12345678901234567890', hours: '1.10', 'user.name': 'Ada', 'tags.0': 'a', 'tags.1': 'b' },
      { line: 3, reason: 'not JSON' },
      { line: 4, reason: 'not a JSON object' },
      { line: 5, done: 'true' },
    ]);
  });

  it('reports the line of a row that is too long or nested too deeply', async () => {
    const text = `{"a":"${'x'.repeat(longestRow)}"}\n{"b":${'['.repeat(100)}1${']'.repeat(100)}}\n{"c":1}`;
    expect(await collect(readJsonLines(pieces(text, 65_536)))).toEqual([
      { line: 1, reason: `the row has more than ${longestRow} characters` },
      { line: 2, reason: 'nested too deeply' },
      { line: 3, c: '1' },
    ]);
  });
});

describe('JSON', () => {
  const json = (text: string, lists: string[], size = 3) => collect(readJson(pieces(text, size), lists));
  const board = `{"name":"A \\"board\\"","count":2,"lists":[{"id":"l1","names":["[","}"]}],
"inner":{"cards":[{"id":1.50},
  {"id":2,"list":{"id":"l1"}}]},"last":"x"}`;

  it.each([1, 2, 5, 1_000])('yields the objects of lists by path, in chunks of %i', async (size) => {
    expect(await json(board, ['lists', 'inner.cards'], size)).toEqual([
      { line: 1, name: 'A "board"', 'lists.id': 'l1', 'lists.names.0': '[', 'lists.names.1': '}' },
      { line: 2, name: 'A "board"', 'inner.cards.id': '1.50' },
      { line: 3, name: 'A "board"', 'inner.cards.id': '2', 'inner.cards.list.id': 'l1' },
    ]);
    expect(await json('[{"a":1},\n{"a":[{"b":2}]}]', [''], size)).toEqual([
      { line: 1, a: '1' },
      { line: 2, 'a.0.b': '2' },
    ]);
  });

  it('reports the line of an object that is too long or malformed, and continues', async () => {
    const text = `[{"a":"${'x'.repeat(longestRow)}"},\n{oops},\n{"a":1}]`;
    expect(await json(text, [''], 65_536)).toEqual([
      { line: 1, reason: `the row has more than ${longestRow} characters` },
      { line: 2, reason: 'not JSON' },
      { line: 3, a: '1' },
    ]);
  });

  it.each([
    ['', 'there is no document'],
    ['Id,Name\n1,2', 'not a JSON document'],
    ['{"cards":[{"a":1}', 'cut off'],
    ['{"cards":[{"a":1}}', 'closes nothing'],
    ['{"cards":[]}{"cards":[]}', 'more than one document'],
    ['{"cards":[]} x', 'text after the document'],
    ['{"tasks":[{"a":1}]}', 'no list at cards'],
    ['['.repeat(100), 'nested too deeply'],
  ])('rejects %j', async (text, reason) => {
    await expect(json(text, ['cards'])).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining(reason),
    });
  });
});

describe('XML', () => {
  const xml = (text: string) => collect(readXml(pieces(text, 3), 'message'));

  it('yields elements, attributes and preceding headers; for a repeated element, the first with text', async () => {
    const text = `<chat>
      <channel>general</channel>
      <message id="1"><user kind="bot">Ada</user><text/><text>a &lt; <![CDATA[b & c]]></text></message>
      <message id="2"><channel>other</channel><text>first</text><text>second</text></message>
    </chat>`;
    expect(await xml(text)).toEqual([
      { line: 3, channel: 'general', '@id': '1', user: 'Ada', 'user/@kind': 'bot', text: 'a < b & c' },
      { line: 4, channel: 'other', '@id': '2', text: 'first' },
    ]);
  });

  it('reports the line of a row that is too long', async () => {
    const text = `<c><message><text>${'x'.repeat(longestRow + 1)}</text></message>\n<message><text>y</text></message></c>`;
    expect(await collect(readXml(pieces(text, 65_536), 'message'))).toEqual([
      { line: 1, reason: `the row has more than ${longestRow} characters` },
      { line: 2, text: 'y' },
    ]);
    await expect(xml('<c>'.repeat(200))).rejects.toThrow('nested too deeply');
  });

  it('yields the rows before a malformed place, then fails', async () => {
    const rows: unknown[] = [];
    const reading = async () => {
      for await (const row of readXml(pieces('<c>\n<message>1</message>\n<message></c>', 4), 'message')) rows.push(row);
    };
    await expect(reading()).rejects.toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(/^line 3: /) });
    expect(rows).toHaveLength(1);
  });
});

describe('files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'chantier-rows-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const csvFile = { format: 'csv', encoding: 'utf-8', ...syntax } as const;
  const rowsOf = async (name: string, content: Buffer, source: object = {}) => {
    const file = path.join(folder, name);
    await writeFile(file, content);
    return collect(readRows([{ path: file }], { ...csvFile, ...source }));
  };

  it('are decoded, and their bytes are counted', async () => {
    const file = path.join(folder, 'latin.csv');
    await writeFile(file, Buffer.from('Name\ndoesn\x92t \xe9\n', 'latin1'));
    const position = { bytes: 0 };
    const source = { ...csvFile, encoding: 'windows-1252' };
    expect(await collect(readRows([{ path: file }], source, { position }))).toEqual([{ line: 2, Name: 'doesn’t é' }]);
    expect(position.bytes).toBe(15);
  });

  it('may be compressed, with any line endings', async () => {
    const expected = [
      { line: 2, a: 'é', b: '2' },
      { line: 3, a: 'x\ny', b: '3' },
    ];
    const text = 'a,b\né,2\n"x\ny",3\n';
    expect(await rowsOf('lf.csv.gz', gzipSync(text))).toEqual(expected);
    expect(await rowsOf('cr.csv', Buffer.from(text.replaceAll('\n', '\r')))).toEqual(expected);
    expect(await rowsOf('crlf.csv', Buffer.from(text.replaceAll('\n', '\r\n')))).toEqual(expected);
    const cut = gzipSync(text).subarray(0, 20);
    await expect(rowsOf('cut.csv.gz', cut)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it.each(['utf-8', 'utf-16le', 'utf-16be'])('are decoded according to their byte order mark: %s', async (encoding) => {
    const content = iconv.encode('a,b\né,2\n', encoding, { addBOM: true });
    const expected = [{ line: 2, a: 'é', b: '2' }];
    expect(await rowsOf('marked.csv', content, { encoding: 'windows-1252' })).toEqual(expected);
    expect(await rowsOf('unmarked.csv', iconv.encode('a,b\né,2\n', encoding), { encoding })).toEqual(expected);
  });

  it('are rejected if they are spreadsheets', async () => {
    await expect(rowsOf('book.xlsx', Buffer.from('PK\u0003\u0004...'))).rejects.toThrow('save the sheet as CSV');
  });

  it('of a folder have columns with the names of folder and file', async () => {
    await mkdir(path.join(folder, 'general'));
    const file = path.join(folder, 'general', '2026-03-02.json');
    await writeFile(file, '[{"a":1}]');
    const rows = readRows([{ path: file, name: 'general/2026-03-02.json' }], { format: 'json', encoding: 'utf-8' });
    expect(await collect(rows)).toEqual([{ line: 1, a: '1', '@folder': 'general', '@file': '2026-03-02' }]);
  });

  it('are rejected if they do not exist', async () => {
    const rows = readRows([{ path: path.join(folder, 'none.csv') }], { format: 'json-lines', encoding: 'utf-8' });
    await expect(collect(rows)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('ENOENT'),
    });
  });
});
