import './graphql/identity/index.ts';
import './graphql/rate-limit/rate-limit-field.ts';
import './graphql/declare/nodes.ts';
import './graphql/declare/scalars.ts';
import './modules/events/index.ts';
import './modules/settings/index.ts';
import './modules/calendars/index.ts';
import './modules/people/index.ts';
import './modules/clients/index.ts';
import './modules/projects/index.ts';
import './modules/leave/index.ts';
import './modules/tasks/index.ts';
import './modules/milestones/index.ts';
import './modules/time/index.ts';
import './modules/messaging/index.ts';
import './modules/imports/rewinding.ts';
import './modules/jobs/rewinding.ts';
import './modules/webhooks/index.ts';
import './modules/notifications/index.ts';
import './modules/finance/index.ts';
import './graphql/declare/search/search-field.ts';
import { builder } from './graphql/declare/builder.ts';
import { keepGraph } from './graphql/declare/built-graph.ts';

/** The graph: the same for every tenant, built once. One import per module. */
export const schema = keepGraph(builder.toSchema());
