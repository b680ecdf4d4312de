import { z } from 'zod';
import type { KeyLimit } from './viewer.ts';

export const keyLimit = z.object({
  points: z.int().min(1).max(10_000_000),
  restoreRate: z.int().min(1).max(1_000_000),
});

/** The columns of a key's limit; null without one, so that the limit of the installation applies. */
export const limitColumns = (limit: KeyLimit | null | undefined): { [K in keyof KeyLimit]: number | null } => ({
  points: limit?.points ?? null,
  restoreRate: limit?.restoreRate ?? null,
});
