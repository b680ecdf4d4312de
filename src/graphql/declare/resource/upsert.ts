import type { InputFieldMap } from '@pothos/core';
import { changesOf } from '../../../lib/changes-of.ts';
import { badInput } from '../../../lib/errors.ts';
import { checkInput } from '../../../lib/input.ts';
import type { InputBuilder } from '../mutation.ts';
import { defineUpsert } from '../upsert.ts';
import type { AnyOperation, Values } from './any-spec.ts';
import { permissionOf, writerOf } from './checks.ts';
import type { Field } from './fields.ts';
import { inputFields, inputKey, isRequired, schemaOf, writtenBy } from './inputs.ts';
import type { Model } from './model.ts';
import type { Node } from './object.ts';
import type { UseCase } from './use-cases.ts';

/** Makes `upsertTickets` from the use cases of a single row. Throws if a resource cannot have it. */
export function defineResourceUpsert(model: Model, node: Node, create: UseCase, change: UseCase): void {
  const { table, spec, noun, nouns } = model;
  if (!spec.upsert) return;
  if (!spec.create || !spec.update || !('externalReference' in model.rows))
    throw new Error(`${spec.name} needs create, update and an external reference to have upsert`);
  const created = spec.create;
  const changed = writtenBy(model, spec.update);
  const written = writtenBy(model, created).filter(({ column }) => column !== 'externalReference');
  const fixed = written.filter((field) => !changed.includes(field));
  defineUpsert({
    table,
    node: node as never,
    name: spec.name,
    ...{ noun, nouns, limit: spec.upsert, module: spec.module },
    permission: permissionOf(writerOf(spec, created)),
    fields: (t) => fieldsOf(t, model, written, created),
    needed: written.filter(isRequired).map(inputKey),
    ...(spec.lockUpsert && { lockFirst: spec.lockUpsert }),
    create,
    change: async (tx, viewer, input, current) => change(tx, viewer, withoutFixed(fixed, input, current)),
  });
}

/** The fields of a new row. All are optional here, because a row that exists requires none of them. */
const fieldsOf = (t: InputBuilder, model: Model, written: readonly Field[], { input }: AnyOperation): InputFieldMap => {
  const { id: _, expectedVersion: __, ...fields } = inputFields(model, 'change', written, input ? { input } : {})(t);
  return fields;
};

/** The input of the update. Throws BAD_INPUT for a new value of a field that cannot change after creation. */
function withoutFixed(fixed: readonly Field[], input: Values, current: object): Values {
  const given = Object.fromEntries(fixed.map((field) => [inputKey(field), input[inputKey(field)]]));
  const checked = checkInput(
    schemaOf('change', fixed).omit({ id: true, expectedVersion: true } as never),
    given,
  ) as Values;
  for (const field of fixed) {
    const key = inputKey(field);
    const { after } = changesOf(current, { [field.column]: checked[key] }, { [field.column]: field.pg });
    if (Object.keys(after).length) throw badInput('cannot be changed once it is set', `input.${key}`);
  }
  return Object.fromEntries(Object.entries(input).filter(([key]) => !fixed.some((field) => inputKey(field) === key)));
}
