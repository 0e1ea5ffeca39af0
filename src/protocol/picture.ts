/** What browsers show, and is served to them. */
export type PictureType = 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif';
