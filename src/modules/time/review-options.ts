import type { ChangeContext } from '../../graphql/declare/mutation.ts';
import { isOnlyOwner } from '../../identity/is-only-owner.ts';
import type { ReviewOptions } from './approver.ts';

/** The part of a review that reads the catalog. */
export const reviewOptions = ({ services, viewer }: ChangeContext): ReviewOptions => ({
  isOnlyOwner: () => isOnlyOwner(services.identity, viewer),
});
