import { describeDuration } from '../lib/language.ts';
import type { Mail } from './mailer.ts';
import { safeName } from './safe-text.ts';
import { type Addressee, writeMail } from './write-mail.ts';

interface ByToken extends Addressee {
  /** How long the link works. */
  validForMs: number;
}

/** An API key, as a mail names it. */
export interface NamedKey {
  name: string;
  prefix: string;
  organizationName: string;
}

/** How many keys a mail lists. */
const mostKeys = 20;

/** Invites a person to an organization. `from` is the name of the member who invites; undefined for an operator. */
export function invitationMail(mail: ByToken & { organization: string; from: string | undefined }): Mail {
  const organization = safeName(mail.organization);
  const from = mail.from === undefined ? undefined : safeName(mail.from);
  const invites = from ? `${from} invites you to join ${organization}` : `You are invited to join ${organization}`;
  const invite = from
    ? `${from} vous invite à rejoindre ${organization}`
    : `Vous êtes invité à rejoindre ${organization}`;
  return writeMail('INVITATION', mail, {
    en: {
      subject: invites,
      before: [`${invites}.`],
      label: 'Accept the invitation',
      after: [
        `The link works once, within ${describeDuration('en', mail.validForMs)}.`,
        'If you do not know the sender of this invitation, ignore this mail.',
      ],
    },
    fr: {
      subject: invite,
      before: [`${invite}.`],
      label: 'Accepter l’invitation',
      after: [
        `Ce lien fonctionne une seule fois, pendant ${describeDuration('fr', mail.validForMs)}.`,
        'Si vous ne savez pas qui vous invite, ignorez ce message.',
      ],
    },
  });
}

/** Asks a person who signed up to confirm the address. */
export function verificationMail(mail: ByToken): Mail {
  return writeMail('EMAIL_VERIFICATION', mail, {
    en: {
      subject: 'Confirm your e-mail address',
      before: ['Somebody, probably you, signed up with this address. Confirm it with the password that you chose.'],
      label: 'Confirm the address',
      after: [
        `The link works once, within ${describeDuration('en', mail.validForMs)}.`,
        'If it was not you, ignore this mail: no account will be created.',
      ],
    },
    fr: {
      subject: 'Confirmez votre adresse e-mail',
      before: [
        'Quelqu’un, vous sans doute, s’est inscrit avec cette adresse. Confirmez-la avec le mot de passe que vous avez choisi.',
      ],
      label: 'Confirmer l’adresse',
      after: [
        `Ce lien fonctionne une seule fois, pendant ${describeDuration('fr', mail.validForMs)}.`,
        'Si ce n’était pas vous, ignorez ce message : aucun compte ne sera créé.',
      ],
    },
  });
}

/**
 * Tells the owner of an account that somebody signed up with its address. The answer to the sign-up does not reveal
 * this.
 */
export function accountExistsMail(mail: Addressee): Mail {
  return writeMail('ACCOUNT_EXISTS', mail, {
    en: {
      subject: 'You already have an account',
      before: ['Somebody, probably you, signed up with this address, which already has an account.'],
      label: 'Sign in',
      after: [
        'If you have forgotten your password, you can set a new one there.',
        'If it was not you, ignore this mail: nothing has changed.',
      ],
    },
    fr: {
      subject: 'Vous avez déjà un compte',
      before: ['Quelqu’un, vous sans doute, s’est inscrit avec cette adresse, qui a déjà un compte.'],
      label: 'Se connecter',
      after: [
        'Si vous avez oublié le mot de passe, demandez-en un nouveau à cet endroit.',
        'Si ce n’était pas vous, ignorez ce message : rien n’a changé.',
      ],
    },
  });
}

/** Lets the owner of an address set a new password. */
export function resetMail(mail: ByToken): Mail {
  return writeMail('PASSWORD_RESET', mail, {
    en: {
      subject: 'Set a new password',
      before: ['Somebody, probably you, asked to set a new password for this address.'],
      label: 'Set a new password',
      after: [
        `The link works once, within ${describeDuration('en', mail.validForMs)}. A new password ends all your sessions; your API keys keep working.`,
        'If it was not you, ignore this mail: nothing has changed.',
      ],
    },
    fr: {
      subject: 'Choisir un nouveau mot de passe',
      before: ['Quelqu’un, vous sans doute, a demandé un nouveau mot de passe pour cette adresse.'],
      label: 'Choisir un mot de passe',
      after: [
        `Ce lien fonctionne une seule fois, pendant ${describeDuration('fr', mail.validForMs)}. Un nouveau mot de passe met fin à toutes vos sessions ; vos clés d’API restent valables.`,
        'Si ce n’était pas vous, ignorez ce message : rien n’a changé.',
      ],
    },
  });
}

/** Tells the owner of an account that its password was changed, and which API keys still act for them. */
export function passwordChangedMail(mail: Addressee & { keys: readonly NamedKey[] }): Mail {
  const { length } = mail.keys;
  const listed = mail.keys.slice(0, mostKeys).map(({ name, prefix, organizationName }) => {
    return `- ${safeName(name)} (chk_${prefix}…, ${safeName(organizationName)})`;
  });
  const keys = (heading: string, more: string): string[] =>
    length === 0 ? [] : [[heading, ...listed, ...(length > mostKeys ? [`- ${more}`] : [])].join('\n')];
  return writeMail('PASSWORD_CHANGED', mail, {
    en: {
      subject: 'Your password was changed',
      before: ['The password of your account was changed, and your other sessions have ended.'],
      label: 'Sign in',
      after: [
        ...keys(
          'These API keys still act for you; revoke any that you do not recognize:',
          `and ${length - mostKeys} more`,
        ),
        'If it was not you, set a new password at once and tell your administrator.',
      ],
    },
    fr: {
      subject: 'Votre mot de passe a été changé',
      before: ['Le mot de passe de votre compte a été changé, et vos autres sessions sont terminées.'],
      label: 'Se connecter',
      after: [
        ...keys(
          'Ces clés d’API agissent toujours pour vous ; révoquez celles que vous ne connaissez pas :',
          `et ${length - mostKeys} autres`,
        ),
        'Si ce n’était pas vous, choisissez aussitôt un nouveau mot de passe et prévenez votre administrateur.',
      ],
    },
  });
}

/** Tells a member what happened. `object` is the name of what it happened to. */
export function notificationMail(
  mail: Addressee & { organization: string; title: string; object: string | null },
): Mail {
  const organization = safeName(mail.organization);
  const object = mail.object === null ? '' : safeName(mail.object);
  const told = (colon: string): string => (object ? `${mail.title}${colon}${object}` : mail.title);
  return writeMail('NOTIFICATION', mail, {
    en: {
      subject: `${told(': ')} (${organization})`,
      before: [told(': ')],
      label: 'Open',
      after: [`You get this mail because you chose it in ${organization}: turn it off in your preferences.`],
    },
    fr: {
      subject: `${told(' : ')} (${organization})`,
      before: [told(' : ')],
      label: 'Ouvrir',
      after: [`Vous avez choisi ce message dans ${organization} : vos préférences permettent de l’arrêter.`],
    },
  });
}
