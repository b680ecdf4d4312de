import { type SQL, sql } from 'drizzle-orm';
import { workCalendars } from '../calendars/tables.ts';
import { profiles } from '../people/tables.ts';
import { projectAssignments, projects } from '../projects/tables.ts';
import { settings } from '../settings/tables.ts';
import { timeEntries } from '../time/tables.ts';
import { expenses, invoiceLines, invoices, projectBudgets } from './tables.ts';

/**
 * Sums over the projects that meet the condition, in one statement. Each table is read once, and only for these
 * projects; who may see the sums is decided before. Time is worth what `invoiceTime` would charge: days of four digits
 * for each person and rate.
 */
export const summaryStatement = (visible: SQL | undefined, day: string): SQL => sql`
  with shown as materialized (select ${projects.id} from ${projects}${visible ? sql` where ${visible}` : sql``}),
  day_of as (select coalesce(
    (select hours_per_day from ${workCalendars} where is_default),
    (select (value #>> '{}')::numeric from ${settings} where key = 'hoursPerDay'
      and value #>> '{}' ~ '^[0-9]{1,2}([.][0-9]{1,2})?$' and value #>> '{}' !~ '^[0.]+$'), 8) as hours),
  rated as (
    select e.project_id, r.rate, sum(e.hours) as hours, coalesce(c.hours_per_day, (select hours from day_of)) as of_day
    from ${timeEntries} e join shown on shown.id = e.project_id join ${profiles} p on p.id = e.profile_id
    left join ${workCalendars} c on c.id = p.calendar_id
    left join lateral (
      select a.sale_rate as rate from ${projectAssignments} a
      where a.project_id = e.project_id and a.profile_id = e.profile_id and a.sale_rate is not null
        and e.work_date between coalesce(a.from_date, '-infinity') and coalesce(a.to_date, 'infinity')
      order by coalesce(a.from_date, '-infinity') desc, a.id limit 1) r on true
    where e.status = 'VALIDATED' and e.billable and e.work_date <= ${day}::date
    group by e.project_id, e.profile_id, r.rate, c.hours_per_day),
  worked as (
    select project_id, sum(round(round(hours / of_day, 4) * rate, 2)) as worth,
      sum(hours) filter (where rate is null) as unrated
    from rated group by project_id),
  spent as (
    select x.project_id, sum(x.net_amount) as worth from ${expenses} x join shown on shown.id = x.project_id
    where x.status = 'APPROVED' and x.billable and x.spent_on <= ${day}::date group by x.project_id),
  budget as (
    select distinct on (b.project_id) b.project_id, b.sale_total, b.billing, b.percent_complete
    from ${projectBudgets} b join shown on shown.id = b.project_id order by b.project_id, b.revision desc),
  issued as (
    select i.id, i.kind, i.project_id, i.converted_net_total as net, i.credited_invoice_id, i.status = 'CREDITED'
      and not exists (select from ${invoices} n where n.credited_invoice_id = i.id and n.issue_date > ${day}::date) as undone
    from ${invoices} i where i.number is not null and i.issue_date <= ${day}::date),
  taken_back as (
    select final.project_id, l.down_payment_id, -round(l.net_amount * i.exchange_rate, 2) as net
    from ${invoiceLines} l join issued final on final.id = l.invoice_id and not final.undone
    join ${invoices} i on i.id = final.id where l.down_payment_id is not null),
  moved as (
    select project_id, case when kind = 'INVOICE' then net else 0 end as invoiced,
      case when kind = 'DOWN_PAYMENT' then net else 0 end as down
    from issued where kind <> 'CREDIT_NOTE'
    union all
    select o.project_id, case when o.kind = 'INVOICE' then -n.net else 0 end,
      case when o.kind = 'DOWN_PAYMENT' then -n.net else 0 end
    from issued n join ${invoices} o on o.id = n.credited_invoice_id
    union all
    select project_id, net, 0 from taken_back
    union all
    select d.project_id, 0, -t.net from taken_back t join ${invoices} d on d.id = t.down_payment_id),
  billed as (
    select m.project_id, sum(m.invoiced) as invoiced, sum(m.down) as down
    from moved m join shown on shown.id = m.project_id group by m.project_id),
  each as (
    select coalesce(billed.invoiced, 0) as invoiced, coalesce(billed.down, 0) as down,
      coalesce(budget.sale_total, 0) as sale, coalesce(worked.unrated, 0) as unrated,
      case budget.billing
        when 'INTERNAL' then 0
        when 'FIXED_PRICE' then
          round(budget.sale_total * coalesce(budget.percent_complete, 0) / 100, 2) + coalesce(spent.worth, 0)
        else coalesce(worked.worth, 0) + coalesce(spent.worth, 0) end as produced
    from shown left join worked on worked.project_id = shown.id left join spent on spent.project_id = shown.id
    left join budget on budget.project_id = shown.id left join billed on billed.project_id = shown.id)
  select count(*)::int as projects, trim_scale(coalesce(sum(produced), 0))::text as "producedTotal",
    trim_scale(coalesce(sum(invoiced), 0))::text as "invoicedTotal",
    trim_scale(coalesce(sum(greatest(produced - invoiced, 0)), 0))::text as "toBeInvoiced",
    trim_scale(coalesce(sum(greatest(invoiced - produced, 0)), 0))::text as "deferred",
    trim_scale(coalesce(sum(down), 0))::text as "downPaymentTotal",
    trim_scale(coalesce(sum(sale), 0))::text as "saleTotal",
    trim_scale(round(100 * sum(produced) / nullif(sum(sale), 0), 2))::text as "burnPercent",
    trim_scale(coalesce(sum(unrated), 0))::text as "unratedHours"
  from each`;
