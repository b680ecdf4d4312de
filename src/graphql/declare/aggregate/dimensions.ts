import type { TableName } from '../../../access/row-rules.ts';
import { badInput } from '../../../lib/errors.ts';
import type { ColumnReference, Field } from '../resource/fields.ts';
import type { Model } from '../resource/model.ts';
import type { KeyInput } from './aggregate-spec.ts';
import type { Unit } from './periods.ts';

export type Reference = Field & { reference: ColumnReference };

export const isReference = (field: Field): field is Reference => field.reference !== undefined;

/** One key of the groups: a field of the rows, or of a row that they refer to. */
export interface Key {
  /** `project.client.sector`, `workDate/MONTH`, `project.id`. */
  id: string;
  /** The references that lead to the row. */
  path: readonly Reference[];
  /** Undefined if the key is the row itself. */
  field: Field | undefined;
  unit: Unit | undefined;
}

const mostKeys = 10;
const mostReferences = 3;

/** The resources by table. Complete once all modules are loaded. */
const models = new Map<TableName, Model>();

export const registerModel = (model: Model): void => void models.set(model.table, model);

const isTimeScalar = (scalar: string): boolean => scalar === 'LocalDate' || scalar === 'DateTime';

/** Leaves out standard fields other than times: grouping by `externalReference` or `version` would be of no use. */
const isAnalysed = ({ key, standard }: Field): boolean => !standard || key === 'createdAt' || key === 'updatedAt';

/** Days and instants, which are grouped by a unit of time. */
export const timesOf = ({ fields }: Model): Field[] =>
  fields.filter((field) => isAnalysed(field) && isTimeScalar(field.kind.scalar));

export const numbersOf = ({ fields }: Model): Field[] =>
  fields.filter((field) => isAnalysed(field) && ['Int', 'Decimal'].includes(field.kind.scalar));

/** Fields that form one group per value: enums, booleans, numbers and short texts. */
export const plainFieldsOf = ({ fields }: Model): Field[] =>
  fields.filter(
    (field) =>
      isAnalysed(field) &&
      !field.reference &&
      !field.kind.list &&
      !isTimeScalar(field.kind.scalar) &&
      (field.values !== undefined || (field.options.filtered ?? field.kind.filtered)),
  );

/** References to rows of the same module, or of one that is always on. */
export const referencesOf = ({ fields, spec }: Model): Reference[] =>
  fields.filter((field): field is Reference => {
    const target = field.reference && models.get(field.reference.target);
    return target !== undefined && (!target.spec.module || target.spec.module === spec.module);
  });

export const targetOf = ({ reference: { target } }: Reference): Model => models.get(target)!;

export const idOfKey = (path: readonly string[], name: string, unit?: string): string =>
  `${[...path, name].join('.')}${unit ? `/${unit}` : ''}`;

/** The keys that a client chose. Throws BAD_INPUT with the argument. */
export function keysOf(model: Model, inputs: readonly KeyInput[], argument: string): Key[] {
  const keys = new Map<string, Key>();
  for (const [place, input] of inputs.entries()) {
    const found = keysIn(model, input, [], `${argument}.${place}`);
    if (!found.length) throw badInput('choose a key', `${argument}.${place}`);
    for (const key of found) keys.set(key.id, key);
  }
  if (keys.size > mostKeys) throw badInput(`at most ${mostKeys} keys`, argument);
  return [...keys.values()];
}

function keysIn(model: Model, input: KeyInput, path: readonly Reference[], at: string): Key[] {
  if (path.length > mostReferences) throw badInput(`at most ${mostReferences} references in a key`, at);
  const names = path.map(({ key }) => key);
  return Object.entries(input).flatMap(([name, chosen]): Key[] => {
    if (!chosen) return [];
    if (typeof chosen === 'object') {
      const reference = referencesOf(model).find(({ key }) => key === name)!;
      return keysIn(targetOf(reference), chosen, [...path, reference], `${at}.${name}`);
    }
    const unit = typeof chosen === 'string' ? chosen : undefined;
    const field = model.fields.find(({ key }) => key === name);
    return [{ id: idOfKey(names, name, unit), path, field, unit }];
  });
}
