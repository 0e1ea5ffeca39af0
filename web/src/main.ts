import { ServerFailed, wordsFor } from './failure.ts';
import { RememberedConversations, RememberedKey } from './remembered.ts';
import { Server } from './server.ts';
import { storageShelf } from './shelf.ts';
import { initialState, inCall, type State } from './state.ts';
import { Store } from './store.ts';
import { Talk } from './talk.ts';
import { ThemeChoice } from './theme.ts';
import { Composer } from './view/composer.ts';
import { Drawer } from './view/drawer.ts';
import { element } from './view/element.ts';
import { Header } from './view/header.ts';
import { KeyDialog } from './view/key-dialog.ts';
import { Lobby } from './view/lobby.ts';
import { Notice } from './view/notice.ts';
import { Stage } from './view/stage.ts';
import { Transcript } from './view/transcript.ts';
import './style/main.css';

const store = new Store<State>(initialState);
const key = new RememberedKey(storageShelf(() => sessionStorage));
const kept = storageShelf(() => localStorage);
const conversations = new RememberedConversations(kept);
const server = new Server(() => key.get());
const talk = new Talk(store, server, conversations);

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
  call,
  drawer.root,
  keyDialog.root,
);
document.body.append(page);
const theme = new ThemeChoice(kept, (current) => {
  header.showTheme(current);
  stage.tape.draw();
});

store.watch((state) => {
  const choosing = state.phase.kind === 'choosing';
  // Before the characters are known there is nothing to choose from.
  lobby.root.hidden = !choosing || !state.characters;
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

async function load(): Promise<void> {
  store.update({ failure: undefined });
  try {
    const info = await server.info();
    store.update({ info });
    if (info.needsKey && key.get() === undefined)
      throw new ServerFailed({ kind: 'keyWanted', refused: false });
    const characters = await server.characters();
    store.update({ characters });
    const [first] = characters;
    if (first && store.value.chosenId === undefined) choose(first.id);
  } catch (error) {
    const failure = error instanceof ServerFailed ? error.failure : undefined;
    store.update({ failure: failure ?? { kind: 'serverGone' } });
    if (failure?.kind === 'keyWanted') {
      key.forget();
      askForKey();
    }
  }
}

// A tab that closes says so, or the character would wait for LiveKit to notice.
window.addEventListener('pagehide', () => {
  if (inCall(store.value)) void talk.hangUp();
});
void load();
