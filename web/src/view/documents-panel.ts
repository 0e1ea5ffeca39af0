import type { Library, LibraryDocument } from '../studio/library.ts';
import { isAbort, reasonOf } from '../studio/reason.ts';
import type { ConfirmDialog } from './confirm-dialog.ts';
import { DocumentRow } from './document-row.ts';
import { DropZone } from './drop-zone.ts';
import { element, setText } from './element.ts';
import { UploadRow } from './upload-row.ts';

export type Upload = (
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
) => Promise<string>;

/** While something is being read, its progress is asked for this often. */
const lookMs = 700;
/** The server refuses larger ones; known here, nothing is sent in vain. */
const mostBytes = 20 * 1_048_576;

/** What a character can look up: files are given here, read by the server, and connected or not. */
export class DocumentsPanel {
  readonly root: HTMLElement;
  readonly #title = element('h3', { id: 'documents-title', tabindex: -1 }, 'Knowledge');
  readonly #list = element('ul', { class: 'documents', 'data-testid': 'documents' });
  readonly #uploads = element('ul', { class: 'documents' });
  readonly #empty = element('p', { class: 'hint' }, 'No documents yet.');
  readonly #told = element('p', {
    class: 'hint',
    role: 'status',
    'data-testid': 'documents-status',
  });
  readonly #rows = new Map<string, DocumentRow>();
  readonly #states = new Map<string, LibraryDocument['state']['kind']>();
  readonly #waiting: { row: UploadRow; characterId: string; gone: AbortController }[] = [];
  #isSending = false;
  #characterId: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly library: Library,
    private readonly confirm: ConfirmDialog,
    /** @returns the document's id @throws what tells why it was not taken */
    private readonly upload: Upload,
  ) {
    const zone = new DropZone((files) => {
      this.#take(files);
    });
    this.root = element(
      'section',
      { class: 'panel', 'aria-labelledby': 'documents-title', 'data-testid': 'documents-panel' },
      this.#title,
      element(
        'p',
        { class: 'hint' },
        'Answers come from these when they have to do with a question.',
      ),
      zone.root,
      this.#told,
      this.#uploads,
      this.#list,
      this.#empty,
    );
  }

  /** @param characterId undefined: nobody looks any more */
  show(characterId: string | undefined): void {
    if (characterId === this.#characterId) return;
    this.#characterId = characterId;
    clearTimeout(this.#timer);
    for (const { root } of this.#rows.values()) root.remove();
    this.#rows.clear();
    this.#states.clear();
    setText(this.#told, '');
    if (characterId !== undefined) void this.#look();
  }

  async #look(): Promise<void> {
    const characterId = this.#characterId;
    clearTimeout(this.#timer);
    if (characterId === undefined) return;
    try {
      const documents = await this.library.list(characterId);
      if (characterId !== this.#characterId) return;
      this.#draw(documents);
      const isReading = documents.some(({ state }) => state.kind === 'reading');
      clearTimeout(this.#timer);
      if (isReading) this.#timer = setTimeout(() => void this.#look(), lookMs);
    } catch (error) {
      if (characterId === this.#characterId) setText(this.#told, reasonOf(error));
    }
  }

  #draw(documents: readonly LibraryDocument[]): void {
    const ids = new Set(documents.map(({ id }) => id));
    for (const [id, { root }] of this.#rows) {
      if (ids.has(id)) continue;
      if (root.contains(document.activeElement)) this.#title.focus();
      root.remove();
      this.#rows.delete(id);
    }
    for (const one of documents) {
      const known = this.#rows.get(one.id);
      if (known) known.show(one);
      else this.#rows.set(one.id, this.#row(one));
      this.#tellChange(one);
    }
    const rows = documents.flatMap(({ id }) => this.#rows.get(id)?.root ?? []);
    // Moving a row takes the focus from it.
    if (rows.some((row, at) => this.#list.children[at] !== row))
      this.#list.replaceChildren(...rows);
    this.#empty.hidden = documents.length > 0;
  }

  #row(made: LibraryDocument): DocumentRow {
    return new DocumentRow(made, {
      connect: (which, isConnected) => void this.#connect(which, isConnected),
      delete: (which) => void this.#delete(which),
    });
  }

  #tellChange({ id, name, state }: LibraryDocument): void {
    const before = this.#states.get(id);
    this.#states.set(id, state.kind);
    if (before !== 'reading' || state.kind === 'reading') return;
    const words = state.kind === 'ready' ? 'is ready.' : `could not be read. ${state.why}`;
    setText(this.#told, `${name} ${words}`);
  }

  async #connect({ id, name }: LibraryDocument, isConnected: boolean): Promise<void> {
    const characterId = this.#characterId;
    if (characterId === undefined) return;
    await this.#attempt(`${name} could not be changed.`, async () => {
      await this.library.connect(characterId, id, isConnected);
      setText(this.#told, `${name} is ${isConnected ? 'connected' : 'disconnected'}.`);
    });
  }

  async #delete({ id, name }: LibraryDocument): Promise<void> {
    const isSure = await this.confirm.ask({
      title: `Delete ${name}?`,
      advice: 'It is deleted for every character of this workspace.',
      yes: 'Delete',
    });
    if (!isSure) return;
    await this.#attempt(`${name} could not be deleted.`, async () => {
      await this.library.delete(id);
      setText(this.#told, `${name} is deleted.`);
    });
  }

  async #attempt(failure: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      setText(this.#told, `${failure} ${reasonOf(error)}`);
    }
    await this.#look();
  }

  #take(files: readonly File[]): void {
    const characterId = this.#characterId;
    if (characterId === undefined) return;
    for (const file of files) {
      const gone = new AbortController();
      const row = new UploadRow(file, () => {
        gone.abort();
        row.root.remove();
      });
      this.#uploads.append(row.root);
      if (file.size > mostBytes) row.failed('A file may have 20 MB at most.');
      else this.#waiting.push({ row, characterId, gone });
    }
    void this.#send();
  }

  /** One after the other: the first is useful while the last is on its way. */
  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const { row, characterId, gone } = next;
      if (gone.signal.aborted) continue;
      try {
        const onProgress = (share: number) => {
          row.sending(share);
        };
        const id = await this.upload(row.file, onProgress, gone.signal);
        await this.library.connect(characterId, id, true);
        row.root.remove();
        setText(this.#told, `${row.file.name} is uploaded and being read.`);
        this.#states.set(id, 'reading');
      } catch (error) {
        if (isAbort(error)) continue;
        row.failed(reasonOf(error));
        setText(this.#told, `${row.file.name} was not taken. ${reasonOf(error)}`);
      }
      await this.#look();
    }
    this.#isSending = false;
  }
}
