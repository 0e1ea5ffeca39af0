/** There is no text to be had from a file, and there will not be. The message is for whoever uploaded it. */
export class FileUnreadable extends Error {
  override readonly name = 'FileUnreadable';
}
