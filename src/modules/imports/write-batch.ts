import { constraintOf, toAppError } from '../../db/pg-errors.ts';
import { AppError, type ErrorCode } from '../../lib/errors.ts';
import { Changes } from './changes.ts';
import type { ImportRecord } from './records.ts';
import type { RefusedRow } from './tables.ts';
import type { WriteContext } from './write-context.ts';
import { writeDependencies } from './write-dependencies.ts';
import { writeChannels, writeMessages } from './write-messages.ts';
import { writeMilestones, writeMilestoneTasks } from './write-milestones.ts';
import { writePeople } from './write-people.ts';
import { writeProjects } from './write-projects.ts';
import { writeChecklists, writeComments } from './write-task-parts.ts';
import { writeTasks } from './write-tasks.ts';
import { writeTime } from './write-time.ts';

/** Errors that the values of a row can cause; all others end the import. */
const rowErrors: ReadonlySet<ErrorCode> = new Set([
  'BAD_INPUT',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'CODE_EXHAUSTED',
  'INVALID_STATE',
  'CYCLE',
]);

type Target = Omit<WriteContext, 'changes'>;
interface Written {
  changes: Changes;
  refused: RefusedRow[];
}

/**
 * Writes rows inside a savepoint. If one of them fails, halves the batch recursively to find the failing rows, which
 * are returned with the reason; the others are written.
 */
export async function writeBatch(target: Target, records: readonly ImportRecord[]): Promise<Written> {
  const changes = new Changes();
  try {
    await target.tx.transaction(() => writeRecords({ ...target, changes }, records));
    return { changes, refused: [] };
  } catch (error) {
    target.known.forget();
    const reason = reasonOf(error);
    if (records.length === 1) return { changes: new Changes(), refused: [refusal(records[0]!, reason)] };
  }
  const middle = records.length >> 1;
  const first = await writeBatch(target, records.slice(0, middle));
  const second = await writeBatch(target, records.slice(middle));
  first.changes.addAll(second.changes);
  return { changes: first.changes, refused: [...first.refused, ...second.refused] };
}

async function writeRecords(context: WriteContext, records: readonly ImportRecord[]): Promise<void> {
  await writePeople(context, present(records.flatMap(({ people }) => people)));
  await writeProjects(context, records);
  await writeMilestones(context, records);
  const tasks = present(records.map(({ task }) => task));
  const taskIds = tasks.length > 0 ? await writeTasks(context, tasks) : new Map<string, string>();
  await writeMilestoneTasks(context, tasks, taskIds);
  await writeComments(context, present(records.flatMap(({ comments }) => comments)), taskIds);
  await writeChecklists(context, present(records.flatMap(({ checklistItems }) => checklistItems)), taskIds);
  const time = present(records.map(({ time }) => time));
  if (time.length > 0) await writeTime(context, time, taskIds);
  await writeChannels(context, present(records.map(({ channel }) => channel)));
  const messages = present(records.flatMap(({ messages }) => messages));
  if (messages.length > 0) await writeMessages(context, messages);
  await writeDependencies(context, present(records.flatMap(({ dependencies }) => dependencies)));
}

const refusal = ({ line, file }: ImportRecord, reason: string): RefusedRow => ({
  line,
  reason,
  ...(file !== undefined && { file }),
});

const present = <T>(values: readonly (T | undefined)[]): T[] => values.filter((value) => value !== undefined);

/** The reason for which a row was rejected. Rethrows an error that no row can cause. */
function reasonOf(error: unknown): string {
  const known = toAppError(error);
  if (!(known instanceof AppError) || !rowErrors.has(known.code)) throw error;
  const constraint = constraintOf(error);
  return constraint ? `${known.message} (${constraint})` : known.message;
}
