import type { PromptContext } from '../prompt/prompt.ts';
import type { ActionConfig } from '../protocol/action-config.ts';
import { untouchedContext, type ClientContext } from '../protocol/client-context.ts';
import type { SessionSettings } from '../protocol/connect.ts';
import type { RespondLane, RespondMode } from '../protocol/vision-config.ts';
import type { DynamicContext } from './dynamic-context.ts';

const limits = {
  /** Triggers that the character still knows of. */
  events: 10,
  eventChars: 2_000,
  /** Of each, the newest are remembered as applied. */
  appliedIds: 64,
  /** As many as a room holds. */
  muted: 200,
} as const;

/** What a session's client has told: as `/connect` had it, and as messages changed it since. */
export class SessionContext {
  #changed: ClientContext;

  /**
   * @param kept what was changed before, when another process had the session
   * @param onChange told each time, with all that differs from `/connect`
   */
  constructor(
    private readonly settings: SessionSettings,
    kept: ClientContext | null,
    private readonly onChange: (changed: ClientContext) => void,
  ) {
    this.#changed = kept ?? untouchedContext;
  }

  /** What the character may do and to what, as it stands now; null when the client never said. */
  get actionConfig(): ActionConfig | null {
    return this.#changed.actionConfig ?? this.settings.action_config;
  }

  get dynamic(): DynamicContext {
    const { staticRemoved, updates } = this.#changed;
    return { staticText: staticRemoved ? '' : (this.settings.dynamic_info?.text ?? ''), updates };
  }

  /** How each input that is not the user's own words affects the character's speech. */
  get respondModes(): Readonly<Record<RespondLane, RespondMode>> {
    return { ...this.settings.respond_modes, ...this.#changed.respondModes };
  }

  /** Whether answers are spoken. */
  get speaking(): boolean {
    return this.#changed.speaking ?? this.settings.default_tts_enabled;
  }

  /** Whether the microphone counts. */
  get hearing(): boolean {
    return this.#changed.hearing ?? this.settings.default_stt_enabled;
  }

  /** Counts the processes that had the session, this one included. */
  get epoch(): number {
    return this.#changed.takeOvers + 1;
  }

  get revision(): number {
    return this.#changed.revision;
  }

  /** What of it the prompt is made of. */
  get told(): PromptContext['told'] {
    const { scene, templateKeys, events } = this.#changed;
    return {
      ...this.dynamic,
      scene: scene ?? this.settings.scene_description,
      templateKeys: templateKeys ?? this.settings.narrative_template_keys,
      events,
    };
  }

  wasApplied(updateId: string): boolean {
    return this.#changed.appliedIds.includes(updateId);
  }

  set(change: Partial<Pick<ClientContext, 'scene' | 'templateKeys' | 'speaking' | 'hearing'>>) {
    this.#set(change);
  }

  setRespondMode(lane: RespondLane, mode: RespondMode): void {
    this.#set({ respondModes: { ...this.#changed.respondModes, [lane]: mode } });
  }

  /** This process has the session after another one. */
  noteTakenOver(): void {
    this.#set({ takeOvers: this.#changed.takeOvers + 1 });
  }

  /** Whether the microphone of this one, among several people, was switched off. */
  isMuted(identity: string): boolean {
    return this.#changed.muted.includes(identity);
  }

  noteMuted(identity: string, isMuted: boolean): void {
    if (isMuted === this.isMuted(identity)) return;
    const others = this.#changed.muted.filter((muted) => muted !== identity);
    this.#set({ muted: isMuted ? [...others, identity].slice(-limits.muted) : others });
  }

  /** One `context-update`. @returns its revision */
  apply(
    dynamic: DynamicContext,
    actionConfig: ActionConfig | undefined,
    updateId: string | undefined,
  ): number {
    const { appliedIds, revision } = this.#changed;
    this.#set({
      updates: [...dynamic.updates],
      staticRemoved: this.#changed.staticRemoved || dynamic.staticText !== this.dynamic.staticText,
      ...(actionConfig && { actionConfig }),
      ...(updateId !== undefined && {
        appliedIds: [...appliedIds, updateId].slice(-limits.appliedIds),
      }),
      revision: revision + 1,
    });
    return this.revision;
  }

  /** The story of this conversation is in another section. */
  noteSection(conversationId: string, sectionId: string): void {
    this.#set({ story: { ...this.#changed.story, [conversationId]: sectionId } });
  }

  /** A message with this id has done what it asked for; repeated it does nothing. */
  noteApplied(updateId: string): void {
    this.#set({ appliedIds: [...this.#changed.appliedIds, updateId].slice(-limits.appliedIds) });
  }

  /** Something happened that the character should know of later, too. */
  noteEvent(text: string): void {
    const events = [...this.#changed.events, text.slice(0, limits.eventChars)];
    this.#set({ events: events.slice(-limits.events) });
  }

  #set(change: Partial<ClientContext>): void {
    this.#changed = { ...this.#changed, ...change };
    this.onChange(this.#changed);
  }
}
