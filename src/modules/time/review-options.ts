import type { Context } from '../../graphql/context.ts';
import { isOnlyOwner } from '../../identity/is-only-owner.ts';
import type { ReviewOptions } from './approver.ts';

/** What a review asks of the catalog. */
export const reviewOptions = (ctx: Context): ReviewOptions => ({
  isOnlyOwner: () => isOnlyOwner(ctx.services.identity, ctx.viewer),
});
