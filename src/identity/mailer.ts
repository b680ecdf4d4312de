import type { Logger } from '../lib/logger.ts';

export interface Mail {
  to: string;
  subject: string;
  text: string;
}

/** Sends mail. The one interface that a real sender (SMTP, an API) has to meet. */
export interface Mailer {
  /** Resolves when the mail has been taken over; throws when it could not be. */
  send(mail: Mail): Promise<void>;
}

/** For development: writes the mail to the log, where the developer finds the link in it. */
export class LogMailer implements Mailer {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  async send(mail: Mail): Promise<void> {
    this.#logger.info({ mail }, 'mail');
  }
}

/** For an installation that was given no sender: says that a mail was due, and nothing of what is in it. */
export class NoMailer implements Mailer {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  async send({ subject }: Mail): Promise<void> {
    this.#logger.warn({ subject }, 'a mail was not sent: this installation has no sender of mail');
  }
}
