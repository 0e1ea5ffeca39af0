type Call<T> = { answer: Promise<T>; waiting: number; ending: AbortController };

/** One call for all who ask for the same at the same time. It is given up when nobody waits for it any more. */
export class SharedCalls<T> {
  readonly #calls = new Map<string, Call<T>>();

  /** @param begin is called when nobody asks for the same already. @throws the signal's reason, or what `begin` throws */
  async call(
    name: string,
    begin: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    signal.throwIfAborted();
    const call = this.#calls.get(name) ?? this.#begin(name, begin);
    call.waiting++;
    const leave = () => {
      call.waiting--;
      if (call.waiting > 0) return;
      if (this.#calls.get(name) === call) this.#calls.delete(name);
      call.ending.abort(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await call.answer;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  #begin(name: string, begin: (signal: AbortSignal) => Promise<T>): Call<T> {
    const ending = new AbortController();
    const call: Call<T> = { answer: begin(ending.signal), waiting: 0, ending };
    this.#calls.set(name, call);
    const forget = () => {
      if (this.#calls.get(name) === call) this.#calls.delete(name);
    };
    call.answer.then(forget, forget);
    return call;
  }
}
