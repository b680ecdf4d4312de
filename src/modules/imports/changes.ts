import type { ChangeCounts } from './tables.ts';

type Kind = keyof ChangeCounts;
const kinds: readonly Kind[] = ['created', 'updated', 'deleted'];

/** The ids of the rows that a batch created, updated or deleted, by GraphQL type. */
export class Changes {
  readonly #ids: Record<Kind, Map<string, string[]>> = { created: new Map(), updated: new Map(), deleted: new Map() };

  add(kind: Kind, type: string, ids: readonly string[]): void {
    if (ids.length === 0) return;
    this.#ids[kind].set(type, [...(this.#ids[kind].get(type) ?? []), ...ids]);
  }

  addAll(other: Changes): void {
    for (const kind of kinds) for (const [type, ids] of other.#ids[kind]) this.add(kind, type, ids);
  }

  get any(): boolean {
    return kinds.some((kind) => this.#ids[kind].size > 0);
  }

  get ids(): Record<Kind, Record<string, string[]>> {
    return mapKinds((kind) => Object.fromEntries(this.#ids[kind]));
  }

  get counts(): ChangeCounts {
    return mapKinds((kind) => Object.fromEntries([...this.#ids[kind]].map(([type, ids]) => [type, ids.length])));
  }
}

export const noChanges = (): ChangeCounts => ({ created: {}, updated: {}, deleted: {} });

export const sumChanges = (a: ChangeCounts, b: ChangeCounts): ChangeCounts =>
  mapKinds((kind) => {
    const types = new Set([...Object.keys(a[kind]), ...Object.keys(b[kind])]);
    return Object.fromEntries([...types].map((type) => [type, (a[kind][type] ?? 0) + (b[kind][type] ?? 0)]));
  });

const mapKinds = <T>(of: (kind: Kind) => T): Record<Kind, T> => ({
  created: of('created'),
  updated: of('updated'),
  deleted: of('deleted'),
});
