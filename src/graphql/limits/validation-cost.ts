import { type DocumentNode, type FieldNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import { AppError } from '../../lib/errors.ts';

/** Bounds on what the rules of validation compare: some go through all fragments of each, and through all pairs of fields. */
export const validationLimits = {
  /** Fields and fragments below all definitions, those of spread fragments counted wherever they are spread. */
  selections: 10_000,
  /** Pairs of fields that have one name in the answer. */
  pairs: 10_000,
  /** Levels of fields, through fragments. */
  levels: 200,
} as const;

type Limits = Record<keyof typeof validationLimits, number>;

/**
 * Throws TOO_COMPLEX when a document would take long to validate. Goes through it as the rule does that compares fields
 * of one name, and stops at the first limit; fragments may be unknown or spread themselves.
 */
export function checkValidationCost(document: DocumentNode, limits: Limits = validationLimits): void {
  const fragments = new Map(
    document.definitions.flatMap((d) => (d.kind === Kind.FRAGMENT_DEFINITION ? [[d.name.value, d] as const] : [])),
  );
  const cost = new ValidationCost(fragments, limits);
  for (const definition of document.definitions) {
    if ('selectionSet' in definition) cost.add([definition.selectionSet], 0);
  }
}

class ValidationCost {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #limits: Limits;
  #selections = 0;
  #pairs = 0;

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>, limits: Limits) {
    this.#fragments = fragments;
    this.#limits = limits;
  }

  /** Adds what stands in selection sets that are merged into one. */
  add(sets: readonly SelectionSetNode[], level: number): void {
    if (level > this.#limits.levels) refuse('levels of fields', this.#limits.levels);
    const fields = new Map<string, FieldNode[]>();
    const spread = new Set<string>();
    for (const set of sets) this.#collect(set, fields, spread, 0);
    for (const same of fields.values()) {
      this.#pairs += (same.length * (same.length - 1)) / 2;
      if (this.#pairs > this.#limits.pairs) refuse('pairs of fields with one name', this.#limits.pairs);
      const below = same.flatMap(({ selectionSet }) => selectionSet ?? []);
      if (below.length) this.add(below, level + 1);
    }
  }

  #collect(set: SelectionSetNode, fields: Map<string, FieldNode[]>, spread: Set<string>, level: number): void {
    if (level > this.#limits.levels) refuse('levels of fragments', this.#limits.levels);
    for (const node of set.selections) {
      if (++this.#selections > this.#limits.selections) {
        refuse('fields and fragments, each counted wherever it is spread', this.#limits.selections);
      }
      if (node.kind === Kind.FIELD) {
        const key = node.alias?.value ?? node.name.value;
        const same = fields.get(key);
        if (same) same.push(node);
        else fields.set(key, [node]);
      } else if (node.kind === Kind.INLINE_FRAGMENT) this.#collect(node.selectionSet, fields, spread, level + 1);
      else this.#spread(node.name.value, fields, spread, level + 1);
    }
  }

  #spread(name: string, fields: Map<string, FieldNode[]>, spread: Set<string>, level: number): void {
    const fragment = this.#fragments.get(name);
    if (!fragment || spread.has(name)) return;
    spread.add(name);
    this.#collect(fragment.selectionSet, fields, spread, level);
  }
}

function refuse(what: string, limit: number): never {
  throw new AppError('TOO_COMPLEX', `The document has too many ${what}; at most ${limit} are allowed`);
}
