import { setTimeout as delay } from 'node:timers/promises';

/** Asks every `everyMs` until there is an answer; undefined after `withinMs`. For what cannot be waited for otherwise. */
export async function poll<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  withinMs: number,
  everyMs = 20,
): Promise<T | undefined> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || performance.now() >= deadline) return answer;
    await delay(everyMs);
  }
}
