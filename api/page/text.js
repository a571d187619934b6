// Texts as the service counts and describes them: code points, languages, times, addresses.

import { interfaceLanguage } from './words.js';

/**
 * The part of a text between two offsets. The service counts Unicode code points, JavaScript counts UTF-16
 * units, of which an emoji has two.
 */
export function slice(text, start, end) {
  return Array.from(text).slice(start, end).join('');
}

/** A text cut at a span of code points: what is before it, in it and behind it. */
export function cut(text, start, end) {
  const characters = Array.from(text);
  const first = Math.max(0, start);
  const last = Math.max(first, end);
  return [characters.slice(0, first), characters.slice(first, last), characters.slice(last)].map((part) =>
    part.join(''),
  );
}

const RIGHT_TO_LEFT_SCRIPTS = new Set(['Arab', 'Hebr', 'Thaa', 'Syrc', 'Nkoo', 'Adlm', 'Rohg', 'Aran']);

/** The attributes of a text in a language: a right-to-left one is shown so, any other as its letters say. */
export function languageAttributes(language) {
  return { lang: language, dir: isRightToLeft(language) ? 'rtl' : 'auto' };
}

function isRightToLeft(language) {
  try {
    return RIGHT_TO_LEFT_SCRIPTS.has(new Intl.Locale(language).maximize().script);
  } catch {
    return false; // no tag that the browser knows
  }
}

/** The name of a language in the interface's. */
export function languageName(language) {
  try {
    return new Intl.DisplayNames([interfaceLanguage()], { type: 'language' }).of(language);
  } catch {
    return language;
  }
}

/** The day of an RFC 3339 time, in the source's own zone. */
export function day(time) {
  return formatted(time, { dateStyle: 'long' });
}

/** The day of an RFC 3339 time and, unless it is midnight, the time with its zone, as the source has it. */
export function dayAndTime(time) {
  const [, clock, zone] = /T(\d\d:\d\d).*?(Z|[+-]\d\d:\d\d)?$/.exec(time) ?? [];
  if (!clock || clock === '00:00') return day(time);
  const zoneName = zone && zone !== 'Z' ? `UTC${zone}` : 'UTC';
  return `${formatted(time, { dateStyle: 'long', timeStyle: 'short' })} ${zoneName}`;
}

function formatted(time, style) {
  // Read as if it were UTC and shown as UTC, so that no zone but the source's own comes in.
  const local = new Date(`${time.slice(0, 16)}Z`);
  if (Number.isNaN(local.getTime())) return time;
  return new Intl.DateTimeFormat(interfaceLanguage(), { ...style, timeZone: 'UTC' }).format(local);
}

/** An address if it is one of the web: an article may hold any text, such as `javascript:`, in its place. */
export function webAddress(address) {
  try {
    return ['http:', 'https:'].includes(new URL(address).protocol) ? address : null;
  } catch {
    return null;
  }
}
