/** There is no text to be had from a file. The message is for whoever uploaded it. */
export class FileUnreadable extends Error {
  override readonly name = 'FileUnreadable';
  /** It may be read another time: what stopped it may have been others' doing. */
  readonly mayPass: boolean;

  constructor(
    message: string,
    { mayPass = false, ...options }: ErrorOptions & { mayPass?: boolean } = {},
  ) {
    super(message, options);
    this.mayPass = mayPass;
  }
}
