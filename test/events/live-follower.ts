import { expect, vi } from 'vitest';
import { changesSubscription, Follower, visibleObjects } from './follower.ts';
import { Frames } from './frames.ts';

/** A client that keeps its copy by a subscription, and loads it again when it is told to. */
export class LiveFollower extends Follower {
  #frames: Frames | undefined;
  #following: Promise<void> | undefined;
  #isOver = false;

  async begin(): Promise<void> {
    await this.load();
    this.#following = this.#run();
  }

  /** Resolves when the copy holds what a fresh query shows. */
  async caughtUp(): Promise<void> {
    const isAlike = async () => expect(this.objects).toEqual(await visibleObjects(this.member));
    await vi.waitFor(isAlike, { timeout: 60_000, interval: 50 });
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#frames?.close();
    await this.#following;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const variables = { after: this.cursor, first: 7 };
      const { company, headers } = this.member;
      this.#frames = await Frames.open(company.world.yoga, headers, { query: changesSubscription, variables });
      await this.#follow(this.#frames);
    }
  }

  async #follow(frames: Frames): Promise<void> {
    for (;;) {
      const result = await frames.result();
      if (!result) return;
      if (!result.errors) this.apply(result.data.changes);
      else if (result.errors[0].extensions.code === 'CURSOR_EXPIRED') return this.load();
      else throw new Error(JSON.stringify(result.errors));
    }
  }
}
