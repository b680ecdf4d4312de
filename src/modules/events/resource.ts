import { resourcesWith } from '../../graphql/declare/resource/define-resource.ts';
import { keepConfidential } from './confidential.ts';
import { prepareDeletion } from './prepare-deletion.ts';
import { change } from './record-event.ts';
import { restoreFromTrash } from './restore-from-trash.ts';
import { keepInTrash } from './trash-types.ts';

/** Declares a resource whose changes are recorded in the event log. docs/resources.md describes every option. */
export const defineResource = resourcesWith({
  change,
  prepareDeletion,
  keepConfidential,
  keepInTrash,
  restore: restoreFromTrash,
});
