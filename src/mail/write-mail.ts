import { type Html, html } from '../lib/html.ts';
import type { Language } from '../lib/language.ts';
import type { Mail, MailKind } from './mailer.ts';
import { oneLine } from './safe-text.ts';

/** The content of a mail in one language: paragraphs, a link, and paragraphs after it. */
export interface Letter {
  subject: string;
  before: readonly string[];
  /** The text of the link. */
  label: string;
  after: readonly string[];
}

/** The recipient of a mail, and its link. */
export interface Addressee {
  to: string;
  language: Language;
  /** The address of the link. */
  link: string;
}

/** Writes a mail as plain text and as HTML that every mail program shows: no pictures, nothing to load. */
export function writeMail(kind: MailKind, addressee: Addressee, letters: Readonly<Record<Language, Letter>>): Mail {
  const { to, language, link } = addressee;
  const letter = letters[language];
  const { before, label, after } = letter;
  const text = `${[...before, `${label}:\n${link}`, ...after].join('\n\n')}\n`;
  const subject = oneLine(letter.subject);
  return { kind, to, subject, text, html: pageOf(language, link, { ...letter, subject }).text, link };
}

const pageOf = (language: Language, link: string, { subject, before, label, after }: Letter): Html =>
  html`<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><title>${subject}</title></head>
<body style="margin:0;padding:24px;background:#f6f5f2;color:#1d2321;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:520px;margin:0 auto;padding:32px;background:#ffffff;border:1px solid #dcdad4;border-radius:8px">
${before.map(paragraph)}
<p style="margin:0 0 16px"><a href="${link}" style="display:inline-block;padding:10px 18px;border-radius:6px;background:#1f5f4a;color:#ffffff;text-decoration:none">${label}</a></p>
<p style="margin:0 0 16px;font-size:14px;color:#55605c;word-break:break-all">${link}</p>
${after.map(paragraph)}
</div>
</body>
</html>
`;

const paragraph = (content: string): Html => html`<p style="margin:0 0 16px;white-space:pre-line">${content}</p>
`;
