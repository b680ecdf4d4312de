import { guardDb } from '../../access/guarded-db.ts';
import { noViewer } from '../../graphql/context.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { notFound } from '../../lib/errors.ts';
import { type Html, html } from '../../lib/html.ts';
import { isUuid } from '../../lib/ids.ts';
import type { Language } from '../../lib/language.ts';
import type { TenantDb } from '../../tenancy/tenant-session.ts';
import type { Route } from '../routes/route.ts';
import type { Page } from './layout.ts';
import { type PageOptions, pageAnswer, pageRoute } from './page-route.ts';

const texts = {
  en: {
    ...{ title: 'Activity report', person: 'Person', client: 'Client', project: 'Project', month: 'Month' },
    ...{ day: 'Day', hours: 'Hours', days: 'Days', total: 'Total', hidden: 'not shown to you' },
    ...{ signed: 'Signed by', on: 'on', unsigned: 'Not signed', hash: 'SHA-256 of the signed content' },
  },
  fr: {
    ...{ title: 'Compte rendu d’activité', person: 'Intervenant', client: 'Client', project: 'Projet', month: 'Mois' },
    ...{ day: 'Jour', hours: 'Heures', days: 'Jours', total: 'Total', hidden: 'non visible pour vous' },
    ...{ signed: 'Signé par', on: 'le', unsigned: 'Non signé', hash: 'SHA-256 du contenu signé' },
  },
};

/** `/t/<slug>/activity-reports/<id>`: a report for printing on A4, with what the visitor sees of it in the graph. */
export const activityReportRoute = (options: PageOptions): Route =>
  pageRoute(
    options,
    { path: '/activity-reports/:id', underTenant: true, methods: ['GET'] },
    async ({ params, caller: { request, language } }) => {
      const { tenant, viewer, binding } = request;
      if (!tenant || !viewer) throw noViewer(request);
      const id = params.id!;
      const { roleClass } = viewer;
      const report = isUuid(id)
        ? await binding.read(tenant, (db) => readReport(db, viewer, id), { roleClass })
        : undefined;
      if (!report) throw notFound('ActivityReport');
      return pageAnswer(language, reportPage(language, tenant.timeZone, report));
    },
  );

interface Report {
  month: string;
  status: string;
  /** Of a signed report; reports that were signed before these names were kept have none. */
  projectName: string | null;
  clientName: string | null;
  signerName: string | null;
  signedAt: Date | null;
  contentHash: string | null;
  profile: { firstName: string; lastName: string } | null;
  project: { name: string; client: { name: string } | null } | null;
  lines: { day: string; hours: string; halfDays: number }[];
}

/** Through the guarded client, which leaves out what the visitor may not see. */
async function readReport(db: TenantDb, viewer: Viewer, id: string): Promise<Report | undefined> {
  const row = await guardDb(db, viewer).query.activityReports.findFirst({
    where: { id },
    with: { profile: true, project: { with: { client: true } }, lines: { orderBy: { day: 'asc' } } },
  });
  return row as Report | undefined;
}

function reportPage(language: Language, timeZone: string, report: Report): Page {
  const text = texts[language];
  const halves = report.lines.reduce((sum, { halfDays }) => sum + halfDays, 0);
  const days = (half: number) => (half / 2).toLocaleString(language);
  const month = new Date(`${report.month}T00:00:00Z`).toLocaleDateString(language, {
    ...{ month: 'long', year: 'numeric', timeZone: 'UTC' },
  });
  const { profile, project } = report;
  const facts: [string, string | null | undefined][] = [
    [text.person, profile ? `${profile.firstName} ${profile.lastName}`.trim() : undefined],
    [text.client, project?.client && (report.clientName ?? project.client.name)],
    [text.project, project && (report.projectName ?? project.name)],
    [text.month, month],
  ];
  const content = html`<dl class="facts">
${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value ?? text.hidden}</dd>`)}
</dl>
<table class="report">
<thead><tr><th scope="col">${text.day}</th><th scope="col">${text.hours}</th><th scope="col">${text.days}</th></tr></thead>
<tbody>${report.lines.map(
    ({ day, hours, halfDays }) => html`<tr><td>${day}</td><td>${hours}</td><td>${days(halfDays)}</td></tr>`,
  )}</tbody>
<tfoot><tr><th scope="row" colspan="2">${text.total}</th><td>${days(halves)}</td></tr></tfoot>
</table>
${signature(language, timeZone, report)}`;
  return { title: text.title, content };
}

function signature(language: Language, timeZone: string, { signerName, signedAt, contentHash }: Report): Html {
  const text = texts[language];
  if (!signedAt) return html`<p class="soft">${text.unsigned}</p>`;
  const at = signedAt.toLocaleString(language, { dateStyle: 'long', timeStyle: 'short', timeZone });
  return html`<p>${text.signed} ${signerName ?? ''} ${text.on} ${at}</p>
<p class="soft hash">${text.hash}: ${contentHash ?? ''}</p>`;
}
