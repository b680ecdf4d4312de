import type { Language } from '../../lib/language.ts';
import type { EventMetadata } from '../events/tables.ts';

/** The titles in other languages than English, by the `event` of the metadata. */
const french: Readonly<Record<string, string>> = {
  'task.assigned': 'Une tâche vous a été confiée',
  'task.completed': 'Une tâche est terminée',
  'message.mentioned': 'Un message vous mentionne',
  'project.statusChanged': 'Le statut d’un projet a changé',
  'project.assigned': 'Vous êtes affecté à un projet',
  'milestone.reached': 'Un jalon est atteint',
  'timesheet.submitted': 'Une semaine attend votre validation',
  'timesheet.approved': 'Votre semaine a été validée',
  'timesheet.rejected': 'Votre semaine a été refusée',
  'timesheet.reopened': 'Votre semaine a été rouverte',
  'leaveRequest.requested': 'Une demande de congé attend votre validation',
  'leaveRequest.approved': 'Votre congé a été accepté',
  'leaveRequest.rejected': 'Votre congé a été refusé',
  'activityReport.submitted': 'Un compte rendu d’activité attend votre signature',
  'activityReport.signed': 'Votre compte rendu d’activité a été signé',
  'activityReport.returned': 'Votre compte rendu d’activité vous a été renvoyé',
};

/** The title of a notification in a language; in English if it is not translated. */
export const titleIn = (language: Language, { title, metadata }: { title: string; metadata: EventMetadata }): string =>
  (language === 'fr' && french[String(metadata.event)]) || title;
