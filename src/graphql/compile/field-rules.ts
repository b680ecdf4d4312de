import type { GraphQLField, GraphQLObjectType } from 'graphql';
import { Declined } from '../../access/decline.ts';
import { rowRuleOf } from '../../access/row-rules.ts';
import type { Context } from '../context.ts';
import { coordinateOf, type Selected } from './selection.ts';

interface ScopeOptions {
  authScopes?: unknown;
  grantScopes?: unknown;
  runScopesOnType?: unknown;
}

const optionsOf = ({ extensions }: GraphQLField<unknown, unknown> | GraphQLObjectType): ScopeOptions =>
  (extensions.pothosOptions as ScopeOptions | undefined) ?? {};

/** Throws Declined unless the plan's viewers may read the field; the executor then reports the refusal. */
export function requireReadable(selected: Selected, context: Context): void {
  const ofType = optionsOf(selected.parent);
  const ofField = optionsOf(selected.field);
  if (ofType.authScopes || ofType.grantScopes || ofType.runScopesOnType || ofField.grantScopes) {
    throw new Declined('has a rule on its type or grants scopes', coordinateOf(selected));
  }
  if (ofField.authScopes && !holds(ofField.authScopes, selected, context)) {
    throw new Declined('may not be read by this viewer', coordinateOf(selected));
  }
}

function holds(scopes: unknown, selected: Selected, context: Context): boolean {
  if (typeof scopes === 'boolean') return scopes;
  if (typeof scopes === 'function')
    return holds(scopes(unknowable, unknowable, context, unknowable), selected, context);
  const [[name, value] = [], ...others] = Object.entries((scopes ?? {}) as Record<string, unknown>);
  if (others.length === 0 && name === 'permission') return context.viewer.permissions.has(value as never);
  if (others.length === 0 && name === 'reads') return rowRuleOf(value as string, context.viewer) !== 'none';
  // Plans are made for members only
  if (others.length === 0 && (name === 'member' || name === 'signedIn') && value === true) return true;
  throw new Declined('has a kind of rule that cannot be compiled', coordinateOf(selected));
}

/** Stands for values that are known only row by row. */
const unknowable = new Proxy(
  {},
  {
    get(_target, name) {
      throw new Declined(`a rule of the field reads ${String(name)} of the row or the arguments`);
    },
  },
);
