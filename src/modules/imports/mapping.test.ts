import { describe, expect, it } from 'vitest';
import { parseMapping } from './mapping.ts';

const tasks = `
name: tool
file: { format: csv }
project: { reference: 'p:{Project}', name: '{Project}' }
task: { reference: 't:{Id}', name: '{Title}' }
`;

const problemsOf = (yaml: string, kind: 'tasks' | 'time' | 'messages' = 'tasks'): string[] => {
  try {
    parseMapping(yaml, kind);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: 'BAD_INPUT' });
    return (error as Error).message.split('\n');
  }
};

describe('a mapping', () => {
  it('has defaults for omitted options', () => {
    expect(parseMapping(tasks, 'tasks')).toMatchObject({
      name: 'tool',
      file: { format: 'csv', encoding: 'utf-8', delimiter: ',', quote: '"', escape: '"' },
      absent: [''],
      days: 'YYYY-MM-DD',
      join: [],
      task: { name: { of: ['{Title}'] } },
    });
  });

  it('can be overridden in its file options by the command line', () => {
    const { file } = parseMapping(tasks, 'tasks', { encoding: 'windows-1252', delimiter: ';' });
    expect(file).toMatchObject({ format: 'csv', encoding: 'windows-1252', delimiter: ';' });
  });

  it('is rejected with all its problems and their paths', () => {
    const yaml = `
      name: My Tool
      file: { format: csv, encoding: klingon }
      days: DD-MM
      project: { reference: 'p', name: { of: '{A}', earliest: '{B}' } }
      task: { reference: 't', name: '{Title}', titel: '{Title}' }`;
    expect(problemsOf(yaml)).toEqual([
      'mapping: name: must be lower-case letters, digits and single hyphens',
      'mapping: file.encoding: not a known encoding',
      'mapping: days: not a day format',
      'mapping: project.name: needs either `of` or `earliest`, or for hours `from` and `to`',
      'mapping: task: Unrecognized key: "titel"',
    ]);
  });

  it('is rejected with the line of a YAML error', () => {
    expect(problemsOf('name: [')).toEqual([expect.stringMatching(/^mapping: .* line 1/)]);
    expect(problemsOf('just text')).toEqual(['mapping: Invalid input: expected object, received string']);
  });

  it('must have the parts that its kind and its other parts require', () => {
    expect(problemsOf('name: tool\nfile: { format: json-lines }', 'messages')).toEqual([
      'mapping: channel: is required to import messages',
      'mapping: person: is required to import messages',
      'mapping: message: is required to import messages',
    ]);
    expect(problemsOf(tasks.replace("'{Title}'", "'{Title}', assignee: '{Who}'"))).toEqual([
      'mapping: person: is required by task.assignee',
    ]);
  });

  it('is rejected with the index of an invalid part in a list of parts', () => {
    expect(problemsOf(`${tasks}comment: [{ reference: c, author: a, content: b, at: c, athor: d }]`)).toEqual([
      'mapping: comment.0: Unrecognized key: "athor"',
    ]);
    expect(problemsOf(`${tasks}zone: Mars/Olympus`)).toEqual(['mapping: zone: not a time zone']);
    expect(problemsOf(`${tasks}numbers: { decimal: ',', thousands: ',' }`)).toEqual([
      'mapping: numbers: decimal and thousands must differ',
    ]);
  });

  it('joins only files in the folder of the imported file', () => {
    expect(problemsOf(`${tasks}join: [{ file: ../secret.csv, on: Id }]`)).toEqual([
      'mapping: join.0.file: must be in the folder of the imported file',
    ]);
    expect(problemsOf(`${tasks}lookups: { users: { file: /etc/passwd, key: '{a}', value: '{b}' } }`)).toEqual([
      'mapping: lookups.users.file: must be in the folder of the imported file',
    ]);
  });
});
