import type { Permission } from '../../../identity/permissions.ts';
import { requirePermission, type Viewer } from '../../../identity/viewer.ts';
import { AppError, badInput } from '../../../lib/errors.ts';
import type { AnyOperation, AnyRow, AnySpec, AnyWriter, Values } from './any-spec.ts';
import type { Field } from './fields.ts';
import { inputKey } from './inputs.ts';
import type { Model } from './model.ts';
import { toPascalCase, withArticle } from './naming.ts';

/** The writer of an operation. Throws when neither the operation nor the resource declares one. */
export function writerOf(spec: AnySpec, { write = spec.write }: AnyOperation): AnyWriter {
  if (!write) throw new Error(`${spec.name} declares an operation, but not who may write`);
  return write;
}

export const permissionOf = (writer: AnyWriter): Permission | undefined =>
  typeof writer === 'string' ? writer : writer.needs;

/** Throws FORBIDDEN without the permission that writing any row needs. */
export function requireWriter(viewer: Viewer, writer: AnyWriter): void {
  const permission = permissionOf(writer);
  if (permission) requirePermission(viewer, permission);
}

/** Throws FORBIDDEN when the viewer may not write this row. */
export function requireWriterOf(viewer: Viewer, writer: AnyWriter, row: AnyRow): void {
  if (typeof writer === 'string' || writer.allow(viewer, row)) return;
  throw new AppError('FORBIDDEN', `Allowed only for ${writer.allowedTo}`);
}

/** Throws FORBIDDEN for a column that needs a permission which the viewer does not have. */
export function requireColumns(viewer: Viewer, written: readonly Field[], values: Values): void {
  for (const { column, options } of written)
    if (options.needs && values[column] !== undefined) requirePermission(viewer, options.needs);
}

/** Throws BAD_INPUT when a period ends before it starts. A null or absent end is open. */
export function checkPeriods({ fields }: Model, values: Values): void {
  for (const field of fields) {
    const { notBefore } = field.options;
    const [start, end] = [notBefore && values[notBefore], values[field.column]] as [string | Date, string | Date];
    if (start && end && end < start) throw badInput(`must not be before ${notBefore}`, `input.${inputKey(field)}`);
  }
}

/** Throws INVALID_STATE when the row is in none of the states from which the operation may start. */
export function requireFrom({ noun }: Model, { from = {} }: AnyOperation, current: AnyRow): void {
  for (const [column, allowed] of Object.entries(from)) {
    if (allowed.includes(current[column])) continue;
    const message = `This ${noun} is ${current[column]}; it must be ${allowed.join(' or ')}`;
    throw new AppError('INVALID_STATE', message, { field: 'input.id', [column]: current[column], possible: allowed });
  }
}

/** Throws INVALID_STATE, with the possible values, when an enum may not go from its current value to the new one. */
export function requireSteps({ noun, fields }: Model, current: AnyRow, patch: Values): void {
  for (const { key, column, options } of fields) {
    const [from, to] = [current[column], patch[column]] as [string, string | undefined];
    const possible = options.steps?.[from];
    if (!possible || to === undefined || to === from || possible.includes(to)) continue;
    const message = `${toPascalCase(withArticle(noun))} cannot go from ${from} to ${to}`;
    throw new AppError('INVALID_STATE', message, { field: `input.${key}`, [column]: from, possible });
  }
}
