import { pageSizes } from './sizes.ts';

/** Bounds on what one operation may ask for. */
export interface GraphLimits {
  /** Estimated number of values in the answer. */
  complexity: number;
  depth: number;
  /** Number of selected fields, including aliases; those of a fragment count each time it is spread. */
  breadth: number;
}

/** The bound on `breadth`, which has no setting. */
export const fieldsPerOperation = 500;

/**
 * A page multiplies the cost of what is selected under it. The plugin's own check is disabled, because `cost.ts` checks
 * the sum before anything runs.
 */
export const complexityOptions = {
  disabled: true,
  fieldComplexity: (args: Record<string, unknown>): { field: number; multiplier: number } => ({
    field: 1,
    multiplier: pageSize(args),
  }),
};

function pageSize(args: Record<string, unknown>): number {
  if (!('first' in args || 'last' in args)) return 1;
  return Number(args.first ?? args.last ?? pageSizes.default);
}
