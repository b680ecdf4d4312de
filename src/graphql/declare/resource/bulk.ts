import { asc, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { type ErrorPolicy, eachRow, idsOf, type RowOutcome } from '../../../access/each-row.ts';
import type { Viewer } from '../../../identity/viewer.ts';
import { checkInput } from '../../../lib/input.ts';
import type { TenantTx } from '../../../tenancy/tenant-session.ts';
import { builder } from '../builder.ts';
import { errorPolicy, rowResults } from '../bulk.ts';
import { defineMutation } from '../mutation.ts';
import { changedList } from '../payload.ts';
import type { AnyOperation, AnyTable, Values } from './any-spec.ts';
import { permissionOf, requireWriter, writerOf } from './checks.ts';
import { inputFields, type Kind, writtenBy } from './inputs.ts';
import type { Model } from './model.ts';
import { formatNumber, toPascalCase, withArticle } from './naming.ts';
import type { Node } from './object.ts';
import type { UseCase } from './use-cases.ts';

/** Makes `createTickets` or `updateTickets`, which run the use case of a single row for each row. */
export function defineBulk(model: Model, node: Node, kind: Kind, operation: AnyOperation, run: UseCase): void {
  const { table, spec, nouns } = model;
  const limit = operation.bulk;
  if (!limit) return;
  const writer = writerOf(spec, operation);
  const permission = permissionOf(writer);
  const Row = rowInput(model, kind, operation);
  const creates = kind === 'create';
  defineMutation(`${creates ? 'create' : 'update'}${toPascalCase(table)}`, {
    description:
      `${creates ? 'Adds' : 'Changes'} 1 to ${formatNumber(limit)} ${nouns}, in order.` +
      (permission ? ` Needs ${permission}.` : ''),
    permission,
    module: spec.module,
    input: (t) => ({
      [table]: t.field({ type: [Row], required: true, description: creates ? `The ${nouns}.` : 'The changes.' }),
      errorPolicy: errorPolicy(t),
    }),
    run: async (ctx, input): Promise<{ outcomes: RowOutcome[] }> => {
      const { errorPolicy: policy, [table]: given } = input as { errorPolicy: ErrorPolicy } & Record<string, Values[]>;
      requireWriter(ctx.viewer, writer);
      return { outcomes: await runEach(ctx.tx, ctx.viewer, model, { kind, limit, run }, given ?? [], policy) };
    },
    payload: (t) => ({
      [table]: changedList(t, node, table, ({ outcomes }) => idsOf(outcomes)),
      results: rowResults(t, spec.name, ({ outcomes }) => outcomes),
    }),
  });
}

const rowInput = (model: Model, kind: Kind, operation: AnyOperation) =>
  builder.inputType(kind === 'create' ? `New${model.spec.name}Input` : `${model.spec.name}ChangeInput`, {
    description:
      kind === 'create'
        ? `${toPascalCase(withArticle(model.noun))} to add.`
        : `A change of ${withArticle(model.noun)}. Absent fields stay, null clears.`,
    fields: (t) => inputFields(model, kind, writtenBy(model, operation), operation)(t as never),
  });

interface Bulk {
  kind: Kind;
  limit: number;
  run: UseCase;
}

async function runEach(
  tx: TenantTx,
  viewer: Viewer,
  model: Model,
  { kind, limit, run }: Bulk,
  given: readonly Values[],
  policy: ErrorPolicy,
): Promise<RowOutcome[]> {
  checkInput(z.object({ [model.table]: z.array(z.unknown()).min(1).max(limit) }), { [model.table]: given });
  await lockAll(tx, model, kind, given);
  return eachRow(tx, given, { policy, field: `input.${model.table}` }, (row) => run(tx, viewer, row));
}

/** Locks every row, parents first, in the order of ids: two bulk changes that locked row by row could deadlock. */
async function lockAll(
  tx: TenantTx,
  { rows, spec, parent }: Model,
  kind: Kind,
  given: readonly Values[],
): Promise<void> {
  const ids = given.map(({ id }) => id as string);
  if (parent && spec.lockParent) {
    const column = rows[parent.column]!;
    const known = kind === 'create' ? [] : await tx.select({ id: column }).from(rows).where(inArray(rows.id, ids));
    const parents = kind === 'create' ? given.map((row) => row[parent.column]) : known.map(({ id }) => id);
    await lockRows(tx, parent.rows as AnyTable, parents as string[]);
  }
  if (kind === 'change') await lockRows(tx, rows, ids);
}

async function lockRows(tx: TenantTx, rows: AnyTable, ids: readonly string[]): Promise<void> {
  const wanted = inArray(rows.id, [...new Set(ids)]);
  await tx.select({ id: rows.id }).from(rows).where(wanted).orderBy(asc(rows.id)).for('no key update');
}
