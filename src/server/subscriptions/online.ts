import type { Viewer } from '../../identity/viewer.ts';
import { onlineList } from '../../modules/people/online-list.ts';
import type { LiveMarks } from '../../tenancy/live-marks.ts';

/**
 * How long a person stays online without a subscription, which outlasts a new connection, and how often it is said
 * again; milliseconds.
 */
const times = { lastsMs: 30_000, everyMs: 10_000 } as const;

/** Keeps the people with subscriptions in this process marked as online. API keys are nobody's presence. */
export class Online {
  readonly #marks: Pick<LiveMarks, 'mark'>;
  readonly #here = new Map<string, { organizationId: string; profileId: string; subscriptions: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(marks: Pick<LiveMarks, 'mark'>) {
    this.#marks = marks;
  }

  /** Call the result, once, when the subscription has ended. */
  enter({ organizationId, profileId, apiKey }: Viewer): () => void {
    if (apiKey) return () => {};
    const key = `${organizationId} ${profileId}`;
    const person = this.#here.get(key) ?? { organizationId, profileId, subscriptions: 0 };
    this.#here.set(key, person);
    if (person.subscriptions++ === 0) this.#mark(person);
    this.#timer ??= setInterval(() => this.#markAll(), times.everyMs).unref();
    return () => {
      if (--person.subscriptions === 0) this.#here.delete(key);
    };
  }

  #markAll(): void {
    for (const person of this.#here.values()) this.#mark(person);
    if (this.#here.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #mark({ organizationId, profileId }: { organizationId: string; profileId: string }): void {
    this.#marks.mark(onlineList(organizationId), profileId, times.lastsMs);
  }
}
