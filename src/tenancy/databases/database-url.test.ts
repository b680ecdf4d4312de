import { expect, it } from 'vitest';
import { databaseNetwork, readDatabaseUrl, redactUrl } from './database-url.ts';

const network = databaseNetwork([], ['db.internal', '10.0.0.0/8']);
const read = (text: string) => readDatabaseUrl(text, network, 'MEMBER').href;

it('requires TLS with a verified host name', () => {
  expect(read('postgresql://user:pass@db.example/org1_db')).toBe(
    'postgresql://user:pass@db.example:5432/org1_db?sslmode=verify-full',
  );
  expect(read('postgres://u:p%40ss@DB.example:6543/x?sslmode=require')).toBe(
    'postgres://u:p%40ss@db.example:6543/x?sslmode=verify-full',
  );
});

it('allows weaker TLS modes only for listed hosts, and only on request', () => {
  expect(read('postgres://u:p@db.internal/x?sslmode=disable')).toContain('sslmode=disable');
  expect(read('postgres://u:p@10.1.1.1/x?sslmode=require')).toContain('sslmode=require');
  expect(read('postgres://u:p@db.internal/x')).toContain('sslmode=verify-full');
});

it.each([
  'mysql://u:p@db.example/x',
  'nothing',
  'postgres://u:p@db.example',
  'postgres://u:p@db.example/',
  'postgres://u:p@db.example/x/y',
  'postgres://:p@db.example/x',
  'postgres://u@db.example/x',
  'postgres://u:@db.example/x',
  'postgres://u:p@/x',
  'postgres://u:p@a.example,b.example/x',
  'postgres://u:p@[::1]/x',
  'postgres://u:p@%2Ftmp/x',
  'postgres://u:p@db.example/x?host=/tmp',
  'postgres://u:p@db.example/x?options=-c%20role%3Dpostgres',
  'postgres://u:p@db.example/x?service=other',
  'postgres://u:p@db.example/x?sslmode=verify-full&sslrootcert=/etc/passwd',
  'postgres://u:p@db.example/x?sslmode=verify-full&sslmode=disable',
  'postgres://u:p@db.example/x?sslmode=disable',
  'postgres://u:p@db.example/x?sslmode=prefer',
  'postgres://u:p@db.internal/x?sslmode=allow',
  'postgres://u:p@db.example/x#rest',
])('refuses %s', (text) => {
  expect(() => read(text)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
});

it('lets the operator name a file of certificates, which server of several is wanted, and another password', () => {
  const url =
    'postgres://u:p@db.example:5432/x?sslrootcert=%2Fetc%2Fca.pem&target_session_attrs=primary&other_password=q';
  expect(readDatabaseUrl(url, network, 'OPERATOR').href).toBe(`${url}&sslmode=verify-full`);
  for (const wrong of ['service=other', 'target_session_attrs=best', 'sslrootcert=a&sslrootcert=b']) {
    expect(() => readDatabaseUrl(`postgres://u:p@db.example/x?${wrong}`, network, 'OPERATOR')).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT' }),
    );
  }
});

it('never shows a password', () => {
  expect(redactUrl('postgresql://user:pass@host:5432/org1_db')).toBe('postgresql://user:***@host:5432/org1_db');
  expect(redactUrl('postgres://u:pass@host:1/x?sslmode=require&other_password=next')).toBe(
    'postgres://u:***@host:1/x?sslmode=require&other_password=***',
  );
  expect(redactUrl('not an address with secret in it')).not.toContain('secret');
});
