import type { TableName } from '../../access/row-rules.ts';

/** The entry of a column in the register of personal data. */
export interface PersonalData<Column extends string = string> {
  /**
   * Whose data it is: the column with the id of that person's profile, or a description of the person if no column has
   * it.
   */
  whose: Column | { person: string };
  /** Why the organization keeps it. */
  why: string;
  /** How long the organization keeps it. */
  keep: string;
  /** What erasing the person does to the value. */
  erase: 'CLEAR' | 'PSEUDONYMISE' | 'KEEP';
}

/** False: the column never says anything about a person. */
export type PersonalEntry<Column extends string = string> = PersonalData<Column> | false;

const register = new Map<TableName, Map<string, PersonalEntry>>();

/** Adds columns of a table to the register of personal data. Resources do this by `personal` on a field. */
export function registerPersonalData(table: TableName, entries: Readonly<Record<string, PersonalEntry>>): void {
  const known = register.get(table) ?? new Map<string, PersonalEntry>();
  register.set(table, known);
  for (const [column, entry] of Object.entries(entries)) {
    if (known.has(column)) throw new Error(`${table}.${column} is in the register of personal data twice`);
    known.set(column, entry);
  }
}

/** Undefined when nothing is declared for the column. */
export const personalEntryOf = (table: TableName, column: string): PersonalEntry | undefined =>
  register.get(table)?.get(column);

/**
 * The entry for text that a member writes about the work. It can name people, and the organization's records need it.
 */
export const workText = <Column extends string>(author: Column): PersonalData<Column> => ({
  whose: author,
  why: 'Documents the work of the organization.',
  keep: 'As long as the object that it describes.',
  erase: 'KEEP',
});

/** The register as a page of Markdown: one line per column. */
export function printPersonalData(): string {
  const lines = [...register].flatMap(([table, entries]) =>
    [...entries].flatMap(([column, entry]) => {
      if (!entry) return [];
      const whose = typeof entry.whose === 'string' ? `\`${entry.whose}\`` : entry.whose.person;
      return [`| ${table}.${column} | ${whose} | ${entry.why} | ${entry.keep} | ${entry.erase} |`];
    }),
  );
  return `${heading}${lines.sort().join('\n')}\n`;
}

const heading = `# Personal data

The columns of an organization's tables that hold personal data, derived from the \`personal\` entries of the declarations
([resources.md](resources.md)). Print it again with \`npx chantier schema personal-data > docs/personal-data.md\`.
*Whose* names the column with the id of the person's profile. *Erase* is what happens to the value when the person is erased.

| Column | Whose | Why | How long | Erase |
| --- | --- | --- | --- | --- |
`;
