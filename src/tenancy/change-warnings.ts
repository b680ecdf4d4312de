import type { TenantTx } from './tenant-session.ts';

/** Something that people should look at after a change. The change is made nevertheless. */
export interface ChangeWarning {
  code: ChangeWarningCode;
  message: string;
  /** The number of objects concerned. */
  count: number;
}
export type ChangeWarningCode = 'OPEN_TASKS' | 'OPEN_SUBTASKS' | 'TIMERS_STOPPED' | 'PARTS_NOT_RESTORED';

const warnings = new WeakMap<TenantTx, ChangeWarning[]>();

/** Adds a warning to the result of the change that this transaction makes. */
export function warn(tx: TenantTx, warning: ChangeWarning): void {
  warnings.set(tx, [...warningsOf(tx), warning]);
}

export const warningsOf = (tx: TenantTx): readonly ChangeWarning[] => warnings.get(tx) ?? [];
