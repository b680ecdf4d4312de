import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { getColumns } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { diagramOf, tablesByName } from './support/domain-diagrams.ts';
import { root } from './support/sources.ts';

const file = path.join(root, 'docs/domain.md');
const page = readFileSync(file, 'utf8');

const diagram = /<!-- tables: ([\w ]+) -->\n```mermaid\n([\s\S]*?)\n```/g;

it('shows diagrams that equal the tables; UPDATE_DOMAIN=1 writes them again', () => {
  const drawn = page.replaceAll(diagram, (_, names: string) => {
    return `<!-- tables: ${names} -->\n\`\`\`mermaid\n${diagramOf(names.split(' '))}\n\`\`\``;
  });
  if (process.env.UPDATE_DOMAIN) writeFileSync(file, drawn);
  else expect(drawn).toBe(page);
  expect([...page.matchAll(diagram)].length).toBeGreaterThan(3);
});

/** The columns of the reference, by table; where it gives no columns of a table, none. */
const reference: Readonly<Record<string, readonly string[]>> = {
  client: ['nom', 'contact_principal', 'contact_user_id', 'secteur'],
  projet: ['client_id', 'chef_projet_id', 'nom', 'description', 'date_debut', 'date_fin_prevue', 'statut'],
  tache: [
    ...['projet_id', 'livrable_id', 'profile_responsable_id', 'nom', 'description', 'charge_estimee_jh'],
    ...['date_fin_cible', 'statut', 'priority', 'position', 'color', 'tags'],
  ],
  milestones: [
    ...['projet_id', 'name', 'description', 'start_date', 'due_date', 'status', 'priority', 'color'],
    ...['progress_mode', 'progress_percentage', 'created_by'],
  ],
  milestone_tasks: ['milestone_id', 'tache_id', 'weight'],
  temps_passe: [
    ...['projet_id', 'profile_id', 'tache_id', 'date', 'heures_travaillees', 'source_outil', 'validation_statut'],
  ],
  ...{ affectation: [], livrable: [], incident: [], milestone_assignments: [], milestone_dependencies: [] },
};

const rows = [...page.matchAll(/^\| `([a-z_]+)(?:\.([a-z_]+))?` \| `([a-z_]+)(?:\.([a-z_]+))?` \|/gm)];

it('gives every table and column of the reference its place', () => {
  const said = rows.map(([, table, column]) => (column ? `${table}.${column}` : table!)).sort();
  const wanted = Object.entries(reference).flatMap(([table, columns]) => [
    table,
    ...columns.map((c) => `${table}.${c}`),
  ]);
  expect(said).toEqual(wanted.sort());
});

it('names tables and columns that exist', () => {
  const missing = rows.flatMap(([, , , table, column]) => {
    const found = tablesByName.get(table!);
    const names = found ? Object.values(getColumns(found)).map(({ name }) => name) : [];
    return found && (!column || names.includes(column)) ? [] : [`${table}.${column ?? ''}`];
  });
  expect(missing).toEqual([]);
});

it('gives each formula a source that it names', () => {
  const formulas = page.slice(page.indexOf('## Formulas')).match(/^\| .* \|$/gm) ?? [];
  const lines = formulas.slice(1).filter((line) => !line.startsWith('| ---'));
  expect(lines.length).toBeGreaterThan(8);
  for (const line of lines)
    expect(
      line
        .split('|')
        .map((cell) => cell.trim())
        .filter(Boolean),
      line,
    ).toHaveLength(4);
  for (const [, code] of page.matchAll(/`(src\/[\w/.-]+)`/g))
    expect(readFileSync(path.join(root, code!), 'utf8'), code).toBeTruthy();
});
