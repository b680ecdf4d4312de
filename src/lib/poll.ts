import { setTimeout as delay } from 'node:timers/promises';

/**
 * Polls every `everyMs` until there is an answer; undefined after `withinMs`. Only where there is no event to wait for.
 */
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
