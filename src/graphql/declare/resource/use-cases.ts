import { checkAtCommit, type Requirements } from '../../../access/requirements.ts';
import { deletionOf, insertionOf, requireVersion, updateOf } from '../../../access/rows.ts';
import { getVisible, lockVisible } from '../../../access/visible-rows.ts';
import type { Viewer } from '../../../identity/viewer.ts';
import { uuidv7 } from '../../../lib/ids.ts';
import { checkInput, withoutNulls } from '../../../lib/input.ts';
import type { TenantTx } from '../../../tenancy/tenant-session.ts';
import type { AnyOperation, AnyRow, FieldOptions, HookArguments, Values } from './any-spec.ts';
import type { ChangeLog } from './change-log.ts';
import {
  checkPeriods,
  requireColumns,
  requireFrom,
  requireSteps,
  requireWriter,
  requireWriterOf,
  writerOf,
} from './checks.ts';
import type { Field } from './fields.ts';
import { inputKey, schemaOf, writtenBy } from './inputs.ts';
import type { Model } from './model.ts';
import { toCamelCase } from './naming.ts';
import { uniqueFieldsOf } from './unique.ts';

/** The id of the changed row and, under the name of its parent's column, the id of the parent. */
export type Changed = { id: string } & Record<string, string>;
export type UseCase = (tx: TenantTx, viewer: Viewer, input: object) => Promise<Changed>;

export function createOf(model: Model, operation: AnyOperation, log: ChangeLog): UseCase {
  const { rows, spec } = model;
  const written = writtenBy(model, operation);
  const schema = schemaOf('create', written);
  const unique = uniqueFieldsOf(model);
  const action = `${toCamelCase(spec.name)}.created`;
  return async (tx, viewer, raw) => {
    requireWriter(viewer, writerOf(model.spec, operation));
    const values = columnsOf(written, checkInput(schema, withoutNulls(raw)));
    for (const { column, options } of written) values[column] ??= defaultValue(options, viewer);
    requireColumns(viewer, written, values);
    checkPeriods(model, values);
    const parent = await lockParent(tx, viewer, model, values);
    const id = uuidv7();
    const given = { tx, viewer, id, values, parent, extra: raw as Values };
    const require = requirementsOf(model, operation, written, values, given);
    const row = { ...values, ...(await columnsOfHook(model, operation, require, given)) };
    const event = { action, resourceType: spec.name, resourceId: id, after: withoutUndefined(row) };
    await log.change(tx, viewer, { require, write: insertionOf(rows, { id, ...row } as never, unique), event });
    return changed(model, id, row);
  };
}

/** The use case of an update (verb `updated`) or of an action. */
export function changeOf(model: Model, operation: AnyOperation, verb: string, log: ChangeLog): UseCase {
  const { rows, spec } = model;
  const written = writtenBy(model, operation);
  const schema = schemaOf('change', written);
  const unique = uniqueFieldsOf(model);
  const action = `${toCamelCase(spec.name)}.${verb}`;
  return async (tx, viewer, raw) => {
    const { id, expectedVersion, ...given } = checkInput(schema, raw) as Values & Which;
    const patch = columnsOf(written, given);
    const { current, parent } = await lockForChange(tx, viewer, model, operation, { id, expectedVersion });
    requireColumns(viewer, written, patch);
    requireSteps(model, current, patch);
    const next = { ...current, ...withoutUndefined(patch) };
    checkPeriods(model, next);
    const hook = { tx, viewer, values: withoutUndefined(patch), current, next, parent, extra: raw as Values };
    const require = requirementsOf(model, operation, written, patch, hook);
    const more = await columnsOfHook(model, operation, require, hook);
    const write = updateOf(rows, current, { ...patch, ...more } as never, unique);
    const event = { action, resourceType: spec.name, resourceId: id, ...metadataOf(model, current) };
    if (write) await log.change(tx, viewer, { require, write, event: { ...event, ...write.changes } });
    else checkAtCommit(tx, viewer, require);
    return changed(model, id, current);
  };
}

export function deleteOf(model: Model, operation: AnyOperation, log: ChangeLog): UseCase {
  const { rows, spec, noun } = model;
  const schema = schemaOf('change', []);
  const action = `${toCamelCase(spec.name)}.deleted`;
  return async (tx, viewer, raw) => {
    const which = checkInput(schema, raw) as Which;
    const { current, parent } = await lockForChange(tx, viewer, model, operation, which);
    await operation.before?.({ tx, viewer, current, parent });
    const event = { action, resourceType: spec.name, resourceId: which.id, before: current };
    await log.prepareDeletion(tx, viewer, event);
    const write = deletionOf(rows, which.id, operation.inUse ?? `This ${noun} is still in use`);
    await log.change(tx, viewer, { write, event });
    return changed(model, which.id, current);
  };
}

/**
 * Runs the hook `before` and returns the columns that it adds. If the hook fails and a requirement does not hold, the
 * client gets the error of the requirement: the hook may have read rows that the viewer must not know of.
 */
async function columnsOfHook(
  model: Model,
  { before }: AnyOperation,
  require: Requirements,
  given: HookArguments,
): Promise<Values> {
  try {
    return requireColumnNames(model, await before?.(given));
  } catch (error) {
    checkAtCommit(given.tx, given.viewer, require);
    throw error;
  }
}

/** Throws for a misspelt column in a hook's result, which the compiler accepts as an excess property. */
function requireColumnNames({ spec, rows }: Model, given: Values | undefined): Values {
  for (const column of Object.keys(given ?? {}))
    if (!(column in rows)) throw new Error(`A hook of ${spec.name} sets ${column}, which is not a column`);
  return given ?? {};
}

const defaultValue = ({ default: declared }: FieldOptions, viewer: Viewer): unknown =>
  typeof declared === 'object' ? declared.value(viewer) : undefined;

interface Which {
  id: string;
  expectedVersion?: number | null | undefined;
}

/**
 * Locks the row (after its parent, if the resource locks parents), and makes the checks that need only the row: write
 * access, the expected version and the state.
 */
async function lockForChange(tx: TenantTx, viewer: Viewer, model: Model, operation: AnyOperation, which: Which) {
  const { rows, spec } = model;
  const writer = writerOf(model.spec, operation);
  requireWriter(viewer, writer);
  const parent = spec.lockParent
    ? await lockParent(tx, viewer, model, await getVisible(tx, viewer, rows, which.id, spec.name))
    : undefined;
  const current = (await lockVisible(tx, viewer, rows, which.id, spec.name)) as AnyRow;
  requireWriterOf(viewer, writer, current);
  requireVersion(current, which.expectedVersion, spec.name);
  requireFrom(model, operation, current);
  return { current, parent };
}

async function lockParent(tx: TenantTx, viewer: Viewer, { spec, parent }: Model, row: Values) {
  if (!parent || !spec.lockParent) return undefined;
  const id = row[parent.column] as string;
  return (await lockVisible(tx, viewer, parent.rows, id, parent.typename(), `input.${parent.column}`)) as AnyRow;
}

/**
 * The requirements of an operation: the viewer must see every row that the client's columns refer to, and its rules
 * must hold.
 */
function requirementsOf(
  model: Model,
  { requires }: AnyOperation,
  written: readonly Field[],
  values: Values,
  given: HookArguments,
): Requirements {
  const locked = model.spec.lockParent ? model.parent : undefined;
  const references = written.flatMap(({ reference }) => {
    const id = reference && reference !== locked ? values[reference.column] : undefined;
    if (!reference || typeof id !== 'string') return [];
    return [{ table: reference.rows, id, typename: reference.typename(), field: `input.${reference.column}` }];
  });
  return { references, rules: requires?.(given) };
}

const columnsOf = (written: readonly Field[], input: Values): Values =>
  Object.fromEntries(written.map((field) => [field.column, input[inputKey(field)]]));

const withoutUndefined = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

const metadataOf = ({ parent }: Model, row: Values) => parent && { metadata: { [parent.column]: row[parent.column] } };

const changed = ({ parent }: Model, id: string, row: Values): Changed =>
  parent ? { id, [parent.column]: row[parent.column] as string } : { id };
