import type { FunctionName } from './measures.ts';

/** Tells the compiler which value of a group a field shows. */
type GroupField =
  | {
      kind: 'value';
      /** The id of the key or measure. */
      id(path: readonly string[], args: Record<string, unknown>): string;
      /** The type of the row, if the value is the id of one. */
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

/** For a field with the keys of the row that the reference `step` leads to; without a step, of the rows themselves. */
export const stepOf = (step: string | undefined): GroupExtensions => ({ chantierGroup: { kind: 'keys', step } });
