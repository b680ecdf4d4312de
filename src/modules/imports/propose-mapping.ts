import { stringify } from 'yaml';
import { AppError } from '../../lib/errors.ts';
import { dayReader } from './day-format.ts';
import type { ImportKind } from './mapping.ts';
import type { Row } from './row.ts';
import type { Sniffed } from './sniff-file.ts';

/** Usual column names in English, French and German, ignoring case and accents. The first matching column is used. */
const names = {
  id: /^(id|key|no|nr|#|num(ero|ber)?|nummer|issue key|ticket|cle)$/,
  project: /^(project|projet|projekt)/,
  client: /^(client|customer|kunde)/,
  name: /^(name|title|titre|titel|summary|subject|sujet|betreff|task|tache|aufgabe)/,
  description: /^(description|notes?|details?|beschreibung|comment(aire)?)$/,
  status: /^(status|state|statut|etat|stand)$/,
  person:
    /^(user(name)?|person|assignee|assigned to|assigne a|wer|who|employee|mitarbeiter|utilisateur|author|auteur|from)$/,
  email: /^e-?mail/,
  day: /^(date|day|jour|tag|datum|start date|work ?date|spent on)$/,
  startDate: /^(start|start date|begin(n)?|debut)$/,
  dueDate: /^(due( date)?|echeance|deadline|frist)$/,
  hours: /^(hours|duration|heures|duree|stunden|dauer|time spent|aufwand)/,
  channel: /^(channel|canal|kanal|room)/,
  sentAt: /^(time(stamp)?|ts|date|sent|created( at)?)$/,
  content: /^(text|message|content|body|inhalt|contenu)$/,
};
type Role = keyof typeof names;

const dayPatterns = ['YYYY-MM-DD', 'DD/MM/YYYY', 'MM/DD/YYYY', 'DD.MM.YYYY', 'DD-MMM-YY', 'DD/MM/YY', 'instant'];

/**
 * Proposes a mapping for a CSV file by the names of its columns. Throws BAD_INPUT if a required column cannot be
 * recognized.
 */
export function proposeMapping(kind: ImportKind, rows: readonly Row[], { encoding, delimiter }: Sniffed): string {
  const columns = [...(rows[0]?.cells.keys() ?? [])];
  const column = (role: Role): string | undefined => columns.find((each) => names[role].test(fold(each)));
  const cell = (role: Role): string | undefined => (column(role) === undefined ? undefined : `{${column(role)}}`);
  const needed = (role: Role): string => {
    const found = cell(role);
    if (found !== undefined) return found;
    const message = `No column was recognized as ${role}; the file has: ${columns.join(', ')}`;
    throw new AppError('BAD_INPUT', message, { field: 'file' });
  };
  const person = { reference: 'tool:person:{person}', firstName: '{person}', email: cell('email') };
  const project = { reference: `tool:project:${cell('project') ?? 'all'}`, name: cell('project') ?? 'Imported' };
  const client = cell('client') && { reference: `tool:client:${cell('client')}`, name: cell('client') };
  const parts = {
    tasks: () => ({
      ...{ client, project, ...(cell('person') && { person }) },
      task: {
        reference: `tool:task:${cell('id') ?? needed('name')}`,
        name: needed('name'),
        description: cell('description'),
        assignee: cell('person'),
        status: column('status') && { of: cell('status'), map: valuesOf(rows, column('status')!), otherwise: 'TODO' },
        startDate: cell('startDate'),
        dueDate: cell('dueDate'),
      },
    }),
    time: () => ({
      ...{ client, project, person },
      time: {
        reference: `tool:time:${cell('id') ?? `${needed('person')}:${needed('day')}:${cell('project') ?? ''}`}`,
        repeats: 'number',
        person: needed('person'),
        day: needed('day'),
        hours: needed('hours'),
        description: cell('description'),
      },
    }),
    messages: () => ({
      channel: { reference: `tool:channel:${cell('channel') ?? 'all'}`, name: cell('channel') ?? 'Imported' },
      person,
      message: {
        reference: `tool:message:${cell('id') ?? `${needed('sentAt')}:${needed('person')}`}`,
        author: needed('person'),
        sentAt: needed('sentAt'),
        content: needed('content'),
      },
    }),
  };
  const days = daysOf(rows, [column('day'), column('startDate'), column('dueDate')]);
  const decimal =
    column('hours') && rows.some(({ cells }) => /^\d+,\d+$/.test(cells.get(column('hours')!)?.trim() ?? ''));
  const head = {
    name: 'tool',
    file: { format: 'csv', encoding, delimiter },
    days,
    numbers: decimal ? { decimal: ',' } : undefined,
  };
  return stringify(JSON.parse(JSON.stringify({ ...head, ...parts[kind]() })), { lineWidth: 0 });
}

const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();

/** The first format that fits all days. */
function daysOf(rows: readonly Row[], columns: readonly (string | undefined)[]): string | undefined {
  const texts = rows.flatMap(({ cells }) => columns.flatMap((column) => (column && cells.get(column)?.trim()) || []));
  const fits = (pattern: string) => texts.every((text) => dayReader(pattern)?.(text) !== undefined);
  return texts.length === 0 ? undefined : (dayPatterns.find(fits) ?? 'instant');
}

/** The values of a column, as a map that the reader of the proposal completes. */
function valuesOf(rows: readonly Row[], column: string): Record<string, string> {
  const texts = new Set(rows.map(({ cells }) => cells.get(column)?.trim() ?? '').filter((text) => text !== ''));
  return Object.fromEntries([...texts].slice(0, 30).map((text) => [text, 'TODO']));
}
