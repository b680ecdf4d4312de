import { expect, it } from 'vitest';
import { canonicalZone, zonedInstant } from './zoned-time.ts';

const at = (zone: string, wall: string) => zonedInstant(zone, new Date(`${wall}Z`)).toISOString();

it('finds the moment at which clocks show a time', () => {
  expect(at('Europe/Paris', '2026-03-28T23:30:00')).toBe('2026-03-28T22:30:00.000Z');
  expect(at('Europe/Paris', '2026-03-29T04:15:00')).toBe('2026-03-29T02:15:00.000Z');
  expect(at('America/New_York', '2026-07-01T00:00:00.250')).toBe('2026-07-01T04:00:00.250Z');
  expect(at('Pacific/Kiritimati', '2026-01-01T13:00:00')).toBe('2025-12-31T23:00:00.000Z');
  expect(at('UTC', '2026-01-01T13:00:00')).toBe('2026-01-01T13:00:00.000Z');
});

it('knows each zone by one name', () => {
  expect(canonicalZone('europe/paris')).toBe('Europe/Paris');
  expect(canonicalZone('Mars/Olympus')).toBeUndefined();
});
