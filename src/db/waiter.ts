import type { AppError } from '../lib/errors.ts';
import type { Lease } from './lease.ts';
import { databaseError } from './pg-errors.ts';

export interface WaiterOptions {
  /** How long it waits for any slot; milliseconds. */
  waitMs: number;
  /** How long it waits for a slot that knows its key before it takes any slot; milliseconds. */
  patienceMs: number;
  signal: AbortSignal | undefined;
  /** Called when it begins to accept any slot. */
  onImpatient: () => void;
  /** Called when it stops waiting. If it is still in the queue, the callback must call `reject` with the error. */
  onGivingUp: (waiter: Waiter, error: AppError) => void;
}

/** A session that waits for a slot. */
export class Waiter {
  readonly #outcome = Promise.withResolvers<Lease>();
  readonly #patientUntil: number;
  readonly #timers: NodeJS.Timeout[];
  readonly #signal: AbortSignal | undefined;
  readonly #cancel: () => void;

  constructor({ waitMs, patienceMs, signal, onImpatient, onGivingUp }: WaiterOptions) {
    this.#patientUntil = performance.now() + patienceMs;
    this.#timers = [
      setTimeout(() => onGivingUp(this, noFreeSlot()), waitMs),
      setTimeout(onImpatient, Math.ceil(patienceMs) + 1),
    ];
    this.#signal = signal;
    this.#cancel = () => onGivingUp(this, databaseError('CANCELLED'));
    signal?.addEventListener('abort', this.#cancel);
  }

  get lease(): Promise<Lease> {
    return this.#outcome.promise;
  }

  /** Whether it still waits for a slot that knows its key. */
  get patient(): boolean {
    return performance.now() < this.#patientUntil;
  }

  resolve(lease: Lease): void {
    this.#leave();
    this.#outcome.resolve(lease);
  }

  reject(error: AppError): void {
    this.#leave();
    this.#outcome.reject(error);
  }

  #leave(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#signal?.removeEventListener('abort', this.#cancel);
  }
}

const noFreeSlot = (): AppError =>
  databaseError('UNAVAILABLE', undefined, 'The database is busy; try again in a moment');
