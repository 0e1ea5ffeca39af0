import { hearingRateHz } from '../../src/frames/pcm.ts';
import type { Wish } from '../../src/turn/reaction.ts';
import type { LlmStep } from '../fakes/scripted-llm.ts';
import type { SttStep } from '../fakes/scripted-stt.ts';
import { hum, type TtsStep } from '../fakes/scripted-tts.ts';
import { mark, marksIn, TruthfulStt } from '../fakes/truthful-stt.ts';
import { Scene } from './scene.ts';
import { WatchedVoice } from './watched-voice.ts';

const frameMs = 40;
const loud = hum(frameMs, hearingRateHz);
const quiet = new Int16Array(loud.length);

export const ferryLine = 'The ferry leaves at noon.';

/** What may happen next. In `words` the `*` is where a name stands that is said once only; a cough has none. */
export type Act =
  | { does: 'speak'; ms: number; words: string }
  | { does: 'listen' | 'stall'; ms: number }
  | { does: 'type' | 'interrupt' | 'forceEnd' | 'mute' | 'unmute' | 'unplug' | 'line' | 'renew' }
  | { does: 'trigger'; mayAbstain: boolean; wish: Wish }
  | { does: 'voice'; isOn: boolean };

/** @property stt each call as it comes: how late, and whether in vain; what is heard is the truth */
export type Course = {
  acts: Act[];
  stt: SttStep[];
  llm: Omit<LlmStep, 'pieces'>[];
  /** The model's, by turns; each is begun with a word of its own. */
  answers: string[];
  tts: TtsStep[];
  tellsPartials: boolean;
};

/** @property isOwed whether it must be answered, or be told that it cannot be */
export type Said = { name: string; text: string; isOwed: boolean };

/** A conversation in which anything happens. */
export class AnyConversation {
  readonly scene: Scene;
  readonly voice: WatchedVoice;
  readonly stt: TruthfulStt;
  readonly said: Said[] = [];
  /** What the model wrote for each answer. */
  readonly written: string[] = [];
  isSpokenThroughout = true;
  readonly #course: Course;
  /** Turns whose answer has the floor. */
  readonly #open = new Set<string>();
  #beganLast = '';
  #isMuted = false;
  /** What goes on in the same sound is nobody's until the words of the turn are there. */
  #isEndedInMidSound = false;

  constructor(course: Course) {
    this.#course = course;
    const opened: { stt?: TruthfulStt; voice?: WatchedVoice } = {};
    this.scene = new Scene({
      openStt: (clock) => (opened.stt = new TruthfulStt(clock, this.#hear, course.tellsPartials)),
      openVoice: (clock) => (opened.voice = new WatchedVoice(clock, () => this.#beganLast)),
      onStore: ({ id, status }) => {
        this.#beganLast = id;
        if (status === 'open') this.#open.add(id);
        else this.#open.delete(id);
      },
    });
    if (!opened.stt || !opened.voice) throw new Error('the scene opened neither');
    this.stt = opened.stt;
    this.voice = opened.voice;
    this.#script(course);
  }

  async do(act: Act): Promise<void> {
    const { conversation } = this.scene;
    switch (act.does) {
      case 'speak':
        return this.#speak(act.words, act.ms);
      case 'listen':
        if (!this.#isMuted) this.#isEndedInMidSound = false;
        for (let at = 0; at < act.ms; at += frameMs) await this.scene.frame(quiet);
        return;
      case 'stall':
        return this.scene.standStill(['silence', act.ms]);
      case 'type':
        conversation.type(this.#name('Tell me of *.', true).text);
        return;
      case 'interrupt':
        conversation.interrupt();
        return;
      case 'forceEnd':
        this.#isEndedInMidSound = true;
        conversation.forceEnd();
        return;
      case 'mute':
      case 'unmute':
        this.#isMuted = act.does === 'mute';
        this.#isEndedInMidSound ||= this.#isMuted;
        conversation.setHearing(!this.#isMuted);
        return;
      case 'unplug':
        conversation.microphoneSilent();
        return;
      case 'line':
        conversation.say(ferryLine);
        return;
      case 'renew':
        conversation.contextChanged();
        return;
      case 'trigger':
        conversation.react({ text: 'It rains.', mayAbstain: act.mayAbstain }, act.wish);
        return;
      case 'voice':
        this.isSpokenThroughout &&= act.isOn;
        conversation.setSpeaking(act.isOn);
    }
  }

  /**
   * Providers do their work from now on, and whatever is on its way arrives; then the user says one thing more. What they
   * said before a cough may be answered with that.
   */
  async letGo(): Promise<void> {
    await this.do({ does: 'unmute' });
    this.#script({ stt: [{ text: '', afterMs: 100 }], llm: [{ firstMs: 150 }], tts: [{}] });
    await this.#comeToRest();
    await this.do({ does: 'speak', ms: 640, words: 'Where is *?' });
    await this.#comeToRest();
  }

  /** Whether the recogniser failed at these words, and it was said. */
  isToldUnheard(said: Said): boolean {
    const number = this.said.indexOf(said);
    const isUnheard = this.stt.log.calls.some(
      ({ outcome, input }) => outcome === 'failed' && marksIn(input.samples).includes(number),
    );
    const isTold = this.scene.events.some(
      (event) => event.kind === 'failed' && event.stage === 'stt',
    );
    return isUnheard && isTold;
  }

  /** Calls to providers. */
  get running(): number {
    const { llm, tts } = this.scene;
    return [this.stt, llm, tts].reduce((sum, { log }) => sum + log.count('running'), 0);
  }

  async #comeToRest(): Promise<void> {
    const restMs = 3_000;
    let restedMs = 0;
    for (let waitedMs = 0; restedMs < restMs; waitedMs += 400) {
      if (waitedMs > 120_000) throw new Error('it does not come to rest');
      const before = this.scene.events.length;
      await this.do({ does: 'listen', ms: 400 });
      const isBusy = this.running > 0 || this.voice.leftMs > 0;
      restedMs = isBusy || this.scene.events.length > before ? 0 : restedMs + 400;
    }
  }

  async #speak(words: string, ms: number): Promise<void> {
    const isOwed = !this.#isMuted && !this.#isEndedInMidSound && words.includes('*');
    const said = words === '' ? undefined : this.#name(words, isOwed);
    let overAnswer = false;
    for (let at = 0; at < ms; at += frameMs) {
      overAnswer ||= this.#open.size > 0;
      const isWord = said && at === frameMs;
      await this.scene.frame(isWord ? mark(loud, this.said.indexOf(said)) : loud);
    }
    // What a sound over the voice is, its length decides, unless its words come in time.
    const isSlow = this.#course.stt.some((step) => 'fails' in step || (step.afterMs ?? 0) > 300);
    if (said && overAnswer && isSlow) said.isOwed = false;
  }

  #name(words: string, isOwed: boolean): Said {
    const name = `x${this.said.length}x`;
    const said = { name, text: words.replace('*', name), isOwed };
    this.said.push(said);
    return said;
  }

  readonly #hear = (samples: Int16Array): string =>
    marksIn(samples)
      .map((number) => this.said[number]?.text)
      .join(' ');

  #script({ stt, llm, tts }: Pick<Course, 'stt' | 'llm' | 'tts'>): void {
    this.stt.script.from(
      ...stt.map((step) => ('fails' in step ? step : { ...step, text: this.#hear })),
    );
    this.scene.llm.script.from(...llm.map((step) => ({ ...step, pieces: this.#write })));
    this.scene.tts.script.from(...tts);
  }

  readonly #write = (): string => {
    const { answers } = this.#course;
    const number = this.written.length;
    const text = `Y${number}y ${answers[number % answers.length] ?? ''}`;
    this.written.push(text);
    return text;
  };
}
