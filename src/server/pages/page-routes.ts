import { type ExplorerOptions, explorerRoute } from '../explorer/explorer-routes.ts';
import type { Route } from '../routes/route.ts';
import { activityReportRoute } from './activity-report-page.ts';
import { assetRoute } from './asset-routes.ts';
import { homeRoutes } from './home.ts';
import { invitationRoute } from './invitation-route.ts';
import { invoiceRoute } from './invoice-page.ts';
import { passwordRoutes } from './password-routes.ts';
import { verificationRoute } from './verification-route.ts';

/** The routes of all pages and their files. */
export const pageRoutes = (options: ExplorerOptions): Route[] => [
  ...homeRoutes(options),
  ...passwordRoutes(options),
  invitationRoute(options),
  verificationRoute(options),
  activityReportRoute(options),
  invoiceRoute(options),
  explorerRoute(options),
  assetRoute(),
];
