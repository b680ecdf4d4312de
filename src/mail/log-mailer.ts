import type { Logger } from '../lib/logger.ts';
import type { Mail, Mailer } from './mailer.ts';

/** For development: writes mails to the log, including their links. */
export class LogMailer implements Mailer {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  async send({ to, subject, text }: Mail): Promise<void> {
    this.#logger.info({ mail: { to, subject, text } }, 'mail');
  }
}
