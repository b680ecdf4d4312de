import { z } from 'zod';
import { badInput } from '../../lib/errors.ts';
import { colorField, dayField, externalReferenceField, nameField, textField } from '../../lib/fields.ts';
import { milestonePriorities, milestoneStatuses, progressModes } from './tables.ts';

/** What creating and changing a milestone have in common; nothing is required yet. */
export const milestoneFields = {
  name: nameField.optional(),
  description: textField.nullish(),
  startDate: dayField.optional(),
  dueDate: dayField.optional(),
  status: z.enum(milestoneStatuses).optional(),
  priority: z.enum(milestonePriorities).optional(),
  color: colorField.nullish(),
  progressMode: z.enum(progressModes).optional(),
  progress: z.number().int().min(0).max(100).optional(),
  externalReference: externalReferenceField.nullish(),
};

/** Throws BAD_INPUT when somebody says how far a milestone is whose progress the server computes. */
export function checkProgress(mode: (typeof progressModes)[number], progress: number | undefined): void {
  if (mode === 'AUTO' && progress !== undefined) {
    throw badInput('The progress of an AUTO milestone is computed', 'input.progress');
  }
}

/** What a change of status says about when a milestone was reached. */
export function completionOf(before: string | undefined, after: string): { completedAt?: Date | null } {
  if ((before === 'COMPLETED') === (after === 'COMPLETED')) return {};
  return { completedAt: after === 'COMPLETED' ? new Date() : null };
}
