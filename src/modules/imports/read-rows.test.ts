import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCsv } from './read-csv.ts';
import { readJsonLines } from './read-json-lines.ts';
import { readRows } from './read-rows.ts';
import { readXml } from './read-xml.ts';
import type { Rows } from './row.ts';

/** The text cut at every place, as a stream may cut it. */
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

describe('CSV', () => {
  const csv = (text: string, delimiter = ',', size = 7) => collect(readCsv(pieces(text, size), delimiter));

  it('gives rows by their column names, with the line where each starts', async () => {
    expect(await csv('\uFEFFId, Name\n1,Ada\n\n2,"Grace ""G""\nHopper"\r\n3,Edsger')).toEqual([
      { line: 2, Id: '1', Name: 'Ada' },
      { line: 4, Id: '2', Name: 'Grace "G"\nHopper' },
      { line: 6, Id: '3', Name: 'Edsger' },
    ]);
  });

  it('passes over a row of another width, saying so', async () => {
    expect(await csv('a;b\n1;2;3\n4;5', ';')).toEqual([
      { line: 2, reason: '3 fields instead of 2' },
      { line: 3, a: '4', b: '5' },
    ]);
  });

  it('ends where a quotation mark makes the rest unreadable', async () => {
    await expect(csv('a,b\n1,2\n"3"x,4\n')).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/^Invalid Closing Quote.* line 3/),
    });
  });

  it('refuses a file without names, or with a name twice', async () => {
    await expect(csv('')).rejects.toThrow('no line that names the columns');
    await expect(csv('a,b,a\n1,2,3')).rejects.toThrow('two columns named "a"');
  });
});

describe('JSON Lines', () => {
  it('gives values by their paths, numbers as written, and passes over what is no object', async () => {
    const text =
      '{"id":12345678901234567890,"hours":1.10,"user":{"name":"Ada"},"tags":["a","b"],"none":null}\n\n{oops\n[1]\n{"done":true}';
    expect(await collect(readJsonLines(pieces(text, 5)))).toEqual([
      { line: 1, id: '12345678901234567890', hours: '1.10', 'user.name': 'Ada', 'tags.0': 'a', 'tags.1': 'b' },
      { line: 3, reason: 'not JSON' },
      { line: 4, reason: 'not a JSON object' },
      { line: 5, done: 'true' },
    ]);
  });
});

describe('XML', () => {
  const xml = (text: string) => collect(readXml(pieces(text, 3), 'message'));

  it('gives elements, attributes and the headings before; of elements that repeat, the first with text', async () => {
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

  it('ends where the document is not well-formed, after the rows before', async () => {
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

  it('are decoded and counted', async () => {
    const file = path.join(folder, 'latin.csv');
    await writeFile(file, Buffer.from('Name\ndoesn\x92t \xe9\n', 'latin1'));
    const position = { bytes: 0 };
    const source = { format: 'csv', encoding: 'windows-1252', delimiter: ',' } as const;
    expect(await collect(readRows(file, source, position))).toEqual([{ line: 2, Name: 'doesn’t é' }]);
    expect(position.bytes).toBe(15);
  });

  it('that are not there are bad input', async () => {
    const rows = readRows(path.join(folder, 'none.csv'), { format: 'json-lines', encoding: 'utf-8' });
    await expect(collect(rows)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('ENOENT'),
    });
  });
});
