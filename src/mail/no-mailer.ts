import type { Logger } from '../lib/logger.ts';
import type { Mail, Mailer } from './mailer.ts';

/** For production without `SMTP_URL`: logs that a mail was not sent, without its content. */
export class NoMailer implements Mailer {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  async send({ kind }: Mail): Promise<void> {
    this.#logger.warn({ kind }, 'a mail was not sent: set SMTP_URL');
  }
}
