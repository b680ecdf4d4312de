import { expect, it } from 'vitest';
import { NetworkGuard, readHostOrRange } from './network-guard.ts';

const guard = new NetworkGuard();

it.each([
  '127.0.0.1',
  '127.8.8.8',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '168.63.129.16',
  '100.100.100.200',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  'fe80::1',
  'fc00::1',
  'fd00:ec2::254',
  'ff02::1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:0:1::1',
])('does not connect to %s', async (address) => {
  expect(guard.allows(address)).toBe(false);
  await expect(guard.check(address)).rejects.toMatchObject({ code: 'BAD_INPUT' });
});

it.each(['8.8.8.8', '172.32.0.1', '2606:4700::1111'])('connects to %s', (address) => {
  expect(guard.allows(address)).toBe(true);
});

it('looks at what a name means, and not at what it looks like', async () => {
  await expect(guard.check('localhost')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  // The system's resolver reads these as addresses
  await expect(guard.check('127.1')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  await expect(guard.check('2130706433')).rejects.toMatchObject({ code: 'BAD_INPUT' });
});

it('connects to what is allowed by name or by range', async () => {
  await new NetworkGuard(['localhost']).check('localhost');
  await new NetworkGuard(['127.0.0.0/8', '::1']).check('localhost');
  const ranged = new NetworkGuard(['10.20.0.0/16']);
  expect([ranged.allows('10.20.1.1'), ranged.allows('10.21.1.1')]).toEqual([true, false]);
  // An address is not allowed because a name that means it is
  await expect(new NetworkGuard(['localhost']).check('127.0.0.1')).rejects.toMatchObject({ code: 'BAD_INPUT' });
});

it('reads names, addresses and ranges', () => {
  expect(['DB.example', 'db', '10.0.0.0/8', 'fd00::/8', '10.0.0.1'].map(readHostOrRange)).toEqual([
    'db.example',
    'db',
    '10.0.0.0/8',
    'fd00::/8',
    '10.0.0.1',
  ]);
  expect(['', 'a/b', '10.0.0.0/33', '10.0.0', 'x y', '-x'].map(readHostOrRange)).toEqual(Array(6).fill(undefined));
});
