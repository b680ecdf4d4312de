import type { FieldMap } from '@pothos/core';
import { defineMutation } from '../mutation.ts';
import { changed, deletedId } from '../payload.ts';
import { changeWarnings } from '../warnings.ts';
import type { AnyOperation, AnyWriter } from './any-spec.ts';
import { permissionOf, writerOf } from './checks.ts';
import type { Field } from './fields.ts';
import { inputFields, type Kind, writtenBy } from './inputs.ts';
import type { Model } from './model.ts';
import { toCamelCase, toWords, withArticle } from './naming.ts';
import type { Node } from './object.ts';
import type { Changed, UseCase } from './use-cases.ts';

type Payload = Parameters<typeof changed<Changed>>[0];

/** Makes the mutation `createTicket`, `updateTicket`, `deleteTicket` or that of an action, such as `closeTicket`. */
export function defineChange(model: Model, node: Node, verb: string, operation: AnyOperation, run: UseCase): void {
  const { spec } = model;
  const writer = writerOf(spec, operation);
  const kind: Kind = verb === 'create' ? 'create' : 'change';
  const written = writtenBy(model, operation);
  defineMutation(`${verb}${spec.name}`, {
    description: describe(model, verb, operation, { writer, written }),
    permission: permissionOf(writer),
    module: spec.module,
    input: inputFields(model, kind, written, operation),
    run: (ctx, input): Promise<Changed> => run(ctx.tx, ctx.viewer, input),
    payload: (t) => (verb === 'delete' ? deletedPayload(t, model) : changedPayload(t, model, node, operation)),
  });
}

const deletedPayload = (t: Payload, model: Model): FieldMap => ({
  deletedId: deletedId(t, model.spec.name),
  ...parentPayload(t, model),
});

const changedPayload = (t: Payload, model: Model, node: Node, { warns }: AnyOperation): FieldMap => ({
  ...(warns && { warnings: changeWarnings(t) }),
  [toCamelCase(model.spec.name)]: changed(t, node, model.table),
  ...parentPayload(t, model),
});

/** The parent after the change: clients need its new counts and sums. */
function parentPayload(t: Payload, { parent }: Model): FieldMap {
  if (!parent) return {};
  const { relation, target, column } = parent;
  return { [relation]: changed(t, target as never, target, (shape) => shape[column]) };
}

const verbs: Readonly<Record<string, string>> = { create: 'Adds', update: 'Changes', delete: 'Deletes' };

interface Access {
  writer: AnyWriter;
  written: readonly Field[];
}

function describe(
  { spec, noun, parent, fields }: Model,
  verb: string,
  operation: AnyOperation,
  { writer, written }: Access,
) {
  const { description, from } = operation;
  const to = verb === 'create' && parent ? ` to ${withArticle(toWords(parent.relation))}` : '';
  const what = description?.replace(/\.$/, '') ?? `${verbs[verb] ?? verb} ${withArticle(noun)}${to}`;
  const allowedTo = typeof writer === 'string' || verb === 'create' ? '' : `: ${writer.allowedTo}`;
  const permission = permissionOf(writer);
  return [
    `${what}${allowedTo}.`,
    ...(permission ? [`Needs ${permission}.`] : []),
    ...statesOf(fields, from),
    ...(verb === 'create' ? [] : stepsOf(written)),
    ...(verb === 'delete' && spec.trash ? [`It goes to the trash: restore${spec.name} brings it back.`] : []),
    ...(verb === 'update' ? ['Absent fields stay, null clears.'] : []),
  ].join(' ');
}

/** The states from which the operation may start, for the description. */
const statesOf = (fields: readonly Field[], from: AnyOperation['from'] = {}): string[] =>
  Object.entries(from).map(([column, allowed]) => {
    const key = fields.find((each) => each.column === column)?.key ?? column;
    return `Refused with INVALID_STATE unless \`${key}\` is ${allowed.join(' or ')}.`;
  });

const stepsOf = (written: readonly Field[]): string[] =>
  written.flatMap(({ key, options: { steps = {} } }) => {
    const possible = Object.entries(steps).filter(([, next]) => next.length);
    const each = possible.map(([state, next]) => `${state} to ${next.join(' or ')}`);
    return each.length ? [`Steps of \`${key}\`: ${each.join(', ')}; any other is refused with INVALID_STATE.`] : [];
  });
