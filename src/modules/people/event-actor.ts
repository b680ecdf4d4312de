import { builder } from '../../graphql/declare/builder.ts';
import { Event } from '../events/event.ts';

builder.drizzleObjectFields(Event, (t) => ({
  actor: t.relation('actor', {
    nullable: true,
    description: 'The person who did it; null for the system and for imports.',
  }),
}));
