import { hungUp, reopened, withNote, withTypedText } from './conversation.ts';
import { FacePlayer, type FaceFrame } from './face-player.ts';
import { microphoneWords, patienceMs, ServerFailed, type Failure } from './failure.ts';
import { handleMessage } from './handle-message.ts';
import { Line } from './line.ts';
import { decodePacket, readMessage } from './message.ts';
import type { RememberedConversations, RememberedUser } from './remembered.ts';
import type { Room, Server } from './server.ts';
import { chosen, inCall, type Phase, type State } from './state.ts';
import type { Store } from './store.ts';
import { logged } from './wire-log.ts';

/** Opens, holds and closes the conversation with the chosen character. */
export class Talk {
  readonly #store: Store<State>;
  readonly #server: Server;
  readonly #conversations: RememberedConversations;
  readonly #user: RememberedUser;
  readonly #face = new FacePlayer();
  #line: Line | undefined;

  constructor(
    store: Store<State>,
    server: Server,
    conversations: RememberedConversations,
    user: RememberedUser,
  ) {
    this.#store = store;
    this.#server = server;
    this.#conversations = conversations;
    this.#user = user;
  }

  /** 0 to 1, of this very moment. */
  levels(): { user: number; character: number } {
    const { user = 0, character = 0 } = this.#line?.levels() ?? {};
    return { user: this.#store.value.microphone.kind === 'on' ? user : 0, character };
  }

  /** Of this very moment; undefined for a face at rest. */
  face(nowMs: number): FaceFrame | undefined {
    return this.#face.frameAt(nowMs);
  }

  /** To be called at the press of a button: sound depends on it. */
  async open(how: 'new' | 'continue'): Promise<void> {
    const { value: state } = this.#store;
    const character = chosen(state);
    if (!character || inCall(state)) return;
    const characterSessionId =
      how === 'continue' ? (this.#conversations.get(character.id) ?? null) : null;
    const line = this.#newLine();
    this.#line = line;
    this.#store.update({
      phase: { kind: 'connecting', step: 'asking' },
      failure: undefined,
      microphone: { kind: 'off' },
      soundBlocked: false,
      conversation: reopened(state.conversation, how, performance.now()),
    });
    try {
      const room = await this.#server.connect({
        characterId: character.id,
        characterSessionId,
        routing: state.routing,
        endUserId: state.withMemory ? this.#user.id : null,
      });
      if (this.#line !== line) return;
      await this.#join(line, room);
      if (this.#line !== line) return;
      this.#conversations.set(character.id, room.character_session_id);
      this.#store.update({ resumable: true });
      if (this.#store.value.withMicrophone) await this.openMicrophone();
    } catch (error) {
      if (this.#line === line) await this.#fail(failureOf(error));
    }
  }

  #newLine(): Line {
    const line = new Line(this.#store.value.routing, {
      onPacket: (bytes) => this.#onPacket(line, bytes),
      onCharacterGone: () => this.#characterGone(line),
      onSoundBlocked: (soundBlocked) => this.#store.update({ soundBlocked }),
      onReconnecting: () => this.#reconnecting(line),
      onReconnected: () => {
        if (this.#line === line) this.#store.update({ phase: this.#joinedPhase() });
      },
      onMicrophoneLost: (error) => this.#microphoneFailed(error),
      onClosed: (reason) => {
        if (this.#line === line && reason !== undefined && this.#joined())
          void this.#fail({ kind: 'dropped', reason });
      },
    });
    return line;
  }

  #joined(): boolean {
    const { phase } = this.#store.value;
    return phase.kind !== 'connecting' || phase.step === 'waiting';
  }

  async #join(line: Line, room: Room): Promise<void> {
    this.#store.update({ phase: { kind: 'connecting', step: 'joining' } });
    try {
      await line.call.join(room.room_url, room.token);
    } catch (error) {
      const reason = error instanceof Error ? error.message : undefined;
      throw new ServerFailed({ kind: 'mediaGone', url: room.room_url, reason });
    }
    if (this.#line !== line) return;
    this.#store.update({ phase: this.#joinedPhase() });
    setTimeout(() => this.#wonder(line), patienceMs);
  }

  /** The character may have said that it is here before the room counted as joined. */
  #joinedPhase(): Phase {
    const { ready } = this.#store.value.conversation;
    return ready ? { kind: 'live' } : { kind: 'connecting', step: 'waiting' };
  }

  /** LiveKit itself would go on for most of a minute; by then a new call is the faster way back. */
  #reconnecting(line: Line): void {
    if (this.#line !== line || this.#store.value.phase.kind === 'reconnecting') return;
    const phase: Phase = { kind: 'reconnecting' };
    this.#store.update({ phase });
    setTimeout(() => {
      // Another break later on has a patience of its own.
      if (this.#line !== line || this.#store.value.phase !== phase) return;
      const reason = `Nothing came through for ${patienceMs / 1000} seconds.`;
      void this.#fail({ kind: 'dropped', reason });
    }, patienceMs);
  }

  /** Nobody will finish what was being said; whoever comes next says that it is ready again. */
  #characterGone(line: Line): void {
    if (this.#line !== line) return;
    const { conversation } = this.#store.value;
    const { ready } = conversation;
    line.silence();
    this.#store.update({ conversation: { ...hungUp(conversation), ready } });
    this.#note(
      'plain',
      'The character’s agent is gone. If its process died, another one takes over.',
    );
  }

  /** Says so when the character has not come. */
  #wonder(line: Line): void {
    const { phase } = this.#store.value;
    if (this.#line !== line || phase.kind !== 'connecting') return;
    this.#note(
      'problem',
      `The room is open, but the character has not come within ${patienceMs / 1000} seconds. ` +
        'Its agent process may be restarting; it joins by itself when it is back.',
    );
  }

  async openMicrophone(): Promise<void> {
    const line = this.#line;
    if (!line) return;
    this.#store.update({ microphone: { kind: 'asking' } });
    try {
      await line.openMicrophone();
      if (this.#line !== line) return;
      this.#store.update({ microphone: { kind: 'on' } });
    } catch (error) {
      if (this.#line === line) this.#microphoneFailed(error);
    }
  }

  async toggleMicrophone(): Promise<void> {
    if (this.#store.value.microphone.kind !== 'on') return this.openMicrophone();
    this.#store.update({ microphone: { kind: 'muted' } });
    await this.#line?.call.muteMicrophone();
  }

  #microphoneFailed(error: unknown): void {
    const words = microphoneWords(error, window.isSecureContext);
    this.#store.update({ microphone: { kind: 'failed', words } });
  }

  async say(text: string): Promise<void> {
    const words = text.trim();
    if (words === '' || !this.#line) return;
    const conversation = withTypedText(this.#store.value.conversation, words, performance.now());
    this.#store.update({ conversation });
    await this.#send({ type: 'user_text_message', data: { text: words } });
  }

  async interrupt(): Promise<void> {
    this.#line?.cut();
    await this.#send({ type: 'interrupt-bot', data: {} });
  }

  async allowSound(): Promise<void> {
    await this.#line?.call.allowSound();
  }

  async hangUp(): Promise<void> {
    const { conversation } = this.#store.value;
    this.#store.update({
      phase: { kind: 'ended', why: 'You ended it.' },
      microphone: { kind: 'off' },
      soundBlocked: false,
      conversation: hungUp(conversation),
    });
    await this.#close();
  }

  async #fail(failure: Failure): Promise<void> {
    const { conversation } = this.#store.value;
    const empty = conversation.entries.length === 0;
    this.#store.update({
      failure,
      phase: empty ? { kind: 'choosing' } : { kind: 'ended', why: 'It broke off.' },
      microphone: { kind: 'off' },
      soundBlocked: false,
      conversation: hungUp(conversation),
    });
    await this.#close();
  }

  async #close(): Promise<void> {
    const line = this.#line;
    this.#line = undefined;
    this.#face.clear();
    await line?.close();
  }

  async #send(message: { type: string; data: object }): Promise<void> {
    const { wire } = this.#store.value;
    this.#store.update({ wire: logged(wire, 'out', message, performance.now()) });
    try {
      await this.#line?.call.send(message);
    } catch {
      this.#note('problem', `${message.type} could not be sent: there is no line to the server.`);
    }
  }

  #note(tone: 'plain' | 'problem', text: string): void {
    const { conversation } = this.#store.value;
    const atMs = performance.now();
    this.#store.update({ conversation: withNote(conversation, { tone, text, atMs }) });
  }

  #onPacket(line: Line, bytes: Uint8Array): void {
    if (this.#line !== line) return;
    const content = decodePacket(bytes);
    const { wire, conversation, phase } = this.#store.value;
    const atMs = performance.now();
    const next: Partial<State> = { wire: logged(wire, 'in', content, atMs) };
    const message = readMessage(content);
    if (message) {
      line.follow(message, conversation.userSpeaking);
      this.#face.follow(message, atMs);
      next.conversation = handleMessage(conversation, message, atMs);
      if (next.conversation.ready && phase.kind === 'connecting' && phase.step === 'waiting')
        next.phase = { kind: 'live' };
    }
    this.#store.update(next);
  }
}

function failureOf(error: unknown): Failure {
  return error instanceof ServerFailed ? error.failure : { kind: 'serverGone' };
}
