import { isLoopback } from '../lib/loopback.ts';
import { oneLine } from './safe-text.ts';

/** The mail server of `SMTP_URL`. */
export interface SmtpServer {
  host: string;
  port: number;
  /** Whether TLS starts with the connection; otherwise by STARTTLS. */
  secure: boolean;
  /** Whether to refuse a server that offers no STARTTLS. */
  requireTls: boolean;
  auth: { user: string; pass: string } | undefined;
}

/**
 * Reads `smtp://user:password@host:587` or `smtps://host:465`; undefined for anything else. Mails contain secret links,
 * so `smtp:` needs STARTTLS, unless the server is on this machine or the address ends with `?tls=off`.
 */
export function readSmtpUrl(text: string): SmtpServer | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === '' || url.hash !== '') return undefined;
  if (!['', '/'].includes(url.pathname) || !['', '?tls=off'].includes(url.search)) return undefined;
  const [user, pass] = [decoded(url.username), decoded(url.password)];
  if (user === undefined || pass === undefined) return undefined;
  const secure = url.protocol === 'smtps:';
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTls: !secure && url.search === '' && !isLoopback(url.hostname),
    auth: user === '' ? undefined : { user, pass },
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Reads `Chantier <chantier@example.org>` or `chantier@example.org`; undefined for anything else. */
export function readSender(text: string): { name: string; address: string } | undefined {
  const [, name = '', bracketed, plain] =
    /^(?:([^<>@]*?)\s*<([^\s<>@,;:]+@[^\s<>@,;:]+)>|([^\s<>@,;:]+@[^\s<>@,;:]+))$/.exec(text) ?? [];
  const address = bracketed ?? plain;
  return address === undefined ? undefined : { name: oneLine(name.replace(/^"(.*)"$/, '$1')), address };
}
