/** Takes server-sent events apart (WHATWG HTML, 9.2.6), however they are cut on their way. Keeps only their data. */
export class EventReader {
  #rest = '';
  #data: string[] = [];

  /** @returns the data of the events that are complete now */
  push(text: string): string[] {
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#take(line.replace(/\r$/, '')));
  }

  #take(line: string): string[] {
    if (line === '') {
      const data = this.#data.splice(0);
      return data.length === 0 ? [] : [data.join('\n')];
    }
    if (line.startsWith('data:')) this.#data.push(line.slice(5).replace(/^ /, ''));
    return [];
  }
}
