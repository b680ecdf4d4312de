import { AppError } from '../../lib/errors.ts';

export const interrupted = (): AppError => new AppError('CANCELLED', 'Interrupted: nothing was changed');

export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interrupted();
}
