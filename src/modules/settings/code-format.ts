import { defineRowRule } from '../../access/row-rules.ts';
import type { Context } from '../../graphql/context.ts';
import { builder } from '../../graphql/declare/builder.ts';
import { defineMutation, expectedVersion } from '../../graphql/declare/mutation.ts';
import { type CodeKind, codeKinds, defaultPatterns } from './code-kinds.ts';
import { readableSettings } from './policy.ts';
import { updateCodeFormat } from './update-code-format.ts';

defineRowRule('codeFormats', readableSettings<'codeFormats'>);

const CodeFormatKind = builder.enumType('CodeFormatKind', {
  description: 'A kind of objects that get codes.',
  values: { PROJECT: { description: 'Projects.' } } satisfies Record<CodeKind, { description: string }>,
});

interface Shape {
  kind: CodeKind;
  pattern: string;
  version: number;
}

const CodeFormat = builder.objectRef<Shape>('CodeFormat').implement({
  description: 'The format of the codes of a kind. Codes are numbered without gaps.',
  fields: (t) => ({
    kind: t.expose('kind', { type: CodeFormatKind, description: 'The kind of objects.' }),
    pattern: t.exposeString('pattern', {
      description:
        'The pattern: one {seq} or {seq:5}, and optionally {YYYY}, {YY}, {MM} of the object’s day, such as INV-{YYYY}-{seq:5}.',
    }),
    version: t.exposeInt('version', {
      description: 'Number of changes, 0 for a format that was never set; pass it as `expectedVersion`.',
    }),
  }),
});

/** The formats of all kinds: the organization's own, or the default. */
async function listFormats(ctx: Context): Promise<Shape[]> {
  const rows = await ctx.db.query.codeFormats.findMany({ columns: { kind: true, pattern: true, version: true } });
  return codeKinds.map((kind) => {
    const { pattern, version } = rows.find((row) => row.kind === kind) ?? {
      pattern: defaultPatterns[kind],
      version: 0,
    };
    return { kind, pattern, version };
  });
}

builder.queryField('codeFormats', (t) =>
  t.field({
    type: [CodeFormat],
    authScopes: { permission: 'settings:read' },
    description: 'The formats of codes, one for each kind. Needs settings:read.',
    resolve: (_root, _args, ctx) => listFormats(ctx),
  }),
);

defineMutation('updateCodeFormat', {
  description: 'Sets the format of future codes of a kind. Needs settings:write.',
  permission: 'settings:write',
  input: (t) => ({
    kind: t.field({ type: CodeFormatKind, required: true, description: 'The kind of objects.' }),
    pattern: t.string({
      required: true,
      description:
        'The pattern: one {seq} or {seq:5}, and optionally {YYYY}, {YY}, {MM}; at most 60 characters, such as INV-{YYYY}-{seq:5}.',
    }),
    expectedVersion: expectedVersion(t),
  }),
  run: (ctx, input) => updateCodeFormat(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    codeFormat: t.field({
      type: CodeFormat,
      nullable: true,
      authScopes: { permission: 'settings:read' },
      description: 'The format after the change; null if you may not see it.',
      resolve: async ({ kind }, _args, ctx) => (await listFormats(ctx)).find((format) => format.kind === kind) ?? null,
    }),
  }),
});
