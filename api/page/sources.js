// Where a quote comes from: for reading, and for copying.

import { element } from './elements.js';
import { day, dayAndTime, languageAttributes, languageName, webAddress } from './text.js';
import { say } from './words.js';

/** The citations of an answer, each number once, in order. */
export function distinct(citations) {
  const byNumber = new Map(citations.map((citation) => [citation.number, citation]).reverse());
  return [...byNumber.values()].sort((one, other) => one.number - other.number);
}

/** Outlet, day and language of a citation or a hit, in one line. */
export function sourceLine(source) {
  const time = source.published_at && element('time', { datetime: source.published_at }, day(source.published_at));
  const outlet = source.outlet && element('bdi', {}, source.outlet);
  const parts = [outlet, time, element('span', {}, languageName(source.language))].filter(Boolean);
  const separated = parts.flatMap((part, place) => (place ? [' · ', part] : [part]));
  return element('p', { class: 'source' }, ...separated);
}

/** Everything that is known of a source, as a list of terms. */
export function sourceDetails(source) {
  const details = element('dl', { class: 'details' });
  const add = (term, ...description) => {
    details.append(element('dt', {}, say(term)), element('dd', {}, ...description));
  };
  if (source.outlet) add('outlet', element('bdi', {}, source.outlet));
  if (source.author) add('author', element('bdi', {}, source.author));
  if (source.published_at) {
    add('published', element('time', { datetime: source.published_at }, dayAndTime(source.published_at)));
  }
  add('language', languageName(source.language));
  return details;
}

/** A title in its language. */
export function titleOf(source, name = 'p', properties = {}) {
  const attributes = { class: 'title', ...languageAttributes(source.language), ...properties };
  return element(name, attributes, source.title || say('untitled'));
}

/** The heading above a quote in its language, or nothing where there is none. */
export function headingOf(source) {
  return source.heading ? element('p', { class: 'heading', ...languageAttributes(source.language) }, source.heading) : null;
}

/** A link to a page of the web in a new tab, or nothing where there is none. */
export function pageLink(address, word) {
  const href = webAddress(address);
  if (!href) return null;
  return element(
    'a',
    { href, target: '_blank', rel: 'noopener noreferrer' },
    say(word),
    element('span', { 'aria-hidden': 'true' }, ' ↗'),
  );
}

/** An answer with its numbered citations, as plain text. */
export function asPlainText(text, citations) {
  const entries = distinct(citations).map((citation) => {
    const known = [citation.title, citation.outlet, citation.published_at && day(citation.published_at)];
    const address = webAddress(citation.link);
    const source = [known.filter(Boolean).join(', '), address].filter(Boolean).join('. ');
    const heading = citation.heading ? `${citation.heading}: ` : '';
    return `[${citation.number}] ${heading}“${citation.quote}” ${source}`;
  });
  return `${text}\n\n${entries.join('\n')}`.trim();
}
