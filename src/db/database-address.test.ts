import { describe, expect, it } from 'vitest';
import { canonicalUrl, describeHosts, readAddress } from './database-address.ts';

const read = (text: string) => readAddress(canonicalUrl(text)!);

describe('the address of a database', () => {
  it('stays as it is with one host', () => {
    for (const url of ['postgres://u:p%40ss@db.example:6543/x?sslmode=require', 'postgresql://u@localhost/x']) {
      expect(canonicalUrl(url)).toBe(url);
    }
    expect(read('postgres://u%20v:p%40ss@db.example/%C3%A0')).toMatchObject({
      hosts: [{ host: 'db.example', port: 5432 }],
      ...{ user: 'u v', password: 'p@ss', database: 'à' },
    });
  });

  it.each<[string, object[]]>([
    [
      'postgres://u:p@a.example:1,b.example,[::1]:3/x',
      [
        { host: 'a.example', port: 1 },
        { host: 'b.example', port: 5432 },
        { host: '::1', port: 3 },
      ],
    ],
    ['postgres://u:p@%2Ftmp/x', [{ folder: '/tmp', port: 5432 }]],
    ['postgres://u:p@/x?host=/var/run/postgresql&port=5433', [{ folder: '/var/run/postgresql', port: 5433 }]],
    ['postgres:///x?host=/tmp', [{ folder: '/tmp', port: 5432 }]],
    [
      'postgres://u:p@ignored/x?host=a,b&port=1,2',
      [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
      ],
    ],
    [
      'postgres://u:p@/x?host=a,/tmp&port=7',
      [
        { host: 'a', port: 7 },
        { folder: '/tmp', port: 7 },
      ],
    ],
  ])('names servers as libpq has them: %s', (url, hosts) => {
    expect(read(url).hosts).toEqual(hosts);
    expect(canonicalUrl(canonicalUrl(url)!)).toBe(canonicalUrl(url));
    expect(URL.canParse(canonicalUrl(url)!)).toBe(true);
  });

  it.each([
    'mysql://u:p@host/x',
    'postgres://u:p@host',
    'postgres://u:p@host/',
    'postgres://u:p@/x',
    'postgres://u:p@a:1,,b/x',
    'postgres://u:p@a:70000/x',
    'postgres://u:p@a:b/x',
    'postgres://u:p@/x?host=a,b&port=1,2,3',
    'postgres://u:p@%ff/x',
    'postgres://u:p@a/x?sslmode=sometimes',
    'postgres://u:p@a/x?target_session_attrs=best',
  ])('is none: %s', (url) => expect(canonicalUrl(url)).toBeUndefined());

  it('asks for TLS as libpq does, except for servers on this machine', () => {
    const modeOf = (url: string) => read(url).sslMode;
    for (const mode of ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full']) {
      expect(modeOf(`postgres://u:p@db.example/x?sslmode=${mode}`)).toBe(mode);
    }
    expect(modeOf('postgres://u:p@db.example/x')).toBe('prefer');
    expect(modeOf('postgres://u:p@db.example/x?sslrootcert=system')).toBe('verify-full');
    for (const near of ['localhost', '127.0.0.1', '[::1]', '%2Ftmp']) {
      expect(modeOf(`postgres://u:p@${near}/x`)).toBe('disable');
    }
  });

  it('gives the server the parameters that are not for the connection', () => {
    const url =
      'postgres://u:p@a,b/x?target_session_attrs=primary&sslrootcert=/ca.pem&sslmode=require&options=-cjit%3Doff';
    expect(read(url)).toMatchObject({
      sessionAttrs: 'primary',
      sslRootCert: '/ca.pem',
      settings: { options: '-cjit=off' },
    });
    expect(Object.keys(read(url).settings)).toEqual(['options']);
  });

  it('may have another password, which is not for the server', () => {
    expect(read('postgres://u:p@a,b/x?other_password=p%26q')).toMatchObject({ otherPassword: 'p&q', settings: {} });
    expect(read('postgres://u:p@a/x').otherPassword).toBeUndefined();
  });

  it('is described without credentials', () => {
    const describe = (url: string) => describeHosts(canonicalUrl(url)!);
    expect(describe('postgres://u:secret@a:1,b/x?other_password=secret')).toBe('a:1, b:5432');
    expect(describe('postgres://u:secret@%2Ftmp/x')).toBe('/tmp');
  });
});
