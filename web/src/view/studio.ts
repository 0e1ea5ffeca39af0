import { Draft } from '../studio/draft.ts';
import type { Library } from '../studio/library.ts';
import type { MemoryBook } from '../studio/memory-book.ts';
import { isAbort, reasonOf } from '../studio/reason.ts';
import type { PreviewState, VoicePreview } from '../studio/voice-preview.ts';
import type { Workshop } from '../studio/workshop.ts';
import { ConflictNotice } from './conflict-notice.ts';
import type { ConfirmDialog } from './confirm-dialog.ts';
import { DocumentsPanel, type Upload } from './documents-panel.ts';
import { element } from './element.ts';
import { MemoriesPanel } from './memories-panel.ts';
import { SheetForm } from './sheet-form.ts';
import { StudioHead } from './studio-head.ts';

export type StudioDeps = {
  workshop: Workshop;
  library: Library;
  upload: Upload;
  memories: MemoryBook;
  preview: VoicePreview;
  confirm: ConfirmDialog;
  /** The characters are not what they were. @param id of the one that shall be chosen now */
  onChanged: (id: string | undefined) => void;
  onClose: () => void;
};

/** Where a character is made, changed, copied and deleted, with what it can look up and what it remembers. */
export class Studio {
  readonly root: HTMLElement;
  readonly #head = new StudioHead({
    close: () => void this.#close(),
    save: () => void this.#save(),
    clone: () => void this.#clone(),
    delete: () => void this.#delete(),
  });
  readonly #conflict = new ConflictNotice({
    reload: () => {
      this.#reload();
    },
    overwrite: () => void this.#overwrite(),
  });
  readonly #form: SheetForm;
  readonly #documents: DocumentsPanel;
  readonly #memories: MemoriesPanel;
  readonly #unsaved = element(
    'p',
    { class: 'panel hint' },
    'Knowledge and memory come with the first save.',
  );
  readonly #draft: Draft;
  #isBusy = false;

  constructor(private readonly deps: StudioDeps) {
    const { workshop, preview, library, memories, confirm } = deps;
    this.#draft = new Draft(workshop);
    this.#form = new SheetForm({
      write: (wish, signal) => workshop.backstory(wish, signal),
      play: (voice, sentence) => preview.play(voice, sentence),
      stopPlaying: () => {
        preview.stop();
      },
      onChange: () => {
        this.#showChange();
      },
    });
    this.#documents = new DocumentsPanel(library, confirm, deps.upload);
    this.#memories = new MemoriesPanel(memories, confirm);
    this.root = element(
      'main',
      { class: 'studio', 'aria-label': 'Character editor', hidden: true, 'data-testid': 'studio' },
      this.#head.root,
      this.#conflict.root,
      element(
        'div',
        { class: 'studio-body' },
        this.#form.root,
        element(
          'div',
          { class: 'panels' },
          this.#unsaved,
          this.#documents.root,
          this.#memories.root,
        ),
      ),
    );
    this.root.addEventListener('keydown', (event) => {
      if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void this.#save();
    });
    // A file that is dropped beside its place would replace the page.
    for (const type of ['dragover', 'drop'] as const)
      this.root.addEventListener(type, (event) => {
        event.preventDefault();
      });
    window.addEventListener('beforeunload', (event) => {
      if (!this.root.hidden && this.#isChanged) event.preventDefault();
    });
  }

  /** @param id undefined begins a new character */
  async open(id: string | undefined): Promise<void> {
    this.root.hidden = false;
    this.root.scrollTop = 0;
    this.#draft.clear();
    this.#show();
    this.#head.say('Loading…');
    await this.#attempt(async () => {
      const [choices] = await Promise.all([
        this.deps.workshop.choices(),
        id === undefined ? undefined : this.#draft.read(id),
      ]);
      this.#draft.choices = choices;
      this.#show();
      this.#head.say('');
    });
    if (id === undefined) this.#form.focusName();
    else this.#head.focus();
  }

  showPreview(state: PreviewState): void {
    this.#form.voice.showState(state);
  }

  get #isChanged(): boolean {
    return this.#draft.isChanged(this.#form.read());
  }

  #show(sheet = this.#draft.before): void {
    const { id, choices } = this.#draft;
    this.#conflict.hide();
    this.#form.show(sheet, choices);
    this.#unsaved.hidden = id !== undefined;
    this.#documents.root.hidden = id === undefined;
    this.#memories.root.hidden = id === undefined;
    this.#documents.show(id);
    this.#memories.show(id === undefined ? undefined : { id, name: this.#draft.before.name });
    this.#showChange();
  }

  #showChange(): void {
    const { name } = this.#form.read();
    const isChanged = this.#isChanged;
    const isNew = this.#draft.id === undefined;
    this.#head.show({ name, isNew, isChanged, canSave: !this.#isBusy && isChanged && name !== '' });
  }

  async #save(): Promise<void> {
    const sheet = this.#form.read();
    if (sheet.name === '') {
      this.#head.say('A name is needed.');
      this.#form.focusName();
      return;
    }
    if (!this.#isChanged) return;
    this.#form.backstory.stop();
    await this.#attempt(async () => {
      const kept = await this.#draft.keep(sheet);
      if (kept.kind === 'conflict') {
        this.#head.say('Somebody else was first.');
        this.#conflict.show(kept);
        return;
      }
      this.#show();
      this.#head.say('Saved.');
      this.deps.onChanged(this.#draft.id);
    });
  }

  #reload(): void {
    this.#draft.goOnFromTheirs(this.#form.read());
    this.#show();
    this.#head.say('This is their version.');
    this.#head.focus();
  }

  /** What was changed here counts; what only they changed stays theirs. */
  async #overwrite(): Promise<void> {
    this.#show(this.#draft.goOnFromTheirs(this.#form.read()));
    await this.#save();
  }

  async #clone(): Promise<void> {
    const { id } = this.#draft;
    if (id === undefined || !(await this.#mayLeave())) return;
    await this.#attempt(async () => {
      const copy = await this.deps.workshop.clone(id);
      await this.#draft.read(copy);
      this.#show();
      this.#head.say('This is the copy. Its conversations and memories are its own.');
      this.deps.onChanged(copy);
      this.#head.focus();
    });
  }

  async #delete(): Promise<void> {
    const { id, before } = this.#draft;
    if (id === undefined) return;
    const isSure = await this.deps.confirm.ask({
      title: `Delete ${before.name}?`,
      advice: 'Its conversations and all that it remembers go with it. This cannot be undone.',
      yes: 'Delete',
    });
    if (!isSure) return;
    await this.#attempt(async () => {
      await this.deps.workshop.delete(id);
      this.deps.onChanged(undefined);
      this.#leave();
    });
  }

  async #close(): Promise<void> {
    if (await this.#mayLeave()) this.#leave();
  }

  async #mayLeave(): Promise<boolean> {
    if (!this.#isChanged) return true;
    return this.deps.confirm.ask({
      title: 'Leave without saving?',
      advice: 'What you have changed since the last save is lost.',
      yes: 'Leave',
    });
  }

  #leave(): void {
    this.#form.backstory.stop();
    this.deps.preview.stop();
    this.root.hidden = true;
    this.#draft.clear();
    this.#show();
    this.deps.onClose();
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    if (this.#isBusy) return;
    const { activeElement } = document;
    this.#isBusy = true;
    this.#form.switchOff(true);
    this.#showChange();
    try {
      await work();
    } catch (error) {
      if (!isAbort(error)) this.#head.say(reasonOf(error), 'problem');
    } finally {
      this.#isBusy = false;
      this.#form.switchOff(false);
      this.#showChange();
      // What is switched off loses the focus.
      if (activeElement instanceof HTMLElement && this.#form.root.contains(activeElement))
        activeElement.focus();
    }
  }
}
