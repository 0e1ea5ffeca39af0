import { ServerFailed, wordsFor } from './failure.ts';
import { RememberedConversations, RememberedKey, RememberedUser } from './remembered.ts';
import { ServerLine } from './server-line.ts';
import { Server } from './server.ts';
import { storageShelf } from './shelf.ts';
import { initialState, inCall, type State } from './state.ts';
import { Store } from './store.ts';
import { Library } from './studio/library.ts';
import { MemoryBook } from './studio/memory-book.ts';
import { upload } from './studio/upload.ts';
import { VoicePreview } from './studio/voice-preview.ts';
import { Workshop } from './studio/workshop.ts';
import { Talk } from './talk.ts';
import { ThemeChoice } from './theme.ts';
import { Composer } from './view/composer.ts';
import { ConfirmDialog } from './view/confirm-dialog.ts';
import { Drawer } from './view/drawer.ts';
import { element } from './view/element.ts';
import { Header } from './view/header.ts';
import { KeyDialog } from './view/key-dialog.ts';
import { Lobby } from './view/lobby.ts';
import { Notice } from './view/notice.ts';
import { Stage } from './view/stage.ts';
import { Studio } from './view/studio.ts';
import { Transcript } from './view/transcript.ts';
import './style/main.css';

const store = new Store<State>(initialState);
const key = new RememberedKey(storageShelf(() => sessionStorage));
const kept = storageShelf(() => localStorage);
const conversations = new RememberedConversations(kept);
const user = new RememberedUser(kept, randomId);
const line = new ServerLine(() => key.get());
const server = new Server(line);
const talk = new Talk(store, server, conversations, user);

const stage = new Stage();
const transcript = new Transcript();
const drawer = new Drawer((open) => {
  header.showMessagesOpen(open);
  page.dataset.drawer = open ? 'open' : 'closed';
});
const header = new Header({
  toggleTheme: () => theme.toggle(),
  toggleMessages: () => drawer.toggle(),
  forgetKey() {
    key.forget();
    store.update({ characters: undefined, chosenId: undefined });
    void load();
  },
});
const keyDialog = new KeyDialog((given) => {
  key.set(given);
  void load();
});
const askForKey = () => {
  const { failure } = store.value;
  const words = wordsFor({
    kind: 'keyWanted',
    refused: failure?.kind === 'keyWanted' && failure.refused,
  });
  keyDialog.ask(words.title, words.advice);
};
const lobby = new Lobby({
  choose,
  connect,
  route: (routing) => store.update({ routing }),
  useMicrophone: (withMicrophone) => store.update({ withMicrophone }),
  useMemory: (withMemory) => store.update({ withMemory }),
  edit(id) {
    store.update({ editing: true, failure: undefined });
    void studio.open(id);
  },
});
const confirmDialog = new ConfirmDialog();
const studio = new Studio({
  workshop: new Workshop(line),
  library: new Library(line),
  upload: (file, onProgress, signal) => upload(line, file, onProgress, signal),
  memories: new MemoryBook(line, user.id),
  preview: new VoicePreview(line, (state) => studio.showPreview(state)),
  confirm: confirmDialog,
  onChanged: (id) => void reload(id),
  onClose() {
    store.update({ editing: false });
    lobby.focusAfterEditing();
  },
});
const composer = new Composer({
  say: (text) => void talk.say(text),
  toggleMicrophone: () => void talk.toggleMicrophone(),
  interrupt: () => void talk.interrupt(),
  hangUp: () => void talk.hangUp(),
  connect,
  leave: () => store.update({ phase: { kind: 'choosing' }, failure: undefined }),
});
let lastWish: 'new' | 'continue' = 'new';
const notice = new Notice({
  retry() {
    const { characters, failure } = store.value;
    if (characters) connect(failure?.kind === 'dropped' ? 'continue' : lastWish);
    else void load();
  },
  giveKey: askForKey,
  allowSound: () => void talk.allowSound(),
});

const call = element(
  'main',
  { class: 'call' },
  stage.root,
  stage.tape.root,
  transcript.root,
  composer.root,
);
const page = element(
  'div',
  { class: 'page' },
  header.root,
  notice.root,
  lobby.root,
  studio.root,
  call,
  drawer.root,
  keyDialog.root,
  confirmDialog.root,
);
document.body.append(page);
const theme = new ThemeChoice(kept, (current) => {
  header.showTheme(current);
  stage.tape.draw();
});

store.watch((state) => {
  const choosing = state.phase.kind === 'choosing';
  // Before the characters are known there is nothing to choose from.
  lobby.root.hidden = !choosing || !state.characters || state.editing;
  call.hidden = choosing;
  header.show(state, key.get() !== undefined);
  notice.show(state);
  if (choosing) {
    lobby.show(state);
  } else {
    stage.show(state);
    transcript.show(state);
    composer.show(state);
  }
  drawer.show(state);
});

function choose(chosenId: string): void {
  const { conversation } = store.value;
  store.update({
    chosenId,
    resumable: conversations.get(chosenId) !== undefined,
    failure: undefined,
    // Another character's lines are not to be continued by this one.
    conversation: { ...conversation, entries: [] },
  });
}

function connect(how: 'new' | 'continue'): void {
  lastWish = how;
  stage.reset();
  void talk.open(how).then(() => {
    const { failure } = store.value;
    if (failure?.kind === 'keyWanted') askForKey();
  });
  requestAnimationFrame(measure);
}

function measure(nowMs: number): void {
  const { value: state } = store;
  const { userSpeaking, characterSpeaking } = state.conversation;
  stage.showLevels({ ...talk.levels(), userSpeaking, characterSpeaking }, nowMs);
  stage.showFace(talk.face(nowMs));
  if (inCall(state)) requestAnimationFrame(measure);
}

function load(): Promise<void> {
  store.update({ failure: undefined });
  return attempt(async () => {
    const info = await server.info();
    store.update({ info });
    if (info.needsKey && key.get() === undefined)
      throw new ServerFailed({ kind: 'keyWanted', refused: false });
    await loadCharacters(store.value.chosenId);
  });
}

/** @param wanted who shall be chosen, if they are there */
function reload(wanted: string | undefined): Promise<void> {
  return attempt(() => loadCharacters(wanted));
}

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const failure = error instanceof ServerFailed ? error.failure : undefined;
    store.update({ failure: failure ?? { kind: 'serverGone' } });
    if (failure?.kind === 'keyWanted') {
      key.forget();
      askForKey();
    }
  }
}

async function loadCharacters(wanted: string | undefined): Promise<void> {
  const characters = await server.characters();
  store.update({ characters });
  const next = characters.find(({ id }) => id === wanted) ?? characters[0];
  if (next && next.id !== store.value.chosenId) choose(next.id);
}

/** Also where the page is no secure context, and `randomUUID` is not there. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// A tab that closes says so, or the character would wait for LiveKit to notice.
window.addEventListener('pagehide', () => {
  if (inCall(store.value)) void talk.hangUp();
});
void load();
