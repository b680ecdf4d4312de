import { encodeParameter } from '../db/codecs.ts';
import { caughtError } from '../db/pg-errors.ts';
import type { BoundStatement } from '../db/pipelined-statements.ts';
import type { Answer } from '../db/slot.ts';
import type { TenantTx } from '../tenancy/tenant-session.ts';
import type { RecordedRow } from './row-recorder.ts';

type Result = { answers: (object | null)[] } | { code: string; message: string; constraint: string; step: number };

const statement = 'select answer from extensions.run_rows($1, $2) as answer';

/** The types of parameters that do not follow from the statement: see `encodeParameter`. */
const typeNames: Readonly<Record<number, string>> = { 16: 'boolean', 17: 'bytea', 20: 'bigint', 1184: 'timestamptz' };

/**
 * Runs the statements of recorded rows as one statement, each row in a savepoint of its own, which is rolled back if
 * one of them fails or the row's use case did. Returns the error of each row, or undefined.
 */
export async function sendRows(tx: TenantTx, rows: readonly RecordedRow[]): Promise<unknown[]> {
  const templates = new Map<string, number>();
  const jobs = rows.map(({ statements, outcome }) => ({
    steps: statements.map((each) => stepOf(each, templates)),
    undone: 'error' in outcome,
  }));
  const answer = await tx.run(statement, [[...templates.keys()], JSON.stringify(jobs)]);
  const results = (answer as unknown as [Result][]).map(([result]) => result);
  return rows.map((row, index) => settle(row, results[index]!));
}

function stepOf({ text, parameters, handlers }: BoundStatement, templates: Map<string, number>) {
  const encoded = parameters.map(encodeParameter);
  // The template of format(): PostgreSQL infers the type of an untyped literal as that of an untyped parameter
  const template = text.replace(/%|\$(\d+)/g, (found, place?: string) => {
    if (place === undefined) return found + found;
    const type = typeNames[encoded[Number(place) - 1]?.type ?? 0];
    return `%${place}$L${type ? `::${type}` : ''}`;
  });
  const position = templates.get(template) ?? templates.size + 1;
  templates.set(template, position);
  return [position, encoded.map((parameter) => parameter.text), handlers.answered !== undefined];
}

function settle({ statements, outcome }: RecordedRow, result: Result): unknown {
  if ('answers' in result) {
    for (const [place, { handlers }] of statements.entries()) {
      const row = result.answers[place];
      if (row) handlers.answered?.([Object.values(row)] as unknown as Answer);
    }
    return undefined;
  }
  // If all statements succeeded that a use case sent before it threw, its own error counts
  if ('error' in outcome && result.step === statements.length) return outcome.error;
  const failed = statements[result.step]!;
  const error = caughtError({ ...result, query: failed.text });
  return failed.handlers.translateError?.(error) ?? error;
}
