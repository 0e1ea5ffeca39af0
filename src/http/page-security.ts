import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { httpOrigin, roomUrl, type RoomUrlSettings } from './room-url.ts';

/** What our own pages may do. For pages only: on API answers these headers would bar other origins from the API. */
export function pageSecurity(settings: RoomUrlSettings): RequestHandler {
  return (req, res, next) => {
    res.setHeader(
      'Permissions-Policy',
      'microphone=(self), camera=(self), display-capture=(self), autoplay=(self)',
    );
    const secure = helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'", "'unsafe-inline'"],
          // LiveKit may hand out other hosts of its own (regions), and they are WebSockets all.
          connectSrc: ["'self'", 'ws:', 'wss:', httpOrigin(roomUrl(settings, req))],
          imgSrc: ["'self'", 'data:', 'blob:'],
          fontSrc: ["'self'", 'data:'],
          mediaSrc: ["'self'", 'blob:', 'mediastream:'],
          workerSrc: ["'self'", 'blob:'],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
        },
      },
      // Whether this name is to be HTTPS for good is for the proxy that holds the certificate to say.
      strictTransportSecurity: false,
      // The page's own requests must name their origin: local-page.ts looks at it.
      referrerPolicy: { policy: 'same-origin' },
    });
    secure(req, res, next);
  };
}
