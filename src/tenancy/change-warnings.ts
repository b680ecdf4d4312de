import type { TenantTx } from './binding.ts';

/** Something that a change leaves behind for people to look at. The change is made nevertheless. */
export interface ChangeWarning {
  code: ChangeWarningCode;
  message: string;
  /** How many objects it is about. */
  count: number;
}
export type ChangeWarningCode = 'OPEN_TASKS' | 'TIMERS_STOPPED';

const warnings = new WeakMap<TenantTx, ChangeWarning[]>();

/** Adds a warning to the answer of the change that this transaction makes. */
export function warn(tx: TenantTx, warning: ChangeWarning): void {
  warnings.set(tx, [...warningsOf(tx), warning]);
}

export const warningsOf = (tx: TenantTx): readonly ChangeWarning[] => warnings.get(tx) ?? [];
