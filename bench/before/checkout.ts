import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

/** Another commit of this program in a worktree of its own, with its packages. Disposing removes it. */
export class Checkout implements Disposable {
  /** Eight digits of its hash. */
  readonly commit: string;
  readonly folder: string;

  private constructor(commit: string) {
    this.commit = commit;
    this.folder = path.resolve(import.meta.dirname, `../.data/before-${commit}`);
  }

  /** Throws for a commit that does not exist, and when its packages cannot be installed. */
  static of(revision: string): Checkout {
    const checkout = new Checkout(git('rev-parse', '--verify', `${revision}^{commit}`).slice(0, 8));
    checkout.#remove();
    git('worktree', 'add', '--force', '--detach', checkout.folder, checkout.commit);
    const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: checkout.folder, stdio: 'ignore' });
    if (status === 0) return checkout;
    checkout.#remove();
    throw new Error(`The packages of ${checkout.commit} could not be installed`);
  }

  /** Loads a module of that commit; it has the types of this one, as far as both have it. */
  load<T>(file: string): Promise<T> {
    return import(path.join(this.folder, file)) as Promise<T>;
  }

  [Symbol.dispose](): void {
    this.#remove();
  }

  #remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
    git('worktree', 'prune');
  }
}
