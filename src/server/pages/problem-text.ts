import type { AppError, ErrorCode } from '../../lib/errors.ts';
import type { Language } from '../../lib/language.ts';

type Texts = Partial<Record<ErrorCode, string>>;

const texts: Record<Language, Texts> = {
  en: {
    INVALID_CREDENTIALS: 'The e-mail address or the password is wrong.',
    RATE_LIMITED: 'Too many attempts. Please try again later.',
    NOT_FOUND: 'There is nothing at this address.',
    FORBIDDEN: 'You may not do this.',
    TENANT_NOT_FOUND: 'There is no such organization.',
    TENANT_INACTIVE: 'This organization is suspended or archived.',
    ALREADY_EXISTS: 'This already exists, or has already been done.',
    UNAVAILABLE: 'The server is busy. Try again in a moment.',
    MIGRATING: 'This organization is being updated. Try again in a moment.',
    METHOD_NOT_ALLOWED: 'This page cannot be used in this way.',
    PAYLOAD_TOO_LARGE: 'The input is too long.',
  },
  fr: {
    INVALID_CREDENTIALS: 'L’adresse e-mail ou le mot de passe est incorrect.',
    RATE_LIMITED: 'Trop de tentatives. Patientez un peu, puis réessayez.',
    NOT_FOUND: 'Il n’y a rien à cette adresse.',
    FORBIDDEN: 'Vous n’avez pas le droit de faire cela.',
    TENANT_NOT_FOUND: 'Cette organisation n’existe pas.',
    TENANT_INACTIVE: 'Cette organisation est suspendue ou archivée.',
    ALREADY_EXISTS: 'C’est déjà pris, ou déjà fait.',
    UNAVAILABLE: 'Le serveur est occupé. Réessayez dans un instant.',
    MIGRATING: 'Cette organisation est en cours de mise à jour. Réessayez dans un instant.',
    METHOD_NOT_ALLOWED: 'Cette page ne s’utilise pas ainsi.',
    PAYLOAD_TOO_LARGE: 'C’est trop long.',
  },
};

const fields: Record<Language, Record<string, string>> = {
  en: {
    email: 'Enter a valid e-mail address.',
    password: 'The password must have 10 to 256 characters, and must not be the e-mail address.',
    newPassword: 'The password must have 10 to 256 characters.',
    firstName: 'Enter your first name.',
    lastName: 'Enter your last name.',
  },
  fr: {
    email: 'Saisissez une adresse e-mail valide.',
    password: 'Le mot de passe doit avoir de 10 à 256 caractères et ne pas être l’adresse e-mail.',
    newPassword: 'Le mot de passe doit avoir de 10 à 256 caractères.',
    firstName: 'Saisissez votre prénom.',
    lastName: 'Saisissez votre nom.',
  },
};

const unknown: Record<Language, string> = {
  en: 'Something went wrong. Try again; if it keeps failing, tell your administrator.',
  fr: 'Cela n’a pas fonctionné. Réessayez ; si le problème persiste, prévenez votre administrateur.',
};

/** The text of an error for the visitor of a page. `special` has texts of that page for some codes. */
export function problemText(error: AppError, language: Language, special: Texts = {}): string {
  const { code, details } = error;
  const field = details.field?.split('.').at(-1) ?? '';
  const ofField = code === 'BAD_INPUT' ? fields[language][field] : undefined;
  return special[code] ?? ofField ?? texts[language][code] ?? unknown[language];
}
