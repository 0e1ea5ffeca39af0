import type { Look } from '../frames/picture.ts';
import type { ChatMessage, Llm } from '../providers/llm/llm.ts';

/** The same model with a look at pictures: whatever it is asked, they come with the last message of the user. */
export function seeing(llm: Llm, look: Look): Llm {
  return {
    async *stream(messages, options) {
      const pictures = await look.pictures();
      const images = pictures.map(({ jpeg }) => dataUrl(jpeg));
      yield* llm.stream(withImages(messages, images), options);
    },
  };
}

function withImages(messages: ChatMessage[], images: string[]): ChatMessage[] {
  const at = messages.findLastIndex(({ role }) => role === 'user');
  return messages.map((message, index) => (index === at ? { ...message, images } : message));
}

function dataUrl(jpeg: Uint8Array): string {
  const { buffer, byteOffset, byteLength } = jpeg;
  return `data:image/jpeg;base64,${Buffer.from(buffer, byteOffset, byteLength).toString('base64')}`;
}
