import { encodeGlobalId } from '../../graphql/declare/global-id.ts';
import type { OwnMembership } from '../../identity/list-memberships.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { type Html, html } from '../../lib/html.ts';
import type { Language } from '../../lib/language.ts';
import type { Example } from './examples.ts';

/** What the tools above the editor offer. */
export interface ToolsView {
  language: Language;
  /** The slug of the open organization. */
  slug: string;
  memberships: readonly OwnMembership[];
  examples: readonly Example[];
}

const texts = {
  en: {
    organization: 'Organization',
    examples: 'Examples',
    saved: 'Saved',
    own: 'Yours',
    shared: 'Shared by others',
    gone: 'This operation was deleted, or you may not see it.',
    badVariables: 'The variables are not JSON.',
    save: 'Save',
    name: 'Name of the operation',
    share: 'Share with everybody who may open the explorer',
    saveNew: 'Save as new',
    delete: 'Delete',
    cancel: 'Cancel',
    plan: 'Plan',
    close: 'Close',
    signOut: 'Sign out',
    noPlan: 'This answer has no plan.',
    queriesOnly: 'Only queries have a plan here: a mutation would run again.',
  },
  fr: {
    organization: 'Organisation',
    examples: 'Exemples',
    saved: 'Enregistrées',
    own: 'Les vôtres',
    shared: 'Partagées par d’autres',
    gone: 'Cette opération a été supprimée, ou vous ne pouvez pas la voir.',
    badVariables: 'Les variables ne sont pas du JSON.',
    save: 'Enregistrer',
    name: 'Nom de l’opération',
    share: 'Partager avec toutes les personnes qui peuvent ouvrir l’explorateur',
    saveNew: 'Enregistrer comme nouvelle',
    delete: 'Supprimer',
    cancel: 'Annuler',
    plan: 'Plan',
    close: 'Fermer',
    signOut: 'Se déconnecter',
    noPlan: 'Cette réponse n’a pas de plan.',
    queriesOnly: 'Seules les requêtes ont un plan ici : une mutation s’exécuterait à nouveau.',
  },
};

interface SettingsView {
  language: Language;
  exportPath: string;
  viewer: Pick<Viewer, 'profileId' | 'permissions'>;
}

/** The settings of the tools' script. */
export function toolsSettings({ language, exportPath, viewer: { profileId, permissions } }: SettingsView) {
  const { noPlan, queriesOnly, own, shared, gone, badVariables } = texts[language];
  return {
    ...{ noPlan, queriesOnly, exportPath },
    texts: { own, shared, gone, badVariables },
    ownerId: encodeGlobalId('Profile', profileId),
    canShare: permissions.has('project:write'),
  };
}

/**
 * The organization picker, examples, saved operations, downloads, the plan and signing out. Disabled until their script
 * runs.
 */
export function explorerTools({ language, slug, memberships, examples }: ToolsView): Html {
  const text = texts[language];
  const places = memberships
    .filter(({ organization }) => organization.status === 'ACTIVE')
    .map(({ organization }) => {
      const path = `/t/${organization.slug}/explorer`;
      return organization.slug === slug
        ? html`<option value="" selected>${organization.name}</option>`
        : html`<option value="${path}">${organization.name}</option>`;
    });
  return html`<header><fieldset id="tools" class="explorer-tools" disabled>
<select id="organizations" aria-label="${text.organization}">${places}</select>
<select id="examples" aria-label="${text.examples}"><option value="">${text.examples}</option>${examples.map(
    ({ title, query }) => html`<option value="${query}">${title}</option>`,
  )}</select>
<select id="saved" aria-label="${text.saved}"><option value="">${text.saved}</option></select>
<button id="save" type="button">${text.save}</button>
<button id="csv" type="button">CSV</button>
<button id="jsonl" type="button">JSON Lines</button>
<button id="plan" type="button">${text.plan}</button>
<p id="notice" class="problem" role="status"></p>
<form method="post" action="/sign-out"><button>${text.signOut}</button></form>
</fieldset></header>
<dialog id="save-dialog"><form id="save-form" method="dialog">
<p><label>${text.name} <input id="save-name" maxlength="200" required></label></p>
<p id="save-shared-row"><label><input id="save-shared" type="checkbox"> ${text.share}</label></p>
<p id="save-notice" class="problem" role="alert"></p>
<p class="buttons"><button id="save-first">${text.save}</button>
<button id="save-new" value="create">${text.saveNew}</button>
<button id="save-delete" value="delete" formnovalidate>${text.delete}</button>
<button value="cancel" formnovalidate>${text.cancel}</button></p>
</form></dialog>
<dialog id="plan-dialog"><pre id="plan-text"></pre><form method="dialog"><button>${text.close}</button></form></dialog>
`;
}
