import { defineRelationsPart } from 'drizzle-orm';
import { text, uuid } from 'drizzle-orm/pg-core';
import { defineRowRule } from '../../src/access/row-rules.ts';
import { builder } from '../../src/graphql/declare/builder.ts';
import { label, primaryId, table } from '../../src/lib/columns.ts';
import { profiles } from '../../src/modules/people/tables.ts';
import { relations } from '../../src/relations.ts';

// Two types for the test of the checks in parts-of-types.ts: import this file before the schema is built. The casts are
// needed because the tables are not among those that the builder's types know.

const kinds = ['SHORT', 'LONG'] as const;
const bareNotes = table('bare_notes', {
  id: primaryId(),
  title: label(),
  authorId: uuid().references(() => profiles.id),
  externalReference: text(),
});
const openNotes = table('open_notes', { id: primaryId(), kind: text({ enum: kinds }) });

Object.assign(relations, defineRelationsPart({ bareNotes, openNotes }));

interface Fields {
  expose(column: string, options: object): never;
}

/** Lacks every part. */
builder.drizzleObject(
  'bareNotes' as never,
  {
    name: 'BareNote',
    fields: (t: Fields) => ({ title: t.expose('title', { type: 'String', nullable: true }) }),
  } as never,
);

const CreateBareNotePayload = builder.objectRef<object>('CreateBareNotePayload').implement({
  fields: (t) => ({ lastEventId: t.string({ nullable: true, resolve: () => null }) }),
});
builder.mutationField('createBareNote', (t) =>
  t.field({ type: CreateBareNotePayload, description: 'Adds a note.', resolve: () => ({}) }),
);

/** Has a row rule and a filter that fall short. */
const OpenNoteKind = builder.enumType('OpenNoteKind', { values: kinds });
builder.drizzleObject(
  'openNotes' as never,
  {
    name: 'OpenNote',
    fields: (t: Fields) => ({ kind: t.expose('kind', { type: OpenNoteKind, nullable: true }) }),
  } as never,
);
defineRowRule('openNotes' as never, () => 'all');
builder.inputType('OpenNoteFilter', { fields: (t) => ({ title: t.string() }) });
