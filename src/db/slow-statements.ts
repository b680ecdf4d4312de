import { createHash } from 'node:crypto';
import type { Logger } from '../lib/logger.ts';
import { currentRequest } from '../lib/request-context.ts';
import { describePlan } from './describe-plan.ts';
import { Session } from './session.ts';
import type { SlotSource } from './slot-pool.ts';
import type { SlowObserver, SlowStatement } from './slow-statement.ts';

interface SlowStatementsOptions {
  /** From how many milliseconds on a statement is slow. */
  slowMs: number;
  logger: Logger;
  /** One line in so many milliseconds at most. */
  everyMs?: number;
}

const defaultEveryMs = 10_000;
/** How long the server may take to plan a statement again. */
const explainMs = 5_000;
const explain = 'explain (format json) ';

/**
 * Logs slow statements with the GraphQL document that they are part of and the plan that the server makes for them,
 * without any value. While many are slow it logs one of them in ten seconds, with the number of the others: planning
 * again, and writing, must not cost more than they do.
 */
export class SlowStatements implements SlowObserver<SlotSource> {
  readonly slowMs: number;
  readonly #logger: Logger;
  readonly #everyMs: number;
  #quietUntil = 0;
  #unlogged = 0;

  constructor({ slowMs, logger, everyMs = defaultEveryMs }: SlowStatementsOptions) {
    this.slowMs = slowMs;
    this.#logger = logger;
    this.#everyMs = everyMs;
  }

  /** `pool` gives the connection that explains the statement. */
  note(statement: SlowStatement, pool: SlotSource): void {
    if (statement.text.startsWith(explain)) return;
    const now = performance.now();
    if (now < this.#quietUntil) {
      this.#unlogged++;
      return;
    }
    this.#quietUntil = now + this.#everyMs;
    const others = this.#unlogged;
    this.#unlogged = 0;
    void this.#log(statement, pool, others);
  }

  async #log(statement: SlowStatement, pool: SlotSource, others: number): Promise<void> {
    const { scope, ms } = statement;
    const fields = { ms: Math.round(ms), schema: scope.key, document: documentOf(), ...(others > 0 && { others }) };
    const plan = await planOf(statement, pool).catch((error: unknown) => [`not explained: ${reasonOf(error)}`]);
    this.#logger.warn({ ...fields, plan }, 'a slow statement');
  }
}

/** By its name and its hash: a document may hold values. */
function documentOf(): { name: string | undefined; sha256: string } | undefined {
  const { name, text } = currentRequest()?.document?.() ?? {};
  return text === undefined ? undefined : { name, sha256: createHash('sha256').update(text).digest('hex') };
}

/** Plans the statement again with its parameters, as whom it ran; nothing is executed. */
async function planOf({ scope, text, parameters }: SlowStatement, pool: SlotSource): Promise<string[]> {
  const limits = { ...scope.limits, statementMs: explainMs };
  const signal = AbortSignal.timeout(explainMs);
  const session = new Session(pool, { ...scope, access: 'read', fresh: true, limits }, {}, { signal });
  try {
    const [row] = await session.run(`${explain}${text}`, parameters);
    return describePlan((row as unknown as unknown[])[0]);
  } finally {
    await session.rollback();
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message.split('\n', 1)[0]! : String(error);
