import type { ChangeContext } from '../../graphql/declare/mutation.ts';
import { isOnlyOwner } from '../../identity/is-only-owner.ts';
import type { ReviewOptions } from './approver.ts';

/** What a review asks of the catalog. */
export const reviewOptions = ({ services, viewer }: ChangeContext): ReviewOptions => ({
  isOnlyOwner: () => isOnlyOwner(services.identity, viewer),
});
