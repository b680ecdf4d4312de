import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MigrationLines, migrationsRoot } from '../../src/fleet/schemas/migration-lines.ts';

/** Migrations of a test's own: the real shared lines, and modules with the given files. */
export class TestLines implements AsyncDisposable {
  readonly root: string;
  readonly modules: readonly string[];

  private constructor(root: string, modules: readonly string[]) {
    this.root = root;
    this.modules = modules;
  }

  static async of(modules: Record<string, Record<string, string>>): Promise<TestLines> {
    const root = await mkdtemp(path.join(tmpdir(), 'chantier-lines-'));
    const lines = new TestLines(root, Object.keys(modules));
    for (const shared of ['database', 'catalog']) {
      await cp(path.join(migrationsRoot, shared), path.join(root, shared), { recursive: true });
    }
    for (const [line, files] of Object.entries(modules)) {
      for (const [name, sql] of Object.entries(files)) await lines.write(line, name, sql);
    }
    return lines;
  }

  async write(line: string, name: string, sql: string): Promise<void> {
    await mkdir(path.join(this.root, line, name), { recursive: true });
    await writeFile(path.join(this.root, line, name, 'migration.sql'), sql);
  }

  async remove(line: string, name: string): Promise<void> {
    await rm(path.join(this.root, line, name), { recursive: true });
  }

  /** As a build that has these files would read them; `optional` are those of its modules that can be switched. */
  read(optional: readonly string[] = []): MigrationLines {
    const core = this.modules.filter((module) => !optional.includes(module));
    return new MigrationLines(this.root, core, optional);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true });
  }
}
