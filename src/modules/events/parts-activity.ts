import { eq, type SQL, sql, type Table } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { relations } from '../../relations.ts';
import { referencesTo, tableOf } from './references-to.ts';
import { typesOfRows } from './row-types.ts';
import { events, projectOf, taskOf } from './tables.ts';

type Condition = (event: Table) => SQL;

/** The condition on events about the parts of a task or of a project; undefined for objects of other types. */
export function ofParts(resourceType: string, id: string): Condition | undefined {
  if (resourceType === 'Task') return (event) => eq(taskOf(event as typeof events), id);
  if (resourceType === 'Project') return (event) => ofProject(event as typeof events, id);
  return undefined;
}

const part = alias(events, 'part');

/**
 * An event names the project of its object only if the object was created, moved or deleted. So the objects are found
 * first: those that an event placed in the project, and those that are in it now (an import may have created them
 * without an event for each). Then their events are found, and those of objects that are parts of their tasks.
 */
function ofProject(event: typeof events, id: string): SQL {
  const parts = sql`select ${part.resourceType} as type, ${part.resourceId} as id from ${events} "part"
    where ${projectOf(part)} = ${id} union ${sql.join(present(id), sql` union `)}`;
  const key = sql`(${event.era}, ${event.xid}, ${event.seq})`;
  const about = alias(events, 'about');
  const found = sql`select ${about.era}, ${about.xid}, ${about.seq} from`;
  return sql`${key} in (with parts as (${parts})
    ${found} ${events} "about" join parts on ${about.resourceType} = parts.type and ${about.resourceId} = parts.id
    union ${found} ${events} "about" join parts on parts.type = 'Task' and ${taskOf(about)} = parts.id::text
    union ${found} ${events} "about" where ${projectOf(about)} = ${id})`;
}

/** Tables that refer to projects without being parts of them: people read these apart. */
const noParts: ReadonlySet<string> = new Set(['notifications']);

/** Selects the objects that are in the project now, of every type that refers to projects. */
function present(projectId: string): SQL[] {
  return referencesTo(relations.projects.table).flatMap(({ table, column }) => {
    const type = typesOfRows().find((each) => each.table === table && each.module === undefined);
    if (!type || noParts.has(table)) return [];
    const name = sql.raw(`'${type.typename}'`);
    return [sql`select ${name}, ${tableOf(table).id} from ${tableOf(table)} where ${column} = ${projectId}`];
  });
}
