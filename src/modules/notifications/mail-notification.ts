import { guardDb } from '../../access/guarded-db.ts';
import { findMemberViewer } from '../../identity/find-member-viewer.ts';
import type { JobKind } from '../../jobs/job-kind.ts';
import { languageOf } from '../../lib/language.ts';
import type { MailLinks } from '../../mail/links.ts';
import type { Mailer } from '../../mail/mailer.ts';
import { notificationMail } from '../../mail/messages.ts';
import type { TenantBinding } from '../../tenancy/binding.ts';
import type { Catalog } from '../../tenancy/catalog.ts';
import { linkColumns, linkOf } from './link-of.ts';
import { mailJob } from './notify.ts';
import { titleIn } from './titles.ts';

interface MailOptions {
  binding: TenantBinding;
  catalog: Catalog;
  mailer: Mailer;
  links: MailLinks;
}

/**
 * Mails a notification to its person, with the rights that the person has now: nothing about an object that they no
 * longer see, and nothing that they have read meanwhile. If the process dies after the mail was sent, it is sent again.
 */
export const mailNotifications = ({ binding, catalog, mailer, links }: MailOptions): JobKind => ({
  name: mailJob,
  async run({ tenant, payload, signal }) {
    const { notificationId: id, profileId } = payload as { notificationId: string; profileId: string };
    const found = await findMemberViewer(catalog, tenant.id, profileId);
    if (!found) return undefined;
    const { viewer, locale } = found;
    const columns = { title: true, message: true, metadata: true, readAt: true, ...linkColumns } as const;
    const notification = await binding.read(
      tenant,
      (db) => guardDb(db, viewer).query.notifications.findFirst({ columns, where: { id } }),
      { roleClass: 'job', signal },
    );
    if (!notification || notification.readAt) return undefined;
    const language = languageOf(locale ?? tenant.locale);
    await mailer.send(
      notificationMail({
        to: viewer.email,
        language,
        link: links.open(linkOf(notification) ?? '/'),
        organization: tenant.name,
        title: titleIn(language, notification),
        object: notification.message,
      }),
    );
    return undefined;
  },
});
