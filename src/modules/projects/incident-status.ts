import { builder } from '../../graphql/declare/builder.ts';
import type { incidentSeverities, incidentStatuses } from './tables.ts';

export const IncidentSeverity = builder.enumType('IncidentSeverity', {
  description: 'How much harm an incident does.',
  values: {
    LOW: { description: 'A nuisance.' },
    MEDIUM: { description: 'Work is hindered.' },
    HIGH: { description: 'A part of the work stands still.' },
    CRITICAL: { description: 'The project is in danger.' },
  } satisfies Record<(typeof incidentSeverities)[number], { description: string }>,
});

export const IncidentStatus = builder.enumType('IncidentStatus', {
  description: 'Whether an incident still lasts.',
  values: {
    OPEN: { description: 'It lasts.' },
    RESOLVED: { description: 'It is over.' },
  } satisfies Record<(typeof incidentStatuses)[number], { description: string }>,
});
