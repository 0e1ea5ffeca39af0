import { drawing } from './element.ts';

/** Paths on a 24-unit grid, drawn as strokes. */
const paths = {
  microphone:
    'M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM5 11v1a7 7 0 0 0 14 0v-1M12 19v3',
  microphoneOff:
    'M15 10V6a3 3 0 0 0-5.7-1.3M9 9v3a3 3 0 0 0 4.5 2.6M5 11v1a7 7 0 0 0 11.2 5.6M19 11v1c0 .8-.1 1.5-.4 2.2M12 19v3M3 3l18 18',
  interrupt: 'M4 9v6M8 6v12M12 10v4M16 4l5 16M21 4l-5 16',
  end: 'M4 15.5c-.8-1-1-2.5 0-3.5 4.5-4 11.5-4 16 0 1 1 .8 2.5 0 3.5l-1 1-3.5-1.5v-2.7a12 12 0 0 0-7 0V15L5 16.5Z',
  send: 'M5 12h14M13 6l6 6-6 6',
  messages:
    'M8 4c-3 0-3 2-3 4s0 4-2 4c2 0 2 2 2 4s0 4 3 4M16 4c3 0 3 2 3 4s0 4 2 4c-2 0-2 2-2 4s0 4-3 4',
  light:
    'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4',
  dark: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z',
  close: 'M6 6l12 12M18 6 6 18',
  key: 'M14 10a4.5 4.5 0 1 0-3.5 4.4L12 16h2v2h2v2h4v-3.5l-6.4-6.4Z',
  down: 'M12 5v14M6 13l6 6 6-6',
  back: 'M19 12H5M11 6l-6 6 6 6',
  edit: 'M4 20h4L19 9l-4-4L4 16v4ZM13 7l4 4',
  plus: 'M12 5v14M5 12h14',
  copy: 'M9 9h11v11H9ZM15 9V4H4v11h5',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5',
  play: 'M7 4.5v15l12-7.5Z',
  stop: 'M6 6h12v12H6Z',
  upload: 'M12 16V4M7 9l5-5 5 5M4 15v5h16v-5',
  pen: 'M4 20c4-1 5-2 7-5 2-3 5-8 9-11-1 6-3 10-6 12-2 1.5-4 1.5-6 1.5',
} as const;

export type IconName = keyof typeof paths;

export function icon(name: IconName): SVGSVGElement {
  return drawing(
    'svg',
    { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    drawing('path', { d: paths[name] }),
  );
}
