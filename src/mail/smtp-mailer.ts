import { setTimeout as delay } from 'node:timers/promises';
import type { Transporter } from 'nodemailer';
import type { Logger } from '../lib/logger.ts';
import { Semaphore } from '../lib/semaphore.ts';
import type { Mail, Mailer } from './mailer.ts';
import { oneLine } from './safe-text.ts';
import type { SmtpServer } from './smtp-server.ts';

export interface SmtpMailerOptions {
  server: SmtpServer;
  /** The sender, such as `Chantier <chantier@example.org>`. */
  from: { name: string; address: string };
  logger: Logger;
  /** The delay before each retry. */
  retryDelaysMs?: readonly number[];
}

const connections = 4;
const maxWaiting = 500;
/** The time limit of one attempt, however slowly the server answers. */
const attemptMs = 30_000;
const timeouts = { dnsTimeout: 10_000, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

/**
 * Sends mails to an SMTP server, four at once. After temporary failures it retries after 2 s and 15 s. Waiting mails
 * are only in memory: when the process exits they are lost, and people have to request them again.
 */
export class SmtpMailer implements Mailer, AsyncDisposable {
  readonly #options: SmtpMailerOptions;
  readonly #room = new Semaphore(connections, maxWaiting);
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #transport: Promise<Transporter> | undefined;

  constructor(options: SmtpMailerOptions) {
    this.#options = options;
  }

  /** Throws UNAVAILABLE when too many mails are waiting, and the error of the last attempt when all failed. */
  async send(mail: Mail): Promise<void> {
    const sending = this.#room.run(() => this.#try(mail));
    this.#running.add(sending);
    try {
      await sending;
    } finally {
      this.#running.delete(sending);
    }
  }

  /** Waits for running attempts. Mails that wait for a retry fail now. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
  }

  async #try(mail: Mail): Promise<void> {
    const { logger, retryDelaysMs = [2_000, 15_000] } = this.#options;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#attempt(mail);
      } catch (error) {
        const waitMs = retryDelaysMs[attempt];
        if (waitMs === undefined || isFinal(error) || this.#closing.signal.aborted) throw error;
        logger.warn({ err: error, kind: mail.kind, retryInMs: waitMs }, 'a mail was not accepted');
        await delay(waitMs, undefined, { signal: this.#closing.signal }).catch(() => Promise.reject(error));
      }
    }
  }

  async #attempt({ to, subject, text, html }: Mail): Promise<void> {
    const { from } = this.#options;
    this.#transport ??= openTransport(this.#options.server);
    const transport = await this.#transport;
    await transport.sendMail({
      from,
      // nodemailer would split a string at commas; an object is always one recipient
      to: { name: '', address: requireAddress(to) },
      subject: oneLine(subject),
      text,
      html,
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
      signal: AbortSignal.timeout(attemptMs),
    });
  }
}

/** Loads nodemailer for the first mail: most commands send none. */
async function openTransport({ host, port, secure, requireTls, auth }: SmtpServer): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  return createTransport({ host, port, secure, requireTLS: requireTls, ...(auth && { auth }), ...timeouts });
}

/** Throws unless the text is exactly one address: no list, no line break, no angle bracket. */
function requireAddress(to: string): string {
  if (!/^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/.test(to)) throw new Error('This is not an e-mail address');
  return to;
}

/** Permanent SMTP refusals (RFC 5321, 4.2.1), and errors that are not the mail server's: a retry would fail too. */
function isFinal(error: unknown): boolean {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  return typeof responseCode === 'number' ? responseCode >= 500 : code === undefined || code === 'EENVELOPE';
}
