import type { TableName } from '../../../access/row-rules.ts';
import { defineOrder } from '../ordering.ts';
import type { OrderInput, Ordering } from '../page-order.ts';
import { type Field, subjectOf } from './fields.ts';
import type { Model } from './model.ts';
import { toConstantCase } from './naming.ts';

/** A nullable enum is not sorted: null has no place among its values. */
const isSorted = ({ options, kind, values, pg }: Field): boolean =>
  !options.needs && (options.sorted ?? kind.sorted) && (values === undefined || pg.notNull);

const standardDescriptions: Readonly<Record<string, string>> = {
  createdAt: 'When they were added.',
  updatedAt: 'When they last changed.',
};

/** Makes the order of the lists. Throws when the declared default order is by a field that cannot be sorted. */
export function defineListOrder({ table, spec, fields }: Model): Ordering<TableName> {
  const sorted = fields.filter(isSorted).filter(({ key, standard }) => !standard || standardDescriptions[key]);
  const choices = sorted.map((field) => [toConstantCase(field.key), choice(field)] as const);
  const defaultOrder = Object.entries(spec.order ?? {}).map(([column, direction]): OrderInput => {
    const field = sorted.find((each) => each.column === column);
    if (!field) throw new Error(`${spec.name}: lists cannot be ordered by ${column}`);
    return { field: toConstantCase(field.key), direction };
  });
  return defineOrder(spec.name, table, Object.fromEntries(choices) as never, defaultOrder);
}

function choice(field: Field) {
  const { key, column, pg, kind, options, values, standard } = field;
  if (values) {
    const [first, last] = [values.all[0], values.all.at(-1)];
    return { column, description: `${subjectOf(field)}, from ${first} to ${last}.`, values: values.all };
  }
  const described = standard ? standardDescriptions[key]! : `${subjectOf(field)}.`;
  const absent = kind.absent?.find(({ place }) => !options.absent || place === options.absent);
  if (pg.notNull || !absent) return { column, description: described };
  return { column, description: described.replace(/\.$/, `; ${absent.words}.`), absent: absent.as };
}
