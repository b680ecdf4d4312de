import type { InferSelectModel } from 'drizzle-orm';
import { guardDb } from '../../access/guarded-db.ts';
import { noViewer } from '../../graphql/context.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { notFound } from '../../lib/errors.ts';
import { type Html, html } from '../../lib/html.ts';
import { isUuid } from '../../lib/ids.ts';
import type { Language } from '../../lib/language.ts';
import type { invoiceLines, invoices, Party } from '../../modules/finance/tables.ts';
import type { TenantDb } from '../../tenancy/tenant-session.ts';
import type { Route } from '../routes/route.ts';
import { type InvoiceText, invoiceTexts } from './invoice-texts.ts';
import type { Page } from './layout.ts';
import { type PageOptions, pageAnswer, pageRoute } from './page-route.ts';

type Printed = InferSelectModel<typeof invoices> & {
  client: { name: string } | null;
  creditedInvoice: { number: string | null; issueDate: string | null } | null;
  lines: InferSelectModel<typeof invoiceLines>[];
};

/** `/t/<slug>/invoices/<id>`: an invoice or credit note for printing on A4, for whoever sees it in the graph. */
export const invoiceRoute = (options: PageOptions): Route =>
  pageRoute(
    options,
    { path: '/invoices/:id', underTenant: true, methods: ['GET'] },
    async ({ params, caller: { request, language } }) => {
      const { tenant, viewer, binding } = request;
      if (!tenant || !viewer) throw noViewer(request);
      const id = params.id!;
      const { roleClass } = viewer;
      // Without the module, its tables may not exist
      const invoice =
        isUuid(id) && viewer.modules.has('finance')
          ? await binding.read(tenant, (db) => readInvoice(db, viewer, id), { roleClass })
          : undefined;
      if (!invoice) throw notFound('Invoice');
      return pageAnswer(language, invoicePage(language, tenant.currency, invoice));
    },
  );

/** Through the guarded client, which leaves out what the visitor may not see. */
async function readInvoice(db: TenantDb, viewer: Viewer, id: string): Promise<Printed | undefined> {
  const row = await guardDb(db, viewer).query.invoices.findFirst({
    where: { id },
    with: { client: true, creditedInvoice: true, lines: { orderBy: { position: 'asc', id: 'asc' } } },
  });
  return row as Printed | undefined;
}

/** Formats the text of a decimal exactly: numbers of JavaScript would lose digits of large amounts. */
const decimal = (language: Language, value: string, options: Intl.NumberFormatOptions = {}): string =>
  new Intl.NumberFormat(language, options).format(value as `${number}`);

function invoicePage(language: Language, ownCurrency: string, invoice: Printed): Page {
  const text = invoiceTexts[language];
  const amount = (value: string, currency = invoice.currency) =>
    decimal(language, value, { style: 'currency', currency, minimumFractionDigits: 2 });
  const { seller, buyer, number, lines } = invoice;
  const title = [text.kinds[invoice.kind], number ?? text.draft].join(' ');
  const foreign = invoice.currency !== ownCurrency;
  const content = html`${party(text, text.seller, seller)}
${buyer ? party(text, text.buyer, { ...buyer, iban: null }) : html`<p>${text.buyer}: ${invoice.client?.name ?? ''}</p>`}
${factsOf(text, invoice)}
<table class="report">
<thead><tr>${[text.name, text.quantity, text.price, text.discount, text.rate, text.net].map(
    (name) => html`<th scope="col">${name}</th>`,
  )}</tr></thead>
<tbody>${lines.map((line) => lineOf(language, text, line, amount))}</tbody>
</table>
<table class="report">
<thead><tr><th scope="col">${text.rate}</th><th scope="col">${text.basis}</th><th scope="col">${text.vat}</th></tr></thead>
<tbody>${invoice.vatLines.map(
    ({ vatCategory, vatRate, basis, amount: vat, exemptionReason }) =>
      html`<tr><td>${rateOf(language, vatCategory, vatRate)} ${exemptionReason ?? ''}</td><td>${amount(basis)}</td><td>${amount(vat)}</td></tr>`,
  )}</tbody>
</table>
<dl class="facts">
<dt>${text.netTotal}</dt><dd>${amount(invoice.netTotal)}</dd>
<dt>${text.vatTotal}</dt><dd>${amount(invoice.vatTotal)}</dd>
${foreign && html`<dt>${text.vatIn} ${ownCurrency}</dt><dd>${amount(invoice.convertedVatTotal, ownCurrency)}</dd>`}
<dt>${text.grossTotal}</dt><dd><strong>${amount(invoice.grossTotal)}</strong></dd>
</dl>
${mentions(text, invoice)}`;
  return { title, content };
}

type Amount = (value: string) => string;

function lineOf(language: Language, text: InvoiceText, line: Printed['lines'][number], amount: Amount): Html {
  const { kind, name, quantity, unit, unitPrice, discount, vatCategory, vatRate, netAmount } = line;
  const reason = kind === 'ITEM' ? name : `${kind === 'ALLOWANCE' ? text.allowance : text.charge}: ${name}`;
  const price = decimal(language, unitPrice, { minimumFractionDigits: 2, maximumFractionDigits: 6 });
  const count = decimal(language, quantity, { maximumFractionDigits: 4 });
  const isDiscounted = !/^0(\.0+)?$/.test(discount);
  return html`<tr><td>${reason}</td><td>${count} ${text.units[unit]}</td><td>${price}</td>
<td>${isDiscounted && amount(discount)}</td><td>${rateOf(language, vatCategory, vatRate)}</td>
<td>${kind === 'ALLOWANCE' && '−'}${amount(netAmount)}</td></tr>`;
}

const rateOf = (language: Language, category: string, rate: string | null): string =>
  rate === null ? category : `${decimal(language, rate, { maximumFractionDigits: 2 })} %`;

function party(text: InvoiceText, title: string, of: Party | null): Html | undefined {
  if (!of) return undefined;
  const form = [of.legalForm, of.shareCapital && `${text.capital} ${of.shareCapital}`].filter(Boolean).join(', ');
  const details = [
    form,
    of.street,
    [of.postalCode, of.city, of.countryCode].filter(Boolean).join(' '),
    of.siret ? `SIRET ${of.siret}` : of.siren && `SIREN ${of.siren}`,
    of.siret && of.siren && `SIREN ${of.siren}`,
    of.vatNumber && `${text.vatNumber} ${of.vatNumber}`,
    of.iban && `IBAN ${of.iban}${of.bic ? ` BIC ${of.bic}` : ''}`,
  ];
  const shown = details.filter((each): each is string => Boolean(each));
  return html`<p>${title}: <strong>${of.legalName}</strong>${shown.map((detail) => html`<br>${detail}`)}</p>`;
}

function factsOf(text: InvoiceText, invoice: Printed): Html {
  const { creditedInvoice, periodStart, periodEnd, buyer } = invoice;
  const facts: [string, string | null | undefined | false][] = [
    [text.number, invoice.number ?? text.draft],
    [text.date, invoice.issueDate],
    [text.due, invoice.dueDate],
    [text.period, (periodStart || periodEnd) && `${periodStart ?? ''} – ${periodEnd ?? ''}`],
    [text.order, invoice.orderNumber],
    [text.reference, buyer?.buyerReference],
    [text.credits, creditedInvoice && `${creditedInvoice.number} (${creditedInvoice.issueDate})`],
  ];
  const known = facts.filter(([, value]) => value);
  return html`<dl class="facts">${known.map(([name, value]) => html`<dt>${name}</dt><dd>${value || ''}</dd>`)}</dl>`;
}

/** What the law asks for besides the amounts. Terms of late payment are between businesses. */
function mentions(text: InvoiceText, { note, vatLines, seller, buyer, kind, contentHash }: Printed): Html {
  const said = [
    note,
    // Categories K and G are of goods
    !vatLines.some(({ vatCategory }) => vatCategory === 'K' || vatCategory === 'G') && text.services,
    vatLines.some(({ vatCategory }) => vatCategory === 'AE') && text.reverseCharge,
    seller?.vatOnDebits && text.onDebits,
    ...(kind === 'CREDIT_NOTE' || buyer?.consumer ? [] : [text.noDiscount, text.late]),
  ];
  const shown = said.filter((each): each is string => Boolean(each));
  return html`${shown.map((each) => html`<p>${each}</p>`)}
${contentHash !== null && html`<p class="soft hash">${text.hash}: ${contentHash}</p>`}`;
}
