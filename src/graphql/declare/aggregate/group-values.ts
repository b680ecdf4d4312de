import type { FunctionName } from './measures.ts';

/** Tells the compiler which value of a group a field shows. */
type GroupField =
  | {
      kind: 'value';
      /** The id of the key or measure. */
      id(path: readonly string[], args: Record<string, unknown>): string;
      /** For the id of a row. */
      typename?: string | undefined;
      /** For a measure over the field that the argument `of` names. */
      measure?: FunctionName | undefined;
    }
  | { kind: 'row'; id(path: readonly string[]): string }
  | { kind: 'keys'; step: string | undefined };

export interface GroupExtensions {
  chantierGroup: GroupField;
}

type Value = Extract<GroupField, { kind: 'value' }>;

export const groupValue = (id: Value['id'], typename?: string, measure?: FunctionName): GroupExtensions => ({
  chantierGroup: { kind: 'value', id, typename, measure },
});

export const rowOfKey = (id: (path: readonly string[]) => string): GroupExtensions => ({
  chantierGroup: { kind: 'row', id },
});

/** An object with the keys of a row that a reference leads to; without a step, of the rows themselves. */
export const stepOf = (step: string | undefined): GroupExtensions => ({ chantierGroup: { kind: 'keys', step } });
