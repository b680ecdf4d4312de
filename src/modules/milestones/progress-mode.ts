import { builder } from '../../graphql/declare/builder.ts';
import type { progressModes } from './tables.ts';

export const ProgressMode = builder.enumType('ProgressMode', {
  description: 'Where the progress of a milestone comes from.',
  values: {
    AUTO: { description: 'The weighted share of its tasks that are DONE, kept up to date by the server.' },
    MANUAL: { description: 'What somebody last said.' },
  } satisfies Record<(typeof progressModes)[number], { description: string }>,
});
