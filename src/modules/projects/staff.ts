import { sql } from 'drizzle-orm';
import { brokenRule, type Rule } from '../../access/requirements.ts';
import { given } from '../../access/statement.ts';
import { AppError } from '../../lib/errors.ts';
import { clients } from '../clients/tables.ts';
import { profiles } from '../people/tables.ts';
import { projects } from './tables.ts';

interface StaffOptions {
  /** The day of the work, which may be up to the day of leaving. If absent, the person must not have left. */
  day?: { workDate: string; timeZone: string };
  /** Whether a person who has left is accepted, because they are not newly chosen. */
  mayHaveLeft?: boolean;
  /** The project whose client's own contact is accepted. */
  contactOf?: string | null | undefined;
}

const hasLeft = sql`person.left_at is not null and not ${given('mayHaveLeft')}::boolean and (${given('staffDay')}::date is null
  or (person.left_at at time zone ${given('staffZone')}::text)::date < ${given('staffDay')}::date)`;

const isContact = sql`(person.is_client or exists (select 1 from ${clients} where ${clients.contactId} = person.id))
  and not exists (select 1 from ${clients} join ${projects} on ${projects.clientId} = ${clients.id}
    where ${clients.contactId} = person.id and ${projects.id} = ${given('contactOf')}::uuid)`;

const worksHere = sql`(
  select case when ${hasLeft} then ${brokenRule('staff', sql`(extract(epoch from person.left_at) * 1000)::bigint::text`)}
    when ${isContact} then ${brokenRule('staff', sql`''`)} else true end
  from (select ${profiles.id} as id, ${profiles.leftAt} as left_at, ${profiles.isClient} as is_client from ${profiles}
    where ${profiles.id} = ${given('staffId')} for share) as person)`;

/**
 * The rule that a person works for the organization: INVALID_STATE for people who have left, for CLIENT members and for
 * contacts of clients.
 */
export function staffRule(
  profileId: string | null | undefined,
  field: string,
  { day, mayHaveLeft = false, contactOf = null }: StaffOptions = {},
): Rule[] {
  if (!profileId) return [];
  const dayGiven = { staffDay: day?.workDate ?? null, staffZone: day?.timeZone ?? 'UTC' };
  return [
    {
      name: 'staff',
      holds: worksHere,
      given: { staffId: profileId, mayHaveLeft, contactOf, ...dayGiven },
      broken: (leftAt) => (leftAt ? hasLeftError(new Date(Number(leftAt)), field) : isContactError(field)),
    },
  ];
}

const hasLeftError = (leftAt: Date, field: string): AppError =>
  new AppError('INVALID_STATE', 'This person has left the organization', { field, leftAt: leftAt.toISOString() });

const isContactError = (field: string): AppError =>
  new AppError('INVALID_STATE', 'This person belongs to a client and does not work for the organization', { field });
