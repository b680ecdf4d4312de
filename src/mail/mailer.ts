/** Every kind of mail that is sent; `messages.ts` writes them. */
export type MailKind = 'INVITATION' | 'EMAIL_VERIFICATION' | 'ACCOUNT_EXISTS' | 'PASSWORD_RESET' | 'PASSWORD_CHANGED';

/** A mail to one person, in plain text and in HTML. */
export interface Mail {
  kind: MailKind;
  to: string;
  subject: string;
  text: string;
  html: string;
  /** The page that the mail leads to; text and HTML hold it too. */
  link: string;
}

/** Sends mail. */
export interface Mailer {
  /** Resolves when the mail was accepted for delivery; rejects when it was not, after the attempts that make sense. */
  send(mail: Mail): Promise<void>;
}
