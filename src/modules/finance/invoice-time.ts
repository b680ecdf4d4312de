import { and, asc, between, eq, inArray, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { lockRule } from '../../access/rule-lock.ts';
import { lockVisible } from '../../access/visible-rows.ts';
import { defineMutation } from '../../graphql/declare/mutation.ts';
import { changed } from '../../graphql/declare/payload.ts';
import { rowId } from '../../graphql/declare/resource/row-id.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { firstCharacters } from '../../lib/characters.ts';
import { addDecimals, formatDecimal, quotientOf, toDecimal, zero } from '../../lib/decimal.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { dayField, decimalField, uuidField } from '../../lib/fields.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { calendarsOf } from '../people/calendars-of.ts';
import { profiles } from '../people/tables.ts';
import { projectAssignments, projects } from '../projects/tables.ts';
import { timeEntries } from '../time/tables.ts';
import { Invoice } from './invoice.ts';
import { InvoiceLine } from './invoice-line.ts';
import { chargeEntries } from './invoiced-time-entry.ts';
import { rateOn } from './rate-on.ts';
import { invoicedTimeEntries } from './tables.ts';

/** The most time entries of an invoice. */
const mostEntries = 5_000;
/** The most characters of the name of a line. A person's first and last name together may be longer. */
const mostNameCharacters = 200;

const input = z.object({
  projectId: uuidField,
  fromDate: dayField,
  toDate: dayField,
  dayRate: decimalField(2, { min: 0, max: 999_999_999 }).nullish(),
  vatRate: decimalField(2, { min: 0, max: 100 }),
});

defineMutation('invoiceTime', {
  description:
    'Makes a draft of an invoice from the validated, billable time of a project in a period that no invoice charges yet: a ' +
    'line for each person and rate, in days of the person’s calendar. Fails with INVALID_STATE if there is none, and for ' +
    'time without a rate. Needs invoice:write.',
  permission: 'invoice:write',
  module: 'finance',
  input: (t) => ({
    projectId: rowId(t, 'projects', { required: true, description: 'The project.' }),
    fromDate: t.field({ type: 'LocalDate', required: true, description: 'First day of the period.' }),
    toDate: t.field({ type: 'LocalDate', required: true, description: 'Last day of the period.' }),
    dayRate: t.field({
      type: 'Decimal',
      description: 'Price of a day for people whose assignment has no `saleRate` on the day; none by default.',
    }),
    vatRate: t.field({ type: 'Decimal', required: true, description: 'Rate of VAT in percent (category S).' }),
  }),
  run: ({ tx, viewer }, given) => invoiceTime(tx, viewer, given),
  payload: (t) => ({ invoice: changed(t, Invoice, 'invoices') }),
});

async function invoiceTime(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  const { projectId, fromDate, toDate, dayRate, vatRate } = checkInput(input, raw);
  if (toDate < fromDate) throw badInput('must not be before fromDate', 'input.toDate');
  // Two invoices of one project at once: the second waits, and then finds what the first one charges
  lockRule(tx, `time to invoice ${projectId}`);
  // Its client is still that of the invoice when the transaction ends
  const { clientId } = await lockVisible(tx, viewer, projects, projectId, 'Project', 'input.projectId');
  const entries = await lockEntries(tx, projectId, fromDate, toDate);
  if (!entries.length) throw new AppError('INVALID_STATE', 'There is no time to invoice', { field: 'input.projectId' });
  if (entries.length > mostEntries) throw badInput(`leaves more than ${mostEntries} time entries`, 'input.toDate');
  const groups = await groupsOf(tx, projectId, entries, dayRate);
  const draft = await Invoice.create(tx, viewer, { clientId, projectId, periodStart: fromDate, periodEnd: toDate });
  for (const { name, quantity, rate, ids } of groups) {
    const line = { invoiceId: draft.id, name, quantity, unit: 'DAY', unitPrice: rate, vatRate } as const;
    const { id } = await InvoiceLine.create(tx, viewer, line);
    await chargeEntries(
      tx,
      viewer,
      ids.map((timeEntryId) => ({ invoiceLineId: id, timeEntryId })),
    );
  }
  return draft;
}

/** Locked in the order of a review, so that none is reopened meanwhile. */
const lockEntries = (tx: TenantTx, projectId: string, fromDate: string, toDate: string) =>
  tx
    .select({
      id: timeEntries.id,
      profileId: timeEntries.profileId,
      workDate: timeEntries.workDate,
      hours: timeEntries.hours,
    })
    .from(timeEntries)
    .where(
      and(
        eq(timeEntries.projectId, projectId),
        between(timeEntries.workDate, fromDate, toDate),
        eq(timeEntries.status, 'VALIDATED'),
        eq(timeEntries.billable, true),
        sql`not exists (select from ${invoicedTimeEntries}
          where ${and(eq(invoicedTimeEntries.timeEntryId, timeEntries.id), isNull(invoicedTimeEntries.releasedAt))})`,
      ),
    )
    .orderBy(asc(timeEntries.id))
    .limit(mostEntries + 1)
    .for('no key update');

type Entry = Awaited<ReturnType<typeof lockEntries>>[number];

/** The time by person and rate, with its days: hours over the hours of a day in the person's calendar. */
async function groupsOf(
  tx: TenantTx,
  projectId: string,
  entries: readonly Entry[],
  dayRate: string | null | undefined,
) {
  const people = [...new Set(entries.map(({ profileId }) => profileId))];
  const calendarOf = await calendarsOf(tx, people);
  const names = await tx
    .select({ id: profiles.id, firstName: profiles.firstName, lastName: profiles.lastName })
    .from(profiles)
    .where(inArray(profiles.id, people));
  const assignments = await tx
    .select()
    .from(projectAssignments)
    .where(eq(projectAssignments.projectId, projectId))
    .orderBy(asc(projectAssignments.id));
  const priced = entries.map((entry) => {
    const rate = rateOn(assignments, entry) ?? dayRate;
    if (rate) return { ...entry, rate };
    const details = { field: 'input.dayRate', profileId: `Profile:${entry.profileId}`, workDate: entry.workDate };
    throw new AppError('INVALID_STATE', 'This person has no rate on this day', details);
  });
  const groups = Map.groupBy(priced, ({ profileId, rate }) => `${profileId} ${rate}`);
  return [...groups.values()].map((group) => {
    const { profileId, rate } = group[0]!;
    const person = names.find(({ id }) => id === profileId)!;
    const hours = group.reduce((sum, entry) => addDecimals(sum, toDecimal(entry.hours)), zero);
    const days = quotientOf(hours, toDecimal(calendarOf(profileId).hoursPerDay), 4);
    return {
      name: firstCharacters(`${person.firstName} ${person.lastName ?? ''}`.trim(), mostNameCharacters),
      ...{ rate, quantity: formatDecimal(days), ids: group.map(({ id }) => id) },
    };
  });
}
