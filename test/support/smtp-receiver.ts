import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail as it arrived. */
export interface ReceivedMail {
  /** Recipients of the envelope. */
  to: string[];
  /** Header lines, unfolded, as they were sent. */
  headers: string[];
  /** The whole message. */
  source: string;
  /** The plain text part, decoded. */
  text: string;
  /** The HTML part, decoded. */
  html: string;
}

/** An SMTP server that keeps what it gets. */
export class SmtpReceiver implements AsyncDisposable {
  readonly mails: ReceivedMail[] = [];
  readonly #server: SMTPServer;
  readonly #waiting = new Set<() => void>();

  private constructor(options: SMTPServerOptions) {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      ...options,
      onData: (stream, session, done) => {
        text(stream).then((source) => {
          this.mails.push(
            readMail(
              source,
              session.envelope.rcptTo.map(({ address }) => address),
            ),
          );
          for (const look of this.#waiting) look();
          done();
        }, done);
      },
    });
    // A client that goes away in the middle is the client's matter
    this.#server.on('error', () => {});
  }

  static async listen(options: SMTPServerOptions = {}, port = 0): Promise<SmtpReceiver> {
    const receiver = new SmtpReceiver(options);
    const listening = receiver.#server.listen(port, '127.0.0.1');
    await once(listening, 'listening');
    return receiver;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  /** The newest mail to an address, as soon as there are that many. */
  mailTo(address: string, count = 1): Promise<ReceivedMail> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.mails.filter(({ to }) => to.includes(address));
        if (found.length < count) return;
        this.#waiting.delete(look);
        resolve(found.at(-1)!);
      };
      this.#waiting.add(look);
      look();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(resolve));
  }
}

/** The first link in a mail. */
export const linkIn = ({ text }: ReceivedMail): string => /https?:\/\/\S+/.exec(text)![0];

function readMail(source: string, to: string[]): ReceivedMail {
  const [head = ''] = source.split('\r\n\r\n', 1);
  const headers = head.replaceAll(/\r\n[ \t]/g, ' ').split('\r\n');
  return { to, headers, source, text: partOf(source, 'text/plain'), html: partOf(source, 'text/html') };
}

/** A part of a multipart message, from quoted-printable or base64. */
function partOf(source: string, type: string): string {
  const [, head = '', body = ''] = new RegExp(`(Content-Type: ${type}[^]*?)\r\n\r\n([^]*?)\r\n--`).exec(source) ?? [];
  if (/base64/.test(head)) return Buffer.from(body, 'base64').toString();
  if (!/quoted-printable/.test(head)) return body;
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
