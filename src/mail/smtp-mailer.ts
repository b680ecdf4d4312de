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
  /** How long to wait before each further attempt. */
  retryDelaysMs?: readonly number[];
}

const connections = 4;
const maxWaiting = 500;
/** The longest that one attempt may take, however slowly the server answers. */
const attemptMs = 30_000;
const timeouts = { dnsTimeout: 10_000, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

/**
 * Hands mails to an SMTP server, a few at once. What fails for a reason that may pass is tried again after 2 s and 15 s.
 * Mails that wait are in memory only: when the process ends before, their owner asks for another one.
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

  /** Throws UNAVAILABLE when too many mails wait already, and the last error when no attempt succeeded. */
  async send(mail: Mail): Promise<void> {
    const sending = this.#room.run(() => this.#try(mail));
    this.#running.add(sending);
    try {
      await sending;
    } finally {
      this.#running.delete(sending);
    }
  }

  /** Lets running attempts end. What would be tried again later fails now. */
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
      // As an object it is one recipient, whatever the address contains
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

/** Loaded when the first mail is due: most commands send none. */
async function openTransport({ host, port, secure, requireTls, auth }: SmtpServer): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  return createTransport({ host, port, secure, requireTLS: requireTls, ...(auth && { auth }), ...timeouts });
}

/** One address and nothing else: no list, no line break, no angle bracket. */
function requireAddress(to: string): string {
  if (!/^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/.test(to)) throw new Error('This is not an e-mail address');
  return to;
}

/** A refusal that a further attempt meets again (RFC 5321, 4.2.1), and what we did wrong ourselves. */
function isFinal(error: unknown): boolean {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  return typeof responseCode === 'number' ? responseCode >= 500 : code === undefined || code === 'EENVELOPE';
}
