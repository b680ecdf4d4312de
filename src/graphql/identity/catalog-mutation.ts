import type { FieldMap, InputFieldMap, InputShapeFromFields, ObjectRef } from '@pothos/core';
import { type Account, actorOf, isViewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import type { AuditOrigin } from '../../tenancy/audit.ts';
import type { Context } from '../context.ts';
import { builder, type SchemaTypes } from '../declare/builder.ts';

type InputBuilder = PothosSchemaTypes.InputFieldBuilder<SchemaTypes, 'InputObject'>;
export type PayloadBuilder<Shape> = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, Shape>;

/** An input as use cases take it: a field that is null in GraphQL counts as absent. */
type WithoutNulls<T> = T extends Date | readonly unknown[] ? T : T extends object ? Objects<T> : T;
type Objects<T> = { [K in keyof T]: WithoutNulls<Exclude<T[K], null>> };

/** Who may call a mutation: anybody, any signed-in user, or only members of the request's organization. */
export type CatalogCaller = 'anybody' | 'signedIn' | 'member';

interface CatalogMutationOptions<Fields extends InputFieldMap, Shape extends object> {
  description: string;
  caller: CatalogCaller;
  input: (t: InputBuilder) => Fields;
  /**
   * Changes the catalog. Anything that can fail after the change belongs in the payload. `given` is the same input with
   * its nulls, for fields that can be cleared.
   */
  run: (
    ctx: Context,
    input: WithoutNulls<InputShapeFromFields<Fields>>,
    given: InputShapeFromFields<Fields>,
  ) => Promise<Shape>;
  payload: (t: PayloadBuilder<Shape>) => FieldMap;
}

/**
 * Declares `name(input: NameInput!): NamePayload!` over the catalog. The use case has its own transaction and audit
 * log; the tenant's data is not touched, so there is no `lastEventId`. `answerCatalogOnce` handles an Idempotency-Key.
 * Returns the type of the payload: modules may add fields to it.
 */
export function defineCatalogMutation<Fields extends InputFieldMap, Shape extends object>(
  name: string,
  { description, caller, input, payload, run }: CatalogMutationOptions<Fields, Shape>,
): ObjectRef<SchemaTypes, Shape> {
  const title = name[0]!.toUpperCase() + name.slice(1);
  const { payloadType } = builder.relayMutationField(
    name,
    { name: `${title}Input`, description: `The input of ${name}.`, inputFields: input as never },
    {
      description,
      extensions: { catalog: caller },
      ...(caller !== 'anybody' && { authScopes: { [caller]: true } }),
      resolve: (_root: unknown, args: unknown, ctx: Context) => {
        const { input: given } = args as { input: object };
        return auditing(name, ctx, run(ctx, withoutNulls(given) as never, given as never)) as never;
      },
    },
    { name: `${title}Payload`, description: `The result of ${name}.`, outputFields: payload as never },
  );
  return payloadType as never;
}

/** Records in the audit log that a permission was missing. Rejected credentials are recorded where they are checked. */
async function auditing<T>(mutation: string, ctx: Context, running: Promise<T>): Promise<T> {
  try {
    const result = await running;
    ctx.changed = true;
    return result;
  } catch (error) {
    const { viewer, account } = ctx.request;
    if (error instanceof AppError && error.code === 'FORBIDDEN') {
      await ctx.services.identity.refusals.record({
        ...originOf(ctx),
        actor: viewer ? actorOf(viewer) : account ? { kind: 'USER', id: account.userId } : { kind: 'SYSTEM' },
        action: 'administration.refused',
        ...(viewer && { organizationId: viewer.organizationId }),
        metadata: { mutation },
      });
    }
    throw error;
  }
}

/** The origin of the request, for rate limits and the audit log. */
export const originOf = ({ request }: Context): AuditOrigin => ({
  ipAddress: request.address,
  userAgent: request.userAgent,
  requestId: request.requestId,
});

/** The signed-in person. Throws FORBIDDEN for an API key, which acts for a person but is not one. */
export function personOf({ request }: Context): Account {
  const { account = null } = request;
  if (account === null) throw new AppError('UNAUTHENTICATED', 'Sign in first');
  if (isViewer(account) && account.apiKey) throw new AppError('FORBIDDEN', 'An API key cannot do this: sign in');
  return account;
}

function withoutNulls(input: object): object {
  const entries = Object.entries(input).filter(([, value]) => value !== null);
  return Object.fromEntries(entries.map(([name, value]) => [name, isInput(value) ? withoutNulls(value) : value]));
}

/** An input object as graphql-js creates it; not a list, a date or a URL. */
const isInput = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));
