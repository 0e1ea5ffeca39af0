/**
 * Something that the person who starts the server must put right. The message is whole sentences for them and names
 * the setting or the one command that helps; the program prints it, without a stack trace, and ends.
 */
export class SetUpFailed extends Error {
  override readonly name: string = 'SetUpFailed';
}
