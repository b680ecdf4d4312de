import type { InputFieldMap, ObjectRef } from '@pothos/core';
import { z } from 'zod';
import type { ErrorPolicy } from '../../access/each-row.ts';
import type { TableName } from '../../access/row-rules.ts';
import { RowUpsert, type UpsertedRow, type UpsertOutcome, type upsertStatuses } from '../../access/upsert-rows.ts';
import { lockVisibleByReference, type ReferencedTable, type Row } from '../../access/visible-rows.ts';
import type { Permission } from '../../identity/permissions.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { badInput, notFound } from '../../lib/errors.ts';
import { externalReferenceField } from '../../lib/fields.ts';
import { checkInput } from '../../lib/input.ts';
import { relations } from '../../relations.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { builder, type SchemaTypes } from './builder.ts';
import { errorPolicy } from './bulk.ts';
import { encodeGlobalId } from './global-id.ts';
import { defineMutation, expectedVersion, type InputBuilder } from './mutation.ts';
import { changedList } from './payload.ts';
import { toPascalCase, withArticle } from './resource/naming.ts';

type Values = Record<string, unknown>;
type Write = (tx: TenantTx, viewer: Viewer, input: Values) => Promise<{ id: string }>;

interface UpsertOptions {
  /** A table with external references. */
  table: TableName;
  /** The GraphQL type of its rows. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape of the node does not matter here
  node: ObjectRef<SchemaTypes, any>;
  name: string;
  noun: string;
  nouns: string;
  /** The largest number of rows. */
  limit: number;
  permission?: Permission | undefined;
  /** Who may write which rows, in the description, if no single permission decides it. */
  allowed?: string;
  module?: string | undefined;
  /** The fields of a row, in addition to `externalReference` and `expectedVersion`. */
  fields: (t: InputBuilder) => InputFieldMap;
  /** The names of the fields that a new row needs. */
  needed: readonly string[];
  /** Takes the locks that must be held before the rows are locked, for all rows and in one order. */
  lockFirst?: (tx: TenantTx, viewer: Viewer, rows: readonly Values[]) => Promise<void>;
  /** The use cases of a single row. */
  create: Write;
  /** Its input has `id` in place of `externalReference`, and no absent fields. */
  change: (tx: TenantTx, viewer: Viewer, input: Values, current: Row<ReferencedTable>) => Promise<{ id: string }>;
}

const UpsertStatus = builder.enumType('UpsertStatus', {
  description: 'What an upsert did with a row.',
  values: {
    CREATED: { description: 'No object had the external reference: it was created.' },
    UPDATED: { description: 'The object with the external reference was changed.' },
    UNCHANGED: { description: 'The object had all given values already: it has no new version and no event.' },
    FAILED: { description: 'The row was refused; `code`, `field` and `message` say why.' },
  } satisfies Record<(typeof upsertStatuses)[number], { description: string }>,
});

const UpsertResult = builder.objectRef<UpsertOutcome & { typename: string }>('UpsertResult').implement({
  description: 'The result of one row of an upsert.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Position of the row in the input, from 0.' }),
    status: t.field({ type: UpsertStatus, description: 'What was done.', resolve: ({ status }) => status }),
    id: t.id({
      nullable: true,
      description: 'The object; null if the row failed.',
      resolve: ({ id, typename }) => (id === undefined ? null : encodeGlobalId(typename, id)),
    }),
    code: t.string({
      nullable: true,
      description: 'Error code of a failed row.',
      resolve: ({ failure }) => failure?.code ?? null,
    }),
    field: t.string({
      nullable: true,
      description: 'Path of the argument that made the row fail.',
      // A row of an upsert is named by its reference
      resolve: ({ failure }) => failure?.field?.replace(/\.id$/, '.externalReference') ?? null,
    }),
    message: t.string({
      nullable: true,
      description: 'Error message of a failed row.',
      resolve: ({ failure }) => failure?.message ?? null,
    }),
  }),
});

/** Makes `upsertTickets`, which creates or changes each row by its external reference, as single mutations do. */
export function defineUpsert(options: UpsertOptions): void {
  const { table, node, name, noun, nouns, limit, permission, module } = options;
  const needs = permission ? ` Needs ${permission}.` : ` ${options.allowed ?? ''}`.trimEnd();
  const Row = builder.inputType(`${name}RowInput`, {
    description: `${toPascalCase(withArticle(noun))} to create or to change. Absent fields stay, null clears.`,
    extensions: { neededToCreate: options.needed },
    fields: (t) => rowFields(t as never, options) as never,
  });
  defineMutation(`upsert${table[0]!.toUpperCase()}${table.slice(1)}`, {
    description:
      `Brings 1 to ${limit} ${nouns} up to date, in order: creates those whose external reference is new, changes ` +
      `the others, and leaves alone those that already have the given values.${needs}`,
    permission,
    module,
    input: (t) => ({
      rows: t.field({ type: [Row], required: true, maxItems: limit, description: `The ${nouns}.` }),
      errorPolicy: errorPolicy(t),
    }),
    run: async (ctx, input) => {
      const { rows, errorPolicy: policy } = input as { rows: Values[]; errorPolicy: ErrorPolicy };
      return { outcomes: await upsert(ctx.tx, ctx.viewer, options, rows, policy) };
    },
    payload: (t) => ({
      [table]: changedList(t, node, table, ({ outcomes }) => outcomes.flatMap(({ id }) => id ?? [])),
      results: t.field({
        type: [UpsertResult],
        description: 'The result of each row, in the order of the input.',
        resolve: ({ outcomes }) => outcomes.map((outcome) => ({ ...outcome, typename: name })),
      }),
    }),
  });
}

const rowFields = (t: InputBuilder, { noun, fields }: UpsertOptions): InputFieldMap => ({
  externalReference: t.string({ required: true, description: `Your own key of the ${noun}, by which it is found.` }),
  ...fields(t),
  expectedVersion: expectedVersion(t),
});

const keyed = z.looseObject({ externalReference: externalReferenceField });

async function upsert(
  tx: TenantTx,
  viewer: Viewer,
  options: UpsertOptions,
  given: readonly Values[],
  policy: ErrorPolicy,
): Promise<UpsertOutcome[]> {
  checkInput(z.object({ rows: z.array(z.unknown()).min(1).max(options.limit) }), { rows: given });
  const table = relations[options.table].table as unknown as ReferencedTable;
  await options.lockFirst?.(tx, viewer, given);
  const references = given.map(({ externalReference }) => String(externalReference).trim());
  const found = await lockVisibleByReference(tx, viewer, table, [...new Set(references)]);
  const known = new Map(found.map((row) => [row.externalReference as string, row]));
  const rows = given.map((raw, index): UpsertedRow => {
    const current = known.get(references[index]!);
    const first = references.indexOf(references[index]!);
    return {
      locked: current && { table, row: current },
      work: async (of) => {
        if (first < index) throw badInput(`row ${first} has the same reference`, 'input.externalReference');
        return write(of, viewer, options, checkInput(keyed, raw), current);
      },
    };
  });
  return new RowUpsert(tx, 'input.rows').run(rows, policy);
}

async function write(
  tx: TenantTx,
  viewer: Viewer,
  { name, create, change }: UpsertOptions,
  row: Values,
  current: Row<ReferencedTable> | undefined,
): Promise<{ id: string }> {
  const { externalReference, expectedVersion: expected, ...values } = row;
  if (current) {
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
    return change(tx, viewer, { ...given, id: current.id, expectedVersion: expected }, current);
  }
  if (expected !== undefined && expected !== null) throw notFound(name, 'input.externalReference');
  return create(tx, viewer, { ...values, externalReference });
}
