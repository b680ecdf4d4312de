import { AppError } from '../lib/errors.ts';
import type { Context } from './context.ts';

/** Bounds on what one operation may ask for; checked before any SQL runs. */
export interface GraphLimits {
  /** Estimated number of values in the answer. */
  complexity: number;
  depth: number;
  /** Number of fields written in the document. */
  breadth: number;
}

export const complexityOptions = {
  defaultComplexity: 1,
  defaultListMultiplier: 10,
  limit: (ctx: Context): GraphLimits => ctx.scope.limits,
  fieldComplexity: (args: Record<string, unknown>): { field: number; multiplier: number } => ({
    field: 1,
    multiplier: pageSize(args),
  }),
  complexityError: (kind: string, result: object) =>
    new AppError('TOO_COMPLEX', `The operation is over the limit of ${kind.toLowerCase()}`, { cost: result }),
};

/** A page multiplies the cost of what is selected under it. */
function pageSize(args: Record<string, unknown>): number {
  if (!('first' in args || 'last' in args)) return 1;
  return Number(args.first ?? args.last ?? 20);
}
