import type { Sheet } from '../studio/sheet.ts';
import type { Choices } from '../studio/workshop.ts';
import { BackstoryField, type BackstoryActions } from './backstory-field.ts';
import { element, setText } from './element.ts';
import { checkBox, field, showChoices, textArea, textInput } from './field.ts';
import { VoiceField, type VoiceActions } from './voice-field.ts';

export type SheetActions = {
  write: BackstoryActions['write'];
  play: VoiceActions['play'];
  stopPlaying: VoiceActions['stop'];
  onChange: () => void;
};

/** Where a slider begins that was nobody's yet: in the middle of what models usually take. */
const usualTemperature = 0.7;

/** All that can be edited of a character. */
export class SheetForm {
  readonly root: HTMLElement;
  readonly backstory: BackstoryField;
  readonly voice: VoiceField;
  readonly #name = textInput('name', 200);
  readonly #greeting = textArea('greeting', 2, 4_000);
  readonly #description = textArea('description', 2, 4_000);
  readonly #language = element('select', { 'data-testid': 'language' });
  readonly #speakingStyle = textArea('speaking-style', 2, 8_000);
  readonly #model = element('select', { 'data-testid': 'model' });
  readonly #ownTemperature = checkBox('temperature-set');
  readonly #temperature = element('input', {
    type: 'range',
    min: 0,
    max: 1,
    step: 'any',
    'data-testid': 'temperature',
  });
  readonly #degrees = element('output', { class: 'degrees' });
  readonly #boundaries = textArea('boundaries', 3, 60_000);
  readonly #remembers = checkBox('remembers');
  readonly #listed = checkBox('listed');
  readonly #parts: readonly HTMLFieldSetElement[];
  #otherLanguages: readonly string[] = [];
  #givenTemperature = usualTemperature;

  constructor(private readonly actions: SheetActions) {
    const { write, play, stopPlaying, onChange } = actions;
    this.backstory = new BackstoryField({ write, onChange, name: () => this.#name.value });
    this.voice = new VoiceField({ play, stop: stopPlaying });
    this.#name.required = true;
    this.#parts = [this.#whoTheyAre(), this.#howTheySpeak(), this.#howTheyThink()];
    this.root = element('form', { class: 'sheet', 'data-testid': 'sheet' }, ...this.#parts);
    this.root.addEventListener('submit', (event) => {
      event.preventDefault();
    });
    this.root.addEventListener('input', () => {
      this.#showDegrees();
      this.actions.onChange();
    });
  }

  show(sheet: Sheet, choices: Choices): void {
    this.#name.value = sheet.name;
    this.#description.value = sheet.description;
    this.backstory.value = sheet.backstory;
    this.#greeting.value = sheet.greeting;
    this.voice.show(sheet.voice, choices.voices);
    showChoices(this.#language, choices.languages, sheet.language);
    this.#otherLanguages = sheet.otherLanguages;
    this.#speakingStyle.value = sheet.speakingStyle;
    showChoices(this.#model, choices.models, sheet.model);
    this.#ownTemperature.checked = sheet.temperature !== null;
    this.#givenTemperature = sheet.temperature ?? usualTemperature;
    this.#temperature.max = String(Math.max(1, this.#givenTemperature));
    this.#temperature.value = String(this.#givenTemperature);
    this.#boundaries.value = sheet.boundaries;
    this.#remembers.checked = sheet.remembers;
    this.#listed.checked = sheet.listed;
    this.#showDegrees();
  }

  read(): Sheet {
    return {
      name: this.#name.value.trim(),
      description: this.#description.value,
      backstory: this.backstory.value,
      greeting: this.#greeting.value,
      voice: this.voice.value,
      language: this.#language.value,
      otherLanguages: this.#otherLanguages,
      speakingStyle: this.#speakingStyle.value,
      model: this.#model.value,
      temperature: this.#ownTemperature.checked ? this.#chosenTemperature : null,
      boundaries: this.#boundaries.value,
      remembers: this.#remembers.checked,
      listed: this.#listed.checked,
    };
  }

  /** @param isOff while its content may be replaced: what is typed then would be lost */
  switchOff(isOff: boolean): void {
    for (const part of this.#parts) part.disabled = isOff;
  }

  focusName(): void {
    this.#name.focus();
  }

  /** In hundredths, unless nobody has moved it. */
  get #chosenTemperature(): number {
    const moved = this.#temperature.valueAsNumber;
    return moved === this.#givenTemperature ? moved : Math.round(moved * 100) / 100;
  }

  #showDegrees(): void {
    this.#temperature.disabled = !this.#ownTemperature.checked;
    setText(
      this.#degrees,
      this.#ownTemperature.checked ? this.#chosenTemperature.toFixed(2) : 'the model’s own',
    );
  }

  #whoTheyAre(): HTMLFieldSetElement {
    return element(
      'fieldset',
      {},
      element('legend', {}, 'Who they are'),
      field('Name', this.#name),
      this.backstory.root,
      field('Greeting', this.#greeting, 'Said first in every new conversation. May stay empty.'),
      field('For galleries', this.#description, 'One line about them. The model never sees it.'),
    );
  }

  #howTheySpeak(): HTMLFieldSetElement {
    return element(
      'fieldset',
      {},
      element('legend', {}, 'How they speak'),
      this.voice.root,
      field('Language', this.#language),
      field('Way of speaking', this.#speakingStyle, 'Short sentences, old words, much laughter…'),
    );
  }

  #howTheyThink(): HTMLFieldSetElement {
    return element(
      'fieldset',
      {},
      element('legend', {}, 'How they think'),
      field('Model', this.#model),
      element(
        'div',
        { class: 'temperature' },
        element('label', { class: 'check' }, this.#ownTemperature, 'A temperature of its own'),
        this.#degrees,
        labelled(this.#temperature, 'Temperature, from sober to wild'),
      ),
      field('What they never do or say', this.#boundaries),
      element('label', { class: 'check' }, this.#remembers, 'Remembers the people it talks with'),
      element('label', { class: 'check' }, this.#listed, 'Listed in galleries'),
    );
  }
}

function labelled<T extends HTMLElement>(control: T, words: string): T {
  control.setAttribute('aria-label', words);
  return control;
}
