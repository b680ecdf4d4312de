import { createHash } from 'node:crypto';
import { builtGraph } from '../../graphql/declare/built-graph.ts';
import { encodeGlobalId } from '../../graphql/declare/global-id.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { visibleValues } from '../events/confidential.ts';
import { withGlobalIds } from '../events/resource-ids.ts';
import type { EventMetadata } from '../events/tables.ts';

/** The same for each attempt to send an event to a webhook, so that receivers recognize repetitions. */
export const messageIdOf = ({ webhookId, eventId }: { webhookId: string; eventId: string }): string =>
  `msg_${createHash('sha256').update(`${webhookId} ${eventId}`).digest('hex').slice(0, 32)}`;

export interface SentEvent {
  id: string;
  action: string;
  resourceType: string;
  resourceId: string;
  before: EventMetadata | null;
  after: EventMetadata | null;
  createdAt: Date;
}

/** The longest message; longer ones are sent without the changed fields. */
const longestBody = 256 * 1024;

/** The body of a message. `changesFor`: a viewer, if it has the changed fields that they may see. */
export function messageBody(event: SentEvent, changesFor: Viewer | undefined): string {
  const { action, resourceType, createdAt } = event;
  const thin = {
    eventId: encodeGlobalId('Event', event.id),
    resourceType,
    resourceId: encodeGlobalId(resourceType, event.resourceId),
  };
  const bodyOf = (data: object) => JSON.stringify({ type: action, timestamp: createdAt.toISOString(), data });
  if (!changesFor) return bodyOf(thin);
  const shown = (values: EventMetadata | null) =>
    values && withGlobalIds(builtGraph(), resourceType, visibleValues(changesFor, resourceType, values));
  const whole = bodyOf({ ...thin, before: shown(event.before), after: shown(event.after) });
  return Buffer.byteLength(whole) <= longestBody ? whole : bodyOf({ ...thin, changesLeftOut: true });
}

/** The body of a test message. */
export const testBody = (at: Date): string =>
  JSON.stringify({ type: 'webhook.test', timestamp: at.toISOString(), data: {} });
