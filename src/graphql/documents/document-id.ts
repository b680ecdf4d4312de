import { createHash } from 'node:crypto';

/** An id that clients send in place of a document: `sha256:` and the digest of its text, or one that a client chose. */
const documentIdPattern = /^(?!sha256:)[\w.:/~-]{1,128}$|^sha256:[0-9a-f]{64}$/;
const bareDigest = /^[0-9a-f]{64}$/;

export const isDocumentId = (text: string): boolean => documentIdPattern.test(text);

export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The id under which a document is registered. Some generators leave out the prefix of a SHA-256 digest. */
export const registeredId = (documentId: string, hash: string): string =>
  documentId === hash ? `sha256:${hash}` : documentId;

/** The ids under which the document of a request may be registered. */
export const candidateIds = (documentId: string): string[] =>
  bareDigest.test(documentId) ? [`sha256:${documentId}`, documentId] : [documentId];
