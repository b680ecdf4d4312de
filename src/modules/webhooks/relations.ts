import { defineRelationsPart } from 'drizzle-orm';
import * as people from '../people/tables.ts';
import * as tables from './tables.ts';

export const webhooksRelations = defineRelationsPart({ ...people, ...tables }, (r) => ({
  webhooks: {
    owner: r.one.profiles({ from: r.webhooks.ownerId, to: r.profiles.id, optional: false }),
    deliveries: r.many.webhookDeliveries({ from: r.webhooks.id, to: r.webhookDeliveries.webhookId }),
  },
  webhookDeliveries: {
    webhook: r.one.webhooks({ from: r.webhookDeliveries.webhookId, to: r.webhooks.id, optional: false }),
  },
}));
