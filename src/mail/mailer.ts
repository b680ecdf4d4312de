/** The kinds of mail; `messages.ts` writes them. */
export type MailKind =
  | 'INVITATION'
  | 'EMAIL_VERIFICATION'
  | 'ACCOUNT_EXISTS'
  | 'PASSWORD_RESET'
  | 'PASSWORD_CHANGED'
  | 'NOTIFICATION';

/** A mail to one person, in plain text and in HTML. */
export interface Mail {
  kind: MailKind;
  to: string;
  subject: string;
  text: string;
  html: string;
  /** The link of the mail; text and HTML contain it too. */
  link: string;
}

/** Sends mail. */
export interface Mailer {
  /** Resolves when the mail server has accepted the mail; rejects after the last attempt failed. */
  send(mail: Mail): Promise<void>;
}
