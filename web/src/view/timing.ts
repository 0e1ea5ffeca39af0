import type { CharacterEntry } from '../entry.ts';
import type { Metric, TurnTrace } from '../turn-trace.ts';
import { formatMs, lengthMs, waterfallOf, type Segment, type Waterfall } from '../waterfall.ts';
import { element } from './element.ts';

/** Where one turn's time went: a strip with one number, and behind it every stage. */
export function timing({ trace, metrics }: CharacterEntry): HTMLElement | undefined {
  const waterfall = trace && waterfallOf(trace.stages);
  if (!trace || !waterfall)
    return metrics.length > 0 ? element('div', {}, numbers(metrics)) : undefined;
  const first = waterfall.firstSoundMs;
  const bars = element(
    'details',
    { class: 'timing', 'data-testid': 'turn-timing', 'data-first-sound-ms': first },
    element(
      'summary',
      {},
      element(
        'span',
        { class: 'timing-total' },
        first === undefined ? 'no sound' : formatMs(first),
      ),
      strip(waterfall),
      element('span', { class: 'timing-more' }, 'details'),
    ),
    element('p', { class: 'timing-verdict' }, sinceWhat(trace), ' ', waterfall.verdict),
    rows(waterfall),
    facts(trace),
    ...(metrics.length > 0 ? [numbers(metrics)] : []),
  );
  bars.addEventListener('toggle', () => {
    if (bars.open) bars.scrollIntoView({ block: 'nearest' });
  });
  return bars;
}

function sinceWhat({ origin }: TurnTrace): string {
  switch (origin) {
    case 'text':
      return 'Counted from the moment your text arrived.';
    case 'greeting':
    case 'trigger':
    case 'resumption':
      return 'Counted from the moment the turn began.';
    case 'speech':
    case undefined:
      return 'Counted from the end of your speech.';
  }
}

/** Two lanes, because two things run side by side. */
function strip(waterfall: Waterfall): HTMLElement {
  const lane = (name: string, segments: Segment[]) =>
    element('span', { class: `lane ${name}` }, ...segments.map((s) => bar(s, waterfall.endMs)));
  const spoken = [...waterfall.turnTaking, ...waterfall.answer]
    .map((s) => `${s.label} ${formatMs(lengthMs(s))}`)
    .join(', ');
  return element(
    'span',
    { class: 'strip', role: 'img', 'aria-label': spoken },
    ...(waterfall.turnTaking.length > 0 ? [lane('turn-taking', waterfall.turnTaking)] : []),
    lane('answer', waterfall.answer),
  );
}

function bar({ stage, fromMs, toMs }: Segment, endMs: number): HTMLElement {
  const made = element('span', { class: `bar ${stage}` });
  made.style.setProperty('--from', `${(fromMs / endMs) * 100}%`);
  made.style.setProperty('--length', `${((toMs - fromMs) / endMs) * 100}%`);
  return made;
}

function rows({ turnTaking, answer, endMs }: Waterfall): HTMLElement {
  const row = (segment: Segment) =>
    element(
      'tr',
      { 'data-stage': segment.stage },
      element(
        'th',
        { scope: 'row' },
        element('i', { class: `swatch ${segment.stage}` }),
        segment.label,
      ),
      element('td', { class: 'track' }, element('span', { class: 'lane' }, bar(segment, endMs))),
      element('td', { class: 'number' }, formatMs(lengthMs(segment))),
      element('td', { class: 'number at' }, `at ${formatMs(segment.toMs)}`),
    );
  return element(
    'table',
    { class: 'stages' },
    element('caption', { class: 'unseen' }, 'Stages of this turn'),
    element('tbody', {}, ...[...turnTaking, ...answer].map(row)),
  );
}

function facts({ origin, status, stages }: TurnTrace): HTMLElement {
  const pairs: [string, string | undefined][] = [
    ['heard', stages.heardMs === undefined ? undefined : formatMs(stages.heardMs)],
    ['barge-in to silence', withMs(stages.bargeInToSilenceMs)],
    ['begun', stages.speculative === true ? 'before the turn was over' : undefined],
    ['origin', origin],
    ['ended', status],
  ];
  return definitions(
    pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

const withMs = (ms: number | undefined) => (ms === undefined ? undefined : formatMs(ms));

function numbers(metrics: readonly Metric[]): HTMLElement {
  return definitions(
    metrics.map(({ bucket, processor, ms }) => [
      bucket === 'ttfb' ? `${processor}, first byte` : `${processor}, busy`,
      formatMs(ms),
    ]),
  );
}

function definitions(pairs: string[][]): HTMLElement {
  return element(
    'dl',
    { class: 'facts' },
    ...pairs.map(([name = '', value = '']) =>
      element('div', {}, element('dt', {}, name), element('dd', {}, value)),
    ),
  );
}
