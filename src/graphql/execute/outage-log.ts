import type { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { outsideRequests } from '../../lib/request-context.ts';

interface Outage {
  failed: number;
  since: number;
  sinceReport: number;
}

const reportEveryMs = 60_000;
/** Number of kinds of failures (code and reason) that are counted separately. */
const maxKinds = 50;

/**
 * Logs requests that fail because of the database: the first one at once, then one line a minute with the count, until
 * a minute passes without a failure. One line per request would fill the disk during an outage.
 */
export class OutageLog {
  readonly #logger: Logger;
  readonly #everyMs: number;
  readonly #outages = new Map<string, Outage>();

  constructor(logger: Logger, everyMs = reportEveryMs) {
    this.#logger = logger;
    this.#everyMs = everyMs;
  }

  failed(error: AppError): void {
    const reason = reasonOf(error);
    const kind = `${error.code} ${reason.code}`;
    const outage = this.#outages.get(kind);
    this.#logger.debug({ err: error }, 'a request failed because of the database');
    if (outage) {
      outage.failed++;
      outage.sinceReport++;
    } else if (this.#outages.size < maxKinds) {
      this.#outages.set(kind, { failed: 1, since: performance.now(), sinceReport: 0 });
      this.#logger.warn({ code: error.code, reason }, 'requests fail because of the database');
      outsideRequests(() => this.#watch(kind, { code: error.code, reason }));
    }
  }

  #watch(kind: string, fields: object): void {
    const timer = setInterval(() => {
      const outage = this.#outages.get(kind)!;
      const { failed, since, sinceReport } = outage;
      const seconds = Math.round((performance.now() - since) / 1000);
      const counts = { ...fields, failed, seconds };
      if (sinceReport > 0) this.#logger.warn(counts, 'requests still fail because of the database');
      else {
        clearInterval(timer);
        this.#outages.delete(kind);
        if (failed > 1) this.#logger.info(counts, 'requests no longer fail because of the database');
      }
      outage.sinceReport = 0;
    }, this.#everyMs).unref();
  }
}

const maxMessageLength = 200;

/** The message of the operating system or database server, without the statement and its values. */
function reasonOf(error: Error): { code: string | undefined; message: string } {
  let last: unknown = error;
  for (let depth = 0; last instanceof Error && last.cause instanceof Error && depth < 10; depth++) last = last.cause;
  const { code, message } = last as NodeJS.ErrnoException;
  return { code, message: message.split('\n', 1)[0]!.slice(0, maxMessageLength) };
}

const logs = new WeakMap<Logger, OutageLog>();

/** The outage log of a logger; each process has one. */
export function outageLogOf(logger: Logger): OutageLog {
  const log = logs.get(logger) ?? new OutageLog(logger);
  logs.set(logger, log);
  return log;
}
