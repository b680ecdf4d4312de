import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Job, Load } from './job.ts';

/** The process that sends requests. */
export class LoadGenerator implements Disposable {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(path.join(import.meta.dirname, 'generator.ts'), { serialization: 'advanced' });
  }

  /** Throws when any request was not answered as it should. */
  async run(job: Job): Promise<Load> {
    this.#child.send(job);
    const [load] = (await once(this.#child, 'message')) as [Load];
    if (load.failures > 0) throw new Error(`${load.failures} requests failed, one with ${load.failure}`);
    return load;
  }

  [Symbol.dispose](): void {
    this.#child.disconnect();
  }
}
