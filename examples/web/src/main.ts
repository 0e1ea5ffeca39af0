import { ConvaiClient, createConvaiWidget, type ConvaiConfig } from '@convai/web-sdk/vanilla';
import { Call } from './call.ts';
import { fillCharacters } from './characters.ts';
import { answerFromOwnHost } from './own-host.ts';
import { element, field, jsonObject, showError } from './page.ts';

const settings = element('settings', HTMLFormElement);
const serverUrl = () => field(settings, 'url').replace(/\/+$/, '');

answerFromOwnHost(serverUrl);
const call = new Call();

/** @throws {Error} when the additions are no JSON object */
function config(): ConvaiConfig {
  return {
    url: serverUrl(),
    apiKey: field(settings, 'key'),
    characterId: field(settings, 'character'),
    ...jsonObject(field(settings, 'more') || '{}'),
  };
}

/** Shows what a step refuses, in the server's words. */
async function step(action: () => Promise<void> | void): Promise<void> {
  showError(undefined);
  try {
    await action();
  } catch (thrown) {
    showError(thrown instanceof Error ? thrown : new Error('That did not work.'));
  }
}

function onClick(id: string, action: () => Promise<void> | void): void {
  element(id, HTMLButtonElement).addEventListener('click', () => void step(action));
}

function onSubmit(form: HTMLFormElement, action: () => Promise<void> | void): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void step(action);
  });
}

function showConnected(): void {
  const { isConnected } = call.client.state;
  element('call', HTMLElement).hidden = false;
  element('disconnect', HTMLButtonElement).disabled = !isConnected;
  element('reconnect', HTMLButtonElement).disabled = isConnected;
}
call.client.on('stateChange', showConnected);

settings.addEventListener('change', () => {
  void fillCharacters(serverUrl(), field(settings, 'key'));
});
onSubmit(settings, () => call.connect(config()));
onClick('reconnect', () => call.client.reconnect());
onClick('disconnect', () => call.client.disconnect());
onClick('widget', () => {
  const convaiClient = new ConvaiClient(config());
  createConvaiWidget(document.body, { convaiClient, defaultVoiceMode: false });
});

const say = element('say', HTMLFormElement);
const words = element('words', HTMLInputElement);
onSubmit(say, () => {
  call.client.sendUserTextMessage(words.value);
  words.value = '';
});
onClick('microphone', async () => {
  const { audioControls } = call.client;
  await audioControls.toggleAudio();
  element('microphone', HTMLButtonElement).ariaPressed = String(!audioControls.isAudioMuted);
});
onClick('interrupt', () => call.client.sendInterruptMessage());
const voice = element('voice', HTMLInputElement);
voice.addEventListener('change', () => call.client.toggleTts(voice.checked));

const info = element('info', HTMLFormElement);
onSubmit(info, () => call.client.updateDynamicInfo({ text: field(info, 'text') }));
const keys = element('keys', HTMLFormElement);
onSubmit(keys, () => {
  const given = Object.entries(jsonObject(field(keys, 'json')));
  call.client.updateTemplateKeys(
    Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
  );
});
