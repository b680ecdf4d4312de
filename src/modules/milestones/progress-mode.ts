import { builder } from '../../graphql/declare/builder.ts';
import type { progressModes } from './tables.ts';

export const ProgressMode = builder.enumType('ProgressMode', {
  description: 'How the progress of a milestone is determined.',
  values: {
    AUTO: { description: 'The server computes it: the weighted share of its tasks that are DONE.' },
    MANUAL: { description: 'People set it.' },
  } satisfies Record<(typeof progressModes)[number], { description: string }>,
});
