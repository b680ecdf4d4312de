import type { Mail, Mailer } from '../../src/mail/mailer.ts';

/** Keeps what would have been mailed. */
export class TestMailer implements Mailer {
  readonly sent: Mail[] = [];

  async send(mail: Mail): Promise<void> {
    this.sent.push(mail);
  }

  /** The token in the link of the last mail to an address. */
  tokenFor(address: string): string {
    const mail = this.sent.findLast(({ to }) => to === address);
    return tokenOf(mail?.text ?? '');
  }
}

/** The token of the link in a text. */
export const tokenOf = (text: string): string => /[#?]token=(\S+)/.exec(text)?.[1] ?? '';
