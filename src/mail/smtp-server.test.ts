import { expect, it } from 'vitest';
import { readSender, readSmtpUrl } from './smtp-server.ts';

const none = { auth: undefined, secure: false };

it.each([
  ['smtp://mail.example', { ...none, host: 'mail.example', port: 587, requireTls: true }],
  ['smtp://mail.example:25?tls=off', { ...none, host: 'mail.example', port: 25, requireTls: false }],
  ['smtp://localhost:2525', { ...none, host: 'localhost', port: 2525, requireTls: false }],
  ['smtp://[::1]:2525', { ...none, host: '::1', port: 2525, requireTls: false }],
  [
    'smtps://ada%40example.org:p%3Ass@mail.example',
    {
      auth: { user: 'ada@example.org', pass: 'p:ss' },
      secure: true,
      host: 'mail.example',
      port: 465,
      requireTls: false,
    },
  ],
])('reads %s', (text, server) => {
  expect(readSmtpUrl(text)).toEqual(server);
});

it.each([
  'mail.example',
  'http://mail.example',
  'smtp://',
  'smtp://mail.example/path',
  'smtp://mail.example?logger=true',
  'smtp://%zz@mail.example',
])('refuses %s', (text) => {
  expect(readSmtpUrl(text)).toBeUndefined();
});

it.each([
  ['Chantier <chantier@example.org>', { name: 'Chantier', address: 'chantier@example.org' }],
  ['"Chantier, Acme" <chantier@example.org>', { name: 'Chantier, Acme', address: 'chantier@example.org' }],
  ['chantier@example.org', { name: '', address: 'chantier@example.org' }],
  ['Chantier', undefined],
  ['a@example.org, b@example.org', undefined],
  ['Chantier <a@example.org> <b@example.org>', undefined],
])('reads the sender %s', (text, sender) => {
  expect(readSender(text)).toEqual(sender);
});
