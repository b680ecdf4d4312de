import type { FieldMap, InputFieldMap, InputShapeFromFields } from '@pothos/core';
import type { Permission } from '../../identity/permissions.ts';
import type { Context } from '../context.ts';
import { builder, type SchemaTypes } from './builder.ts';
import { type WithUuids, withUuids } from './references.ts';

export type InputBuilder = PothosSchemaTypes.InputFieldBuilder<SchemaTypes, 'InputObject'>;
type PayloadBuilder<Shape> = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, Shape>;

/** The argument of every change of a versioned row. */
export const expectedVersion = (t: InputBuilder) =>
  t.int({ description: 'The `version` that you read; STALE_VERSION if the object has another one.' });

/** The part of the context that a use case needs. */
export type ChangeContext = Pick<Context, 'tx' | 'viewer' | 'tenant' | 'services'>;

const clientMutationId = (t: InputBuilder) =>
  t.string({
    maxLength: 100,
    description:
      'Any text. `changes` returns it with the changed objects, so that a client recognises its own changes.',
  });

interface MutationOptions<Fields extends InputFieldMap, Shape extends object> {
  description: string;
  /** The permission that the viewer needs, in addition to the rules of the use case. */
  permission?: Permission | undefined;
  /** The optional module of the mutation. */
  module?: string | undefined;
  input: (t: InputBuilder) => Fields;
  /** Calls the use case. Ids in the input are uuids, whichever form the client used. */
  run: (ctx: ChangeContext, input: WithUuids<InputShapeFromFields<Fields>>) => Promise<Shape>;
  /** The fields of the payload, in addition to `lastEventId`. */
  payload: (t: PayloadBuilder<Shape>) => FieldMap;
}

/**
 * Declares `name(input: NameInput!): NamePayload!` over the tenant's data. Write `run` before `payload`: its result
 * determines the payload's type.
 */
export function defineMutation<Fields extends InputFieldMap, Shape extends object>(
  name: string,
  { description, permission, module, input, payload, run }: MutationOptions<Fields, Shape>,
): void {
  const title = name[0]!.toUpperCase() + name.slice(1);
  builder.relayMutationField(
    name,
    {
      name: `${title}Input`,
      description: `The input of ${name}.`,
      inputFields: ((t: InputBuilder) => ({ ...input(t), clientMutationId: clientMutationId(t) })) as never,
    },
    {
      description,
      authScopes: permission ? { permission } : { member: true },
      ...(module !== undefined && { extensions: { module } }),
      resolve: (_root: unknown, args: unknown, ctx: Context, info) =>
        ctx.change(async () => {
          const { clientMutationId: own, ...given } = (args as { input: { clientMutationId?: string | null } }).input;
          if (own) ctx.tx.clientMutationId = own;
          const plain = await withUuids(() => ctx.tx, info.schema, given, { lenient: 'errorPolicy' in given });
          const { tx, viewer, tenant, services } = ctx;
          return run({ tx, viewer, tenant, services }, plain as never);
        }) as never,
    },
    {
      name: `${title}Payload`,
      description: `The result of ${name}.`,
      outputFields: ((t: PayloadBuilder<Shape>) => ({
        ...payload(t),
        lastEventId: t.string({
          nullable: true,
          description: 'Cursor of the last event that this change wrote to the log; null when nothing changed.',
          resolve: (_shape: unknown, _args: unknown, ctx: Context) => ctx.lastEventId,
        }),
      })) as never,
    },
  );
}
