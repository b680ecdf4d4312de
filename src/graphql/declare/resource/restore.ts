import { getTableName } from 'drizzle-orm';
import { getTableConfig } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { checkAtCommit } from '../../../access/requirements.ts';
import { updateOf } from '../../../access/rows.ts';
import { takenValueError } from '../../../access/unique-fields.ts';
import { lockVisible } from '../../../access/visible-rows.ts';
import type { Viewer } from '../../../identity/viewer.ts';
import { uuidField } from '../../../lib/fields.ts';
import { checkInput } from '../../../lib/input.ts';
import type { TenantTx } from '../../../tenancy/tenant-session.ts';
import { defineMutation } from '../mutation.ts';
import { changed } from '../payload.ts';
import { changeWarnings } from '../warnings.ts';
import type { AnyRow, AnyTrash, AnyWriter } from './any-spec.ts';
import type { ChangeLog } from './change-log.ts';
import { permissionOf, requireWriter, requireWriterOf, writerOf } from './checks.ts';
import type { Model } from './model.ts';
import { toCamelCase } from './naming.ts';
import type { Node } from './object.ts';
import { rowId } from './row-id.ts';
import { uniqueFieldsOf } from './unique.ts';

const input = z.object({ id: uuidField });

/** Keeps deleted rows in the trash, and makes the mutation `restoreTicket`. */
export function defineTrash(model: Model, node: Node, trash: AnyTrash, log: ChangeLog): void {
  const { table, spec, noun } = model;
  const writer = restorerOf(model, trash);
  const permission = permissionOf(writer);
  log.keepInTrash(spec.name, { table, name: trash.name, needs: permission });
  const what = trash.description ?? `Brings a deleted ${noun} back from the trash, with what was deleted with it`;
  const allowedTo = typeof writer === 'string' ? '' : `: ${writer.allowedTo}`;
  const needs = permission ? ` Needs ${permission}.` : '';
  const fails = belongs(model) ? ' Fails with INVALID_STATE while an object that it belongs to is gone.' : '';
  const run = restoreOf(model, trash, writer, log);
  defineMutation(`restore${spec.name}`, {
    description: `${what}${allowedTo}.${needs}${fails}`,
    permission,
    module: spec.module,
    input: (t) => ({ id: rowId(t, table, { required: true, description: `The deleted ${noun}.` }) }),
    run: (ctx, given) => run(ctx.tx, ctx.viewer, given),
    payload: (t) => ({ [toCamelCase(spec.name)]: changed(t, node, table), warnings: changeWarnings(t) }),
  });
}

/** Whether a row cannot exist without another one. */
const belongs = ({ rows }: Model): boolean =>
  getTableConfig(rows).foreignKeys.some(({ onDelete }) => onDelete !== 'set null');

const restorerOf = ({ spec }: Model, { write }: AnyTrash): AnyWriter =>
  write ?? writerOf(spec, typeof spec.delete === 'object' ? spec.delete : {});

function restoreOf(model: Model, trash: AnyTrash, writer: AnyWriter, log: ChangeLog) {
  const { rows, spec } = model;
  const fields = Object.keys(uniqueFieldsOf(model)).map((index) => [index, 'input.id']);
  const refused = takenValueError({ ...Object.fromEntries(fields), [`${getTableName(rows)}_pkey`]: 'input.id' });
  return async (tx: TenantTx, viewer: Viewer, raw: object): Promise<{ id: string }> => {
    requireWriter(viewer, writer);
    const { id } = checkInput(input, raw);
    const restored = async () => {
      const current = (await lockVisible(tx, viewer, rows, id, spec.name)) as AnyRow;
      requireWriterOf(viewer, writer, current);
      checkAtCommit(tx, viewer, { rules: trash.requires?.({ viewer, current }) });
      const update = updateOf(rows, current, ((await trash.before?.({ tx, viewer, current })) ?? {}) as never);
      if (!update) return current;
      tx.send(update);
      return { ...current, ...update.changes.after, version: current.version + 1 };
    };
    await log.restore(tx, viewer, { typename: spec.name, id, refused, restored });
    return { id };
  };
}
