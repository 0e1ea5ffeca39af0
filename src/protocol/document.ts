import * as z from 'zod';

/** Files that can be read. */
export const DocumentKind = z.enum(['txt', 'md', 'html', 'pdf', 'docx']);
export type DocumentKind = z.infer<typeof DocumentKind>;

/** `ready`: it can be searched. `deleting`: for its workspace it is gone, and what was made of it is being removed. */
export const DocumentState = z.enum(['waiting', 'working', 'ready', 'failed', 'deleting']);
export type DocumentState = z.infer<typeof DocumentState>;
