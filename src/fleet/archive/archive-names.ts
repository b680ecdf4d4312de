import path from 'node:path';

/** The parts of an archive's file name. */
export interface ArchiveName {
  /** `slug.id` of the organization, or `catalog`. */
  subject: string;
  /** The time for which the archive was made, or when its run began: `20261121T104029123Z`. */
  stamp: string;
  /** Of an incremental archive: the stamp of the full archive that has its unchanged parts. */
  base?: string | undefined;
}

/** Contains the id, because a slug may change and later belong to another organization. */
export const tenantSubject = ({ slug, id }: { slug: string; id: string }): string => `${slug}.${id}`;
export const catalogSubject = 'catalog';

/** The id of the organization, or `catalog`. Unlike the subject, it does not change with the slug. */
export const idOfSubject = (subject: string): string => subject.split('.').at(-1)!;

/** Whether two archives are of the same organization, or both of the catalog. */
export const isSameSubject = (a: string, b: string): boolean => idOfSubject(a) === idOfSubject(b);

export const stampOf = (at: Date): string => at.toISOString().replace(/[-:.]/g, '');
export const isStamp = (text: string): boolean => /^\d{8}T\d{9}Z$/.test(text);

/** The instant of a stamp. */
export const timeOf = (stamp: string): Date =>
  new Date(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/, '$1-$2-$3T$4:$5:$6.$7Z'));

export const archiveName = ({ subject, stamp, base }: ArchiveName, suffix: string): string =>
  `${subject}.${stamp}${base === undefined ? '' : `.since-${base}`}.tar${suffix}`;

/** The list of a full archive's parts, beside it, for later incremental archives. */
export const indexName = (archive: string): string => `${archive}.index`;

const form = /^(catalog|[a-z0-9-]+\.[0-9a-f-]{36})\.(\d{8}T\d{9}Z)(?:\.since-(\d{8}T\d{9}Z))?\.tar(?:\.sealed|\.age)?$/;

/** Undefined if the name is not that of an archive. */
export function readArchiveName(name: string): ArchiveName | undefined {
  const [, subject, stamp, base] = form.exec(path.basename(name)) ?? [];
  return subject === undefined || stamp === undefined ? undefined : { subject, stamp, base };
}
