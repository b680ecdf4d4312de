import type { TableName } from '../../../access/row-rules.ts';
import { defineFilter, type Filter, filterOf, rawCondition } from '../filters.ts';
import { type Field, subjectOf } from './fields.ts';
import type { Model } from './model.ts';
import { lowerFirst, toReferenceWords } from './naming.ts';

const isFiltered = ({ options, kind, reference }: Field): boolean =>
  !options.needs && (options.filtered ?? (reference !== undefined || kind.filtered));

const standardDescriptions: Readonly<Record<string, string>> = {
  externalReference: 'By external reference.',
  createdAt: 'By time of creation.',
  updatedAt: 'By time of the last change.',
};

/** Makes the filter of the lists: comparators on fields, filters of referenced rows, and declared conditions in SQL. */
export function defineListFilter({ table, spec, nouns, fields }: Model): Filter<TableName> {
  const found = fields.filter(isFiltered).filter(({ key, standard }) => !standard || standardDescriptions[key]);
  const compared = found.map((field) => [field.reference ? field.column : field.key, comparison(field)]);
  const references = found.flatMap(({ reference }) => (reference ? [reference] : []));
  return defineFilter(`${spec.name}Filter`, table, {
    description: `Conditions on ${nouns}.`,
    ...(spec.module && { module: spec.module }),
    fields: { id: { id: spec.name, column: 'id', description: 'By id.' }, ...Object.fromEntries(compared) },
    custom: Object.fromEntries(
      Object.entries(spec.filters ?? {}).map(([name, { where, ...described }]) => [
        name,
        { ...described, where: (value: unknown) => rawCondition((row) => where(value, row)) },
      ]),
    ),
    relations: Object.fromEntries(
      references.map(({ relation, target }) => [
        relation,
        { filter: () => filterOf(target), description: `By conditions on the ${toReferenceWords(relation)}.` },
      ]),
    ) as never,
  });
}

function comparison(field: Field) {
  const { key, column, kind, reference, values, standard } = field;
  if (reference) return { id: reference.typename, column, description: `By ${toReferenceWords(reference.relation)}.` };
  const description = standard ? standardDescriptions[key]! : `By ${lowerFirst(subjectOf(field))}.`;
  if (values) return { enum: values.ref, name: values.name, column, description };
  return { as: kind.comparator, column, description };
}
