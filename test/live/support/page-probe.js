/*
 * What a test sees and hears of a page, put into it before any of its own scripts: its peer connections, the sound of
 * its <audio> elements, and what the example's elements showed in between two looks. As `probe` on the window.
 */
const peers = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...args) {
    super(...args);
    peers.push(this);
  }
};

/** Posts the loudness of each 10 ms: when it was, by the context's clock, and its RMS, 0 to 1. */
const meter = `registerProcessor('meter', class extends AudioWorkletProcessor {
  #sum = 0; #count = 0;
  process([[samples]]) {
    for (const sample of samples ?? new Float32Array(128)) this.#sum += sample * sample;
    this.#count += 128;
    if (this.#count >= sampleRate / 100) {
      this.port.postMessage({ atS: currentTime, rms: Math.sqrt(this.#sum / this.#count) });
      this.#sum = this.#count = 0;
    }
    return true;
  }
});`;
/** Digital silence is 0, the noise of a codec far below this, speech far above. */
const loud = 0.01;

class Probe {
  #levels = [];
  #context;
  #marks = new Map();
  drafts = [];
  mouth = 0;

  constructor() {
    addEventListener('click', ({ target }) => this.#marks.set(target.id, this.#nowS()), true);
    addEventListener('DOMContentLoaded', () => {
      new MutationObserver(() => this.#look()).observe(document.body, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
      });
    });
  }

  /** Listens to what the page's <audio> elements play from now on. @returns whether one plays */
  async listen() {
    const playing = [...document.querySelectorAll('audio')].find(
      ({ paused, srcObject }) => !paused && srcObject !== null,
    );
    if (!playing) return false;
    this.#context = new AudioContext();
    const script = URL.createObjectURL(new Blob([meter], { type: 'text/javascript' }));
    await this.#context.audioWorklet.addModule(script);
    const node = new AudioWorkletNode(this.#context, 'meter');
    node.port.onmessage = ({ data }) => this.#levels.push(data);
    this.#context.createMediaStreamSource(playing.srcObject).connect(node);
    node.connect(this.#context.destination);
    return true;
  }

  /** How long sound was loud since the last click on an element, or since `listen` where there was none. */
  loudMsSince(id) {
    const sinceS = this.#marks.get(id) ?? 0;
    return 10 * this.#levels.filter(({ atS, rms }) => atS >= sinceS && rms > loud).length;
  }

  /** @returns the time from the last click on an element to the last loud sound after it; 0 when there was none */
  lastLoudMsAfter(id) {
    const sinceS = this.#marks.get(id);
    const last = this.#levels.findLast(({ atS, rms }) => atS >= sinceS && rms > loud);
    return last ? 1000 * (last.atS - sinceS) : 0;
  }

  /** How long it has been silent up to now. */
  quietMs() {
    const last = this.#levels.findLast(({ rms }) => rms > loud);
    return 1000 * (this.#nowS() - (last?.atS ?? 0));
  }

  /** Of each connected peer connection: the policy it was given, and what kind its own candidate in use is. */
  async routes() {
    const connected = peers.filter(({ connectionState }) => connectionState === 'connected');
    return await Promise.all(
      connected.map(async (peer) => {
        const stats = new Map(await peer.getStats());
        const transport = [...stats.values()].find(({ type }) => type === 'transport');
        const pair = stats.get(transport?.selectedCandidatePairId);
        return {
          policy: peer.getConfiguration().iceTransportPolicy,
          local: stats.get(pair?.localCandidateId)?.candidateType,
        };
      }),
    );
  }

  #nowS() {
    return this.#context?.currentTime ?? 0;
  }

  #look() {
    const draft = [...document.querySelectorAll('#chat li[data-type="bot-llm-text"]')].at(-1);
    const text = draft?.textContent ?? '';
    if (text !== '' && text !== this.drafts.at(-1)) this.drafts.push(text);
    const open = Number(document.querySelector('#mouth')?.getAttribute('ry') ?? 0);
    this.mouth = Math.max(this.mouth, open);
  }
}
window.probe = new Probe();
