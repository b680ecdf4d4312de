import { type DocumentNode, type FieldNode, Kind, type SelectionSetNode } from 'graphql';
import { AppError } from '../../lib/errors.ts';
import { type Fragments, fragmentsOf } from '../fragments.ts';

/**
 * Bounds on the work of validation: some rules visit fragments each time they are spread, or compare all pairs of
 * fields.
 */
export const validationLimits = {
  /** Fields and fragments of all definitions; those of a fragment count each time it is spread. */
  selections: 10_000,
  /** Pairs of fields with the same name in the answer. */
  pairs: 10_000,
  /** Levels of fields, including those of fragments. */
  levels: 200,
} as const;

type Limits = Record<keyof typeof validationLimits, number>;

/**
 * Throws TOO_COMPLEX if a document would take long to validate. Visits it like the rule OverlappingFieldsCanBeMerged,
 * and stops at the first limit. Fragments may be unknown or recursive, because the document is not validated yet.
 */
export function checkValidationCost(document: DocumentNode, limits: Limits = validationLimits): void {
  const cost = new ValidationCost(fragmentsOf(document), limits);
  for (const definition of document.definitions) {
    if ('selectionSet' in definition) cost.add([definition.selectionSet], 0);
  }
}

class ValidationCost {
  readonly #fragments: Fragments;
  readonly #limits: Limits;
  #selections = 0;
  #pairs = 0;

  constructor(fragments: Fragments, limits: Limits) {
    this.#fragments = fragments;
    this.#limits = limits;
  }

  /** Adds the cost of selection sets that are merged into one. */
  add(sets: readonly SelectionSetNode[], level: number): void {
    if (level > this.#limits.levels) refuse('levels of fields', this.#limits.levels);
    const fields = new Map<string, FieldNode[]>();
    const spread = new Set<string>();
    for (const set of sets) this.#collect(set, fields, spread, 0);
    for (const same of fields.values()) {
      this.#pairs += (same.length * (same.length - 1)) / 2;
      if (this.#pairs > this.#limits.pairs) refuse('pairs of fields with the same name', this.#limits.pairs);
      const below = same.flatMap(({ selectionSet }) => selectionSet ?? []);
      if (below.length) this.add(below, level + 1);
    }
  }

  #collect(set: SelectionSetNode, fields: Map<string, FieldNode[]>, spread: Set<string>, level: number): void {
    if (level > this.#limits.levels) refuse('levels of fragments', this.#limits.levels);
    for (const node of set.selections) {
      if (++this.#selections > this.#limits.selections) {
        refuse('fields and fragments, counted each time they are spread', this.#limits.selections);
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
