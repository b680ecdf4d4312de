import { describe, expect, it } from 'vitest';
import { Declined } from '../../access/decline.ts';
import { containsStandIn, templateViewer } from '../../access/template-viewer.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { prepared, RequestPlaceholder } from '../declare/request-placeholder.ts';
import type { Supplied } from './supplied.ts';
import { readerOf, templateContext } from './symbols.ts';

const viewer = {
  role: 'CLIENT',
  permissions: new Set(['task:read']),
  profileId: 'mine',
  email: 'a@b',
} as never as Viewer;
const supplied = { viewer, sites: [] } as never as Supplied;

describe('a rule, while a plan is compiled', () => {
  const template = templateViewer(viewer);

  it('sees the real role and permissions', () => {
    expect([template.role, template.permissions]).toEqual([viewer.role, viewer.permissions]);
  });

  it('may pass on the viewer’s profile id, which becomes a parameter', () => {
    expect(template.profileId).not.toBe('mine');
    expect(readerOf(template.profileId)(supplied)).toBe('mine');
  });

  it('may not compute with that id, nor read anything else', () => {
    expect(() => readerOf(`of ${template.profileId}`)).toThrow(Declined);
    expect(containsStandIn(`select '${template.profileId}'`)).toBe(true);
    expect(() => template.email).toThrow(Declined);
    expect(() => templateContext(template).tenant).toThrow(Declined);
  });
});

describe('a parameter', () => {
  it('is a constant or is read from the request', () => {
    expect(readerOf(7)(supplied)).toBe(7);
    expect(readerOf(new RequestPlaceholder<Supplied>(({ viewer: who }) => who.role))(supplied)).toBe('CLIENT');
  });

  it('may be derived before its value is known', () => {
    const placeholder = new RequestPlaceholder<Supplied>(() => 'a%');
    const pattern = prepared(placeholder, (text) => `%${text}`) as RequestPlaceholder<Supplied>;
    expect(pattern.read(supplied)).toBe('%a%');
    expect(placeholder.derived).toEqual([pattern]);
    expect(prepared('now', (text) => `${text}!`)).toBe('now!');
  });
});
