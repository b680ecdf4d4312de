import { createHash } from 'node:crypto';
import type { Logger } from '../lib/logger.ts';
import { currentRequest } from '../lib/request-context.ts';
import { describePlan } from './describe-plan.ts';
import { Session } from './session.ts';
import type { SlotSource } from './slot-pool.ts';
import type { SlowObserver, SlowStatement } from './slow-statement.ts';

interface SlowStatementsOptions {
  /** A statement is slow if it takes this long, in milliseconds. */
  slowMs: number;
  logger: Logger;
  /** The shortest time between two lines, in milliseconds. */
  everyMs?: number;
}

const defaultEveryMs = 10_000;
/** How long the server may take to plan a statement again. */
const explainMs = 5_000;
const explain = 'explain (format json) ';

/**
 * Logs slow statements with their GraphQL document and their query plan, without any values. While many statements are
 * slow, it logs one every ten seconds, with the number of the others, so that planning and logging do not add to the
 * load.
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

  /** Takes a connection from `pool` to explain the statement. */
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
    // A cursor has no plan of its own: `declare` has it
    const planned = statement.text.startsWith('fetch ')
      ? Promise.resolve(['rows of a cursor'])
      : planOf(statement, pool);
    const plan = await planned.catch((error: unknown) => [`not explained: ${reasonOf(error)}`]);
    this.#logger.warn({ ...fields, plan }, 'a slow statement');
  }
}

/** The document's name and hash. Its text may contain values. */
function documentOf(): { name: string | undefined; sha256: string } | undefined {
  const { name, text } = currentRequest()?.document?.() ?? {};
  return text === undefined ? undefined : { name, sha256: createHash('sha256').update(text).digest('hex') };
}

/** Plans the statement again, with its parameters and in the scope in which it ran. Does not execute it. */
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
