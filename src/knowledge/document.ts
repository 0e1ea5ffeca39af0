import { PublicError } from '../errors/public-error.ts';
import type { DocumentKind, DocumentState } from '../protocol/document.ts';

/** An uploaded file as its workspace sees it. */
export type KnowledgeDocument = {
  id: string;
  name: string;
  kind: DocumentKind;
  /** Of the file. */
  bytes: number;
  state: DocumentState;
  /** Why it failed. */
  fault: string | null;
  /** Percent of the work that makes it searchable. */
  progress: number;
  characters: number;
  passages: number;
  updatedAt: Date;
};

/** What a workspace may keep, and what one file may hold. */
export const knowledgeLimits = {
  fileBytes: 20 * 1_048_576,
  documents: 1_000,
  /** Of all documents of a workspace; 200 MB of text are more than any character has read. */
  passages: 200_000,
  /** Of one: six times what the longest text comes to. */
  passagesOfOne: 20_000,
  pages: 1_000,
  /** Of the text in a file: about 800 pages. */
  characters: 2_000_000,
  nameChars: 255,
  /** Active ones of one character. */
  linksAtOnce: 1_000,
} as const;

/** A file, or what is asked of a document, is refused for a reason that its sender can understand. */
export class DocumentRefused extends PublicError {
  override readonly name = 'DocumentRefused';
  static unknown(): DocumentRefused {
    return new DocumentRefused(404, 'document_not_found', 'There is no such document.');
  }
}
