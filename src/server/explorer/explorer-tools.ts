import type { OwnMembership } from '../../identity/list-memberships.ts';
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
    saved: 'Saved in this browser',
    save: 'Save',
    name: 'Name of the operation',
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
    saved: 'Enregistrées dans ce navigateur',
    save: 'Enregistrer',
    name: 'Nom de l’opération',
    cancel: 'Annuler',
    plan: 'Plan',
    close: 'Fermer',
    signOut: 'Se déconnecter',
    noPlan: 'Cette réponse n’a pas de plan.',
    queriesOnly: 'Seules les requêtes ont un plan ici : une mutation s’exécuterait à nouveau.',
  },
};

const mostSaved = 100;

/** The settings of the tools' script. */
export const toolsSettings = (language: Language, storageKey: string, exportPath: string) => ({
  noPlan: texts[language].noPlan,
  queriesOnly: texts[language].queriesOnly,
  storageKey,
  exportPath,
  mostSaved,
});

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
<p id="notice" role="status"></p>
<form method="post" action="/sign-out"><button>${text.signOut}</button></form>
</fieldset></header>
<dialog id="save-dialog"><form method="dialog">
<p><label>${text.name} <input id="save-name" maxlength="100" required></label></p>
<button value="save">${text.save}</button> <button value="cancel" formnovalidate>${text.cancel}</button>
</form></dialog>
<dialog id="plan-dialog"><pre id="plan-text"></pre><form method="dialog"><button>${text.close}</button></form></dialog>
`;
}
