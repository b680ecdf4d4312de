import { getColumns, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { given, Statement } from '../../access/statement.ts';
import type { Answer } from '../../db/slot.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { columnValue, valuesOf } from '../events/row-events.ts';
import { type EventMetadata, events } from '../events/tables.ts';
import { jobs } from '../jobs/tables.ts';
import { profiles } from '../people/tables.ts';
import { type notificationMedia, notificationPreferences, notifications, type notificationTypes } from './tables.ts';

type Column = keyof typeof notifications.$inferSelect;
type Medium = (typeof notificationMedia)[number];
type About = Extract<Column, `about${string}`>;

export interface Kind {
  /** The action of the event that causes it. */
  event: string;
  type: (typeof notificationTypes)[number];
  title: string;
  /** The column that refers to the object. */
  about: About;
  /** SQL with the name of the object, whose id is `aboutId`. */
  message: SQL;
  /** A subquery: the ids of the people, who are notified if they are members. The person who did it never is. */
  recipients: SQL;
  /** SQL with the text by which unread notifications are grouped; by default the id of the object. */
  groupBy?: SQL;
}

export interface Happened {
  aboutId: string;
  /** The people, for kinds whose recipients are `givenPeople`. */
  people?: readonly string[];
  details?: EventMetadata;
}

type Given = Record<'actorId' | 'aboutId' | 'people' | 'metadata' | 'now' | 'timeZone', unknown>;

export const aboutId = sql`${given('aboutId')}::uuid`;
/** The kind of the jobs that mail a notification. */
export const mailJob = 'notification.mail';
/** The people that `Happened` names. */
export const givenPeople = sql`select each::uuid from jsonb_array_elements_text(${given('people')}::jsonb) as each`;
/** The day in the organization's time zone. */
export const today = sql`(${given('now')}::timestamptz at time zone ${given('timeZone')}::text)::date`;

/**
 * Declares a kind of notification. The returned function sends one statement, in the transaction of the change and
 * without waiting for its answer, that notifies the people and records an event for each. Changes by the system and by
 * imports notify nobody: an import may change thousands of objects that everybody knows.
 */
export function defineNotification(kind: Kind): (tx: TenantTx, viewer: Viewer | null, what: Happened) => void {
  // Made at the first use, because the names in an event come from the relations of all modules
  let statement: Statement<Given> | undefined;
  return (tx, viewer, what) => {
    if (!viewer) return;
    statement ??= new Statement<Given>(statementOf(kind));
    const { people = [], details = {} } = what;
    const values: Given = {
      actorId: viewer.profileId,
      aboutId: what.aboutId,
      people: JSON.stringify(people),
      metadata: JSON.stringify({ event: kind.event, ...details }),
      now: new Date().toISOString(),
      timeZone: tx.timeZone,
    };
    const answered = (mails: Answer): void => {
      if (mails.length > 0) tx.hasNewJobs = true;
    };
    statement.send(tx, values, { answered });
  };
}

const changedByRepeating = ['message', 'metadata', 'actorId', 'aboutMessageId', 'occurrences', 'happenedAt'] as const;

/**
 * Inserts a notification for each person, or adds to their unread one with the same key, and a job for each that is to
 * be mailed. The event of one that was
 * added to has its former values, unless another transaction inserted it at the same time.
 */
function statementOf({ event, type, title, about, message, recipients, groupBy }: Kind): SQL {
  const text = (value: string): SQL => sql.raw(`'${value.replaceAll("'", "''")}'::text`);
  const names = (keys: readonly Column[]): SQL =>
    sql.join(
      keys.map((key) => sql.identifier(notifications[key].name)),
      sql`, `,
    );
  const key = sql`(${text(`${event}:`)} || ${groupBy ?? sql`${given('aboutId')}::text`})`;
  const now = sql`${given('now')}::timestamptz`;
  const columns = [
    ...(['id', 'profileId', 'type', 'title', 'message', 'metadata', 'actorId', about] as const),
    ...(['groupKey', 'happenedAt', 'createdAt', 'updatedAt'] as const),
  ] as const;
  const repeated = changedByRepeating.filter((each) => !each.startsWith('about') || each === about);
  const set = repeated.map((each) => {
    const name = sql.identifier(notifications[each].name);
    return each === 'occurrences' ? sql`${name} = ${notifications[each]} + 1` : sql`${name} = excluded.${name}`;
  });
  const earlierValues = sql.join(
    repeated.map((each) =>
      columnValue('notifications', notifications[each], sql`earlier.${sql.identifier(notifications[each].name)}`),
    ),
    sql` || `,
  );
  const chosen = (medium: Medium, person: PgColumn): SQL => sql`select from ${notificationPreferences}
    where ${notificationPreferences.profileId} = ${person} and ${notificationPreferences.type} = ${text(type)}
      and ${notificationPreferences.medium} = ${text(medium)}`;
  const refused = sql`${chosen('IN_APP', profiles.id)} and not ${notificationPreferences.enabled}`;
  return sql`with earlier as (
      select ${names(['id', ...repeated])} from ${notifications} where ${notifications.groupKey} = ${key} and ${notifications.readAt} is null),
    added as (
      insert into ${notifications} (${names(columns)})
      select gen_random_uuid(), ${profiles.id}, ${text(type)}, ${text(title)}, ${message}, ${given('metadata')}::jsonb,
        ${given('actorId')}::uuid, ${aboutId}, ${key}, ${now}, ${now}, ${now}
      from ${profiles}
      where ${profiles.id} in (${recipients}) and ${profiles.id} <> ${given('actorId')}::uuid
        and ${profiles.userId} is not null and ${profiles.leftAt} is null and not exists (${refused})
      order by ${profiles.id}
      on conflict (${names(['groupKey', 'profileId'])}) where read_at is null
      do update set ${sql.join(set, sql`, `)}, ${sql.identifier('updated_at')} = excluded.${sql.identifier('updated_at')}
      returning ${names(Object.keys(getColumns(notifications)) as Column[])}),
    logged as (insert into ${events} (id, actor_id, action, resource_type, resource_id, before, after)
    select gen_random_uuid(), ${given('actorId')}::uuid, 'notification.added', 'Notification', ${notifications.id},
      case when earlier.id is not null then ${earlierValues} when ${notifications.occurrences} > 1
        then ${columnValue('notifications', notifications.occurrences, sql`${notifications.occurrences} - 1`)} end,
      ${valuesOf('notifications')}
    from added as ${notifications} left join earlier on earlier.id = ${notifications.id})
    insert into ${jobs} (id, kind, payload, run_at)
    select gen_random_uuid(), ${text(mailJob)},
      jsonb_build_object('notificationId', ${notifications.id}, 'profileId', ${notifications.profileId}), ${now}
    from added as ${notifications} where ${notifications.occurrences} = 1
      and exists (${chosen('EMAIL', notifications.profileId)} and ${notificationPreferences.enabled})
    returning ${jobs.id}`;
}
