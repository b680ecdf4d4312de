import { defineRewinding } from '../events/rewind/rewinding.ts';
import { webhookDeliveries, webhookStates, webhooks } from './tables.ts';

const lost = 'none: set up webhooks again';

defineRewinding(webhooks, { only: () => 'false', lost: { '*': lost } });
defineRewinding(webhookStates, { key: ['webhookId'], only: () => 'false', lost: { '*': lost } });
defineRewinding(webhookDeliveries, { only: () => 'false', lost: { '*': lost } });
