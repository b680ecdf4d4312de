/** Counts of a tenant's operations since the start, or since it got its own series. Times in milliseconds. */
export interface Usage {
  operations: number;
  errors: number;
  ms: number;
  /** How long its sessions held a connection. */
  databaseMs: number;
}

/** Operations of one name. */
export interface Timing {
  name: string;
  count: number;
  errors: number;
  ms: number;
  longestMs: number;
}

interface Entry {
  slug: string;
  /** Operations, weighted by an exponential decay. */
  recent: number;
  total: Usage;
  /** The series that it counts into: its own while it is among the top, otherwise that of all others. */
  series: Usage;
  timings: Map<string, Timing>;
}

export interface TenantMeterOptions {
  /** How many tenants have their own series. */
  top: number;
  /** How many tenants are remembered. */
  most?: number;
  now?: () => number;
}

const halfLifeMs = 5 * 60_000;
const mostNames = 20;
const longestName = 60;
const otherNames = '(others)';
const nothing = (): Usage => ({ operations: 0, errors: 0, ms: 0, databaseMs: 0 });

/**
 * Counts by tenant, with bounded memory and a bounded number of series: the recently busiest tenants have their own,
 * the others share one. Counts never move between series, so that no series decreases.
 */
export class TenantMeter {
  readonly #options: Required<TenantMeterOptions>;
  /** By schema name, in the order of their first operation. */
  readonly #entries = new Map<string, Entry>();
  readonly #others = nothing();
  #top: Entry[] = [];
  #chosenAt: number;

  constructor({ top, most = 5_000, now = () => performance.now() }: TenantMeterOptions) {
    this.#options = { top, most, now };
    this.#chosenAt = now();
  }

  /** An operation of a tenant has ended. */
  operation(tenant: { schemaName: string; slug: string }, name: string, failed: boolean, ms: number): void {
    const entry = this.#entryOf(tenant);
    entry.recent++;
    for (const usage of [entry.total, entry.series]) {
      usage.operations++;
      usage.ms += ms;
      if (failed) usage.errors++;
    }
    time(entry.timings, name, failed, ms);
  }

  /** A session of a schema has released its connection. */
  held(schemaName: string, ms: number): void {
    const entry = this.#entries.get(schemaName);
    if (!entry) return;
    entry.total.databaseMs += ms;
    entry.series.databaseMs += ms;
  }

  /** The current series: those of the busiest tenants by slug, and `other`. */
  series(): [label: string, usage: Readonly<Usage>][] {
    this.#choose();
    return [...this.#top.map(({ slug, series }): [string, Usage] => [slug, series]), ['other', this.#others]];
  }

  /** The counts of one tenant, with its slowest operations first; undefined if it has none. */
  of(slug: string): { total: Usage; timings: Timing[] } | undefined {
    const entry = [...this.#entries.values()].find((each) => each.slug === slug);
    if (!entry) return undefined;
    const timings = [...entry.timings.values()].sort((a, b) => b.ms / b.count - a.ms / a.count);
    return { total: { ...entry.total }, timings };
  }

  #entryOf({ schemaName, slug }: { schemaName: string; slug: string }): Entry {
    const known = this.#entries.get(schemaName);
    if (known) {
      known.slug = slug;
      return known;
    }
    if (this.#entries.size >= this.#options.most) this.#forget();
    const entry = { slug, recent: 0, total: nothing(), series: this.#others, timings: new Map() };
    this.#entries.set(schemaName, entry);
    return entry;
  }

  /** Forgets the less busy half of the tenants without their own series. */
  #forget(): void {
    const idle = [...this.#entries].filter(([, { series }]) => series === this.#others);
    idle.sort(([, a], [, b]) => a.recent - b.recent);
    for (const [schemaName] of idle.slice(0, Math.ceil(this.#options.most / 2))) this.#entries.delete(schemaName);
  }

  #choose(): void {
    const now = this.#options.now();
    const fade = 0.5 ** ((now - this.#chosenAt) / halfLifeMs);
    this.#chosenAt = now;
    const all = [...this.#entries.values()];
    for (const entry of all) entry.recent *= fade;
    const busy = all.filter(({ recent }) => recent >= 0.01).sort((a, b) => b.recent - a.recent);
    const top = busy.slice(0, this.#options.top);
    const chosen = new Set(top);
    for (const entry of this.#top) if (!chosen.has(entry)) entry.series = this.#others;
    for (const entry of top) if (entry.series === this.#others) entry.series = nothing();
    this.#top = top.sort((a, b) => (a.slug < b.slug ? -1 : 1));
  }
}

/** Clients choose the names, so their number is bounded. */
function time(timings: Map<string, Timing>, given: string, failed: boolean, ms: number): void {
  const short = given.slice(0, longestName);
  const name = timings.has(short) || timings.size < mostNames ? short : otherNames;
  let timing = timings.get(name);
  if (!timing) {
    timing = { name, count: 0, errors: 0, ms: 0, longestMs: 0 };
    timings.set(name, timing);
  }
  timing.count++;
  timing.ms += ms;
  if (failed) timing.errors++;
  if (ms > timing.longestMs) timing.longestMs = ms;
}
