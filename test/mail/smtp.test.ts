import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import type { Language } from '../../src/lib/language.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { invitationMail, resetMail } from '../../src/mail/messages.ts';
import { SmtpMailer } from '../../src/mail/smtp-mailer.ts';
import { readSmtpUrl, type SmtpServer } from '../../src/mail/smtp-server.ts';
import { linkIn, SmtpReceiver } from '../support/smtp-receiver.ts';

const from = { name: 'Chantier', address: 'chantier@example.org' };
const link = 'https://chantier.example/accept-invitation?token=abc-_1';
const invitation = (names: { organization: string; from: string }, language: Language = 'en', to = 'ada@example.org') =>
  invitationMail({ to, language, link, validForMs: 14 * 86_400_000, ...names });
const simple = invitation({ organization: 'Acme', from: 'Grace Hopper' });

/** Servers that answer so to the first recipients, then as they should. */
async function receiver(refusals: number[] = []): Promise<SmtpReceiver> {
  const left = [...refusals];
  const opened = await SmtpReceiver.listen({
    onRcptTo(_address, _session, done) {
      const responseCode = left.shift();
      done(responseCode === undefined ? null : Object.assign(new Error('Not now'), { responseCode }));
    },
  });
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
}

function mailer(server: SmtpServer, retryDelaysMs = [1, 1]): SmtpMailer {
  const made = new SmtpMailer({ server, from, logger: silentLogger, retryDelaysMs });
  onTestFinished(() => made[Symbol.asyncDispose]());
  return made;
}

const at = ({ url }: SmtpReceiver): SmtpServer => readSmtpUrl(url)!;

it('delivers plain text and HTML, with the link in both', async () => {
  const server = await receiver();
  await mailer(at(server)).send(invitation({ organization: 'Fermé & Ouvert', from: 'Zoé <b>' }, 'fr'));
  const [mail] = server.mails;
  expect(mail!.to).toEqual(['ada@example.org']);
  expect(mail!.headers).toContain('From: Chantier <chantier@example.org>');
  expect(mail!.text).toContain('Zoé <b> vous invite à rejoindre Fermé & Ouvert.');
  expect(linkIn(mail!)).toBe(link);
  expect(mail!.html).toContain('Zoé &lt;b&gt; vous invite à rejoindre Fermé &amp; Ouvert.');
  expect(mail!.html).toContain(`href="${link}"`);
});

it.each([
  'Acme\r\nBcc: eve@evil.example',
  'Acme\nX-Evil: 1\n\nbody',
  '\u0000Acme\u2028Bcc: eve@evil.example',
  `${'Acme '.repeat(1_000)}\r\nBcc: eve@evil.example`,
])('keeps a hostile name (%#) from adding a header or a recipient', async (name) => {
  const server = await receiver();
  const sending = mailer(at(server));
  await sending.send(simple);
  await sending.send(invitation({ organization: name, from: name }));
  const [honest, hostile] = server.mails.map(({ headers, to }) => ({
    to,
    names: headers.map((line) => line.split(':')[0]),
  }));
  expect(hostile).toEqual(honest);
});

it.each([
  'ada@example.org\r\nBcc: eve@evil.example',
  'ada@example.org, eve@evil.example',
  'Ada <ada@example.org>',
  'ada@example.org>\r\nRCPT TO:<eve@evil.example',
])('sends nothing to the address %j', async (to) => {
  const server = await receiver();
  const sending = mailer(at(server)).send(invitation({ organization: 'Acme', from: 'Grace' }, 'en', to));
  await expect(sending).rejects.toThrow('not an e-mail address');
  expect(server.mails).toEqual([]);
});

it('retries temporary rejections', async () => {
  const server = await receiver([451, 421]);
  await mailer(at(server)).send(simple);
  expect(server.mails).toHaveLength(1);
});

it('gives up after three attempts, and at once after a permanent rejection', async () => {
  const busy = await receiver([451, 451, 451]);
  await expect(mailer(at(busy)).send(simple)).rejects.toMatchObject({ responseCode: 451 });
  const final = await receiver([550]);
  await expect(mailer(at(final)).send(simple)).rejects.toMatchObject({ responseCode: 550 });
  expect([busy.mails, final.mails]).toEqual([[], []]);
});

it('fails pending retries when its process stops', async () => {
  const server = await receiver([451]);
  const sending = mailer(at(server), [600_000]);
  const outcome = expect(sending.send(simple)).rejects.toMatchObject({ responseCode: 451 });
  await sending[Symbol.asyncDispose]();
  await outcome;
});

it('does not hand secret links to a server that offers no TLS', async () => {
  const server = await receiver();
  const sending = mailer({ ...at(server), requireTls: true }, []);
  await expect(sending.send(simple)).rejects.toMatchObject({ code: 'ETLS' });
  expect(server.mails).toEqual([]);
});

it('bounds the number of mails that wait for a silent server', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  onTestFinished(() => void silent.close());
  const { port } = await new Promise<{ port: number }>((resolve) => {
    silent.once('listening', () => resolve(silent.address() as { port: number }));
  });
  const sending = new SmtpMailer({ server: readSmtpUrl(`smtp://127.0.0.1:${port}`)!, from, logger: silentLogger });
  const reset = resetMail({ to: 'ada@example.org', language: 'en', link, validForMs: 3_600_000 });
  for (let n = 0; n < 504; n++) sending.send(reset).catch(() => {});
  await expect(sending.send(reset)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
