import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { quoteIdentifier } from '../../db/identifier.ts';
import { parseMapping } from '../../modules/imports/mapping.ts';
import { runImport } from '../../modules/imports/run-import.ts';
import type { AttackGroup } from '../duel.ts';
import type { ScratchOrganization } from '../scratch-organization.ts';

const mapping = `name: proof
file: { format: csv }
project: { reference: '{project}', name: '{project}' }
person: { reference: '{person}', firstName: '{person}' }
task: { reference: '{task}', name: '{name}', assignee: '{person}' }
`;

/** Imports a file with references of the other organization. */
export const jobs: AttackGroup = {
  name: 'jobs',
  about:
    'an import with the other organization’s references of tasks, projects and people only creates rows of one’s own',
  async attack(duel) {
    const folder = await mkdtemp(path.join(tmpdir(), 'chantier-proof-'));
    try {
      const file = path.join(folder, 'tasks.csv');
      const [task, project, person] = await Promise.all(
        ['tasks', 'projects', 'profiles'].map((table) => referenceIn(duel.victim, table)),
      );
      await writeFile(
        file,
        `task,name,project,person\n${task},Imported,${project},${person}\nproof:own,Own,${project},${person}\n`,
      );
      const { binding } = duel.target;
      const { tenant } = duel.attacker;
      const report = await runImport({
        binding,
        tenant,
        kind: 'tasks',
        file,
        mapping: parseMapping(mapping, 'tasks'),
        onError: 'skip',
      });
      const made = report.changes.created.Task;
      duel.judge('import of tasks', made !== 2, `made ${made} tasks instead of 2`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function referenceIn({ rows, tenant, marker }: ScratchOrganization, table: string): Promise<string> {
  const name = `${quoteIdentifier(tenant.schemaName)}.${quoteIdentifier(table)}`;
  const [row] = await rows.asOwner((tx) =>
    tx.run<{ reference: string }>(
      `select external_reference as reference from ${name} where external_reference like $1 limit 1`,
      [`${marker}%`],
    ),
  );
  return row!.reference;
}
