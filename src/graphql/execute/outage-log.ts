import type { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { outsideRequests } from '../../lib/request-context.ts';

interface Outage {
  failed: number;
  since: number;
  sinceReport: number;
}

const reportEveryMs = 60_000;
/** How many kinds of failures, each with its own code and reason, are counted separately. */
const mostKinds = 50;

/**
 * Logs requests that fail because of the database: the first one at once, then one line a minute with their number,
 * until a minute passes without any. One line for each would fill the disk during an outage.
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
    this.#logger.debug({ err: error }, 'the database failed a request');
    if (outage) {
      outage.failed++;
      outage.sinceReport++;
    } else if (this.#outages.size < mostKinds) {
      this.#outages.set(kind, { failed: 1, since: performance.now(), sinceReport: 0 });
      this.#logger.warn({ code: error.code, reason }, 'the database fails requests');
      outsideRequests(() => this.#watch(kind, { code: error.code, reason }));
    }
  }

  #watch(kind: string, fields: object): void {
    const timer = setInterval(() => {
      const outage = this.#outages.get(kind)!;
      const { failed, since, sinceReport } = outage;
      const seconds = Math.round((performance.now() - since) / 1000);
      if (sinceReport > 0) this.#logger.warn({ ...fields, failed, seconds }, 'the database still fails requests');
      else {
        clearInterval(timer);
        this.#outages.delete(kind);
        if (failed > 1) this.#logger.info({ ...fields, failed, seconds }, 'the database fails no more requests');
      }
      outage.sinceReport = 0;
    }, this.#everyMs).unref();
  }
}

const longest = 200;

/** The message of the operating system or database server, without the statement and its values. */
function reasonOf(error: Error): { code: string | undefined; message: string } {
  let last: unknown = error;
  for (let depth = 0; last instanceof Error && last.cause instanceof Error && depth < 10; depth++) last = last.cause;
  const { code, message } = last as NodeJS.ErrnoException;
  return { code, message: message.split('\n', 1)[0]!.slice(0, longest) };
}

const logs = new WeakMap<Logger, OutageLog>();

/** The outage log of a logger: there is one for each process. */
export function outageLogOf(logger: Logger): OutageLog {
  const log = logs.get(logger) ?? new OutageLog(logger);
  logs.set(logger, log);
  return log;
}
