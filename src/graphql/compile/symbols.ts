import { Declined } from '../../access/decline.ts';
import { containsStandIn, only, standInOf } from '../../access/template-viewer.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { Context } from '../context.ts';
import { RequestPlaceholder } from '../declare/request-placeholder.ts';
import type { Supplied } from './supplied.ts';

/** The context that declarations see while a plan is compiled: only the viewer is there. */
export function templateContext(viewer: Viewer): Context {
  const request = only<Context['request']>('request', { viewer, account: viewer });
  return only<Context>('context', { viewer, request });
}

/** A parameter as a function of the request. Throws Declined if a rule computed with a stand-in. */
export function readerOf(parameter: unknown): (supplied: Supplied) => unknown {
  if (parameter instanceof RequestPlaceholder) return parameter.read as (supplied: Supplied) => unknown;
  const name = standInOf(parameter);
  if (name) return ({ viewer }) => viewer[name];
  if (containsStandIn(String(parameter))) throw new Declined('a rule computes with the viewer');
  return () => parameter;
}
