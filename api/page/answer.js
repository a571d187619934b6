// The text of an answer while it grows: lines, claims with their verdicts, markers that open a quote.

import { element, unseen } from './elements.js';
import { languageAttributes } from './text.js';
import { say } from './words.js';

const SIGNS = { supported: '✓', unsupported: '?', contradicted: '≠', unchecked: '·' };

/**
 * @typedef {object} Written
 * @property {string} text with its markers
 * @property {object[]} claims
 * @property {object[]} citations
 * @property {string} language
 */

/** Shows what was written in a container, and changes only what differs from what is shown. */
export class AnswerText {
  /** @param {(citation: object, opener: HTMLElement) => void} openQuote */
  constructor(container, openQuote) {
    this.container = container;
    this.openQuote = openQuote;
  }

  /** @param {Written} written */
  show(written) {
    const lines = linesOf(pieces(written));
    reconcile(this.container, lines, { make: () => element('p'), isSame: () => true });
    lines.forEach((line, place) => this.#showLine(this.container.children[place], line, written));
  }

  #showLine(paragraph, line, written) {
    const quoted = quotedLanguage(line);
    paragraph.className = quoted ? 'quotation' : 'prose';
    const { lang, dir } = languageAttributes(quoted ?? written.language);
    if (paragraph.lang !== lang) paragraph.lang = lang;
    if (paragraph.dir !== dir) paragraph.dir = dir;
    reconcile(paragraph, line, {
      make: (piece) => this.#make(piece),
      isSame: (piece, node) => node.dataset.piece === fingerprint(piece),
    });
  }

  #make(piece) {
    const node = this.#nodeOf(piece);
    node.dataset.piece = fingerprint(piece);
    return node;
  }

  #nodeOf(piece) {
    if (piece.kind === 'claim') return claimNode(piece);
    if (piece.kind === 'text') return element('span', {}, piece.text);
    const { citation } = piece;
    const label = say('citation', citation.number, citation.title || say('untitled'));
    const open = (event) => this.openQuote(citation, event.currentTarget);
    return element(
      'button',
      { type: 'button', class: 'marker', 'aria-label': label, 'aria-haspopup': 'dialog', click: open },
      `[${citation.number}]`,
    );
  }
}

/** Keep the children that show the first items as they are; make the others anew. */
function reconcile(parent, items, { make, isSame }) {
  let kept = 0;
  while (kept < items.length && kept < parent.children.length && isSame(items[kept], parent.children[kept])) kept += 1;
  while (parent.children.length > kept) parent.lastElementChild.remove();
  parent.append(...items.slice(kept).map(make));
}

function fingerprint(piece) {
  const shown = piece.claim ?? piece.citation ?? piece.text;
  return JSON.stringify([say('supported'), piece.kind, shown]);
}

/** Cut a written text into claims, markers of citations and what stands between them. */
export function pieces({ text, claims, citations }) {
  const characters = Array.from(text);
  const between = (start, end) => characters.slice(start, end).join('');
  const found = [];
  let at = 0;
  claims.forEach((claim, place) => {
    const cited = citations.filter((citation) => citation.claim === place);
    const isVerbatim = cited.some(({ quote }) => narrowed(quote).includes(narrowed(claim.text)));
    found.push({ kind: 'text', text: between(at, claim.start) }, { kind: 'claim', claim, isVerbatim, cited });
    at = claim.end;
    for (const citation of cited) {
      const marker = ` [${citation.number}]`;
      if (between(at, at + marker.length) !== marker) continue; // not streamed yet
      found.push({ kind: 'marker', citation });
      at += marker.length;
    }
  });
  found.push({ kind: 'text', text: between(at, characters.length) });
  return found.filter((piece) => piece.text !== '');
}

/** A quote's own `[5]` stands in the answer with wide brackets. */
function narrowed(text) {
  return text.replaceAll('［', '[').replaceAll('］', ']');
}

/** Put pieces into lines; a claim is never torn. */
function linesOf(found) {
  const lines = [[]];
  for (const piece of found) {
    if (piece.kind !== 'text') {
      lines.at(-1).push(piece);
      continue;
    }
    piece.text.split('\n').forEach((text, place) => {
      if (place) lines.push([]);
      if (text) lines.at(-1).push({ kind: 'text', text });
    });
  }
  return lines.filter((line) => line.length > 0);
}

/** The language of a line that holds nothing but the words of a source. */
function quotedLanguage(line) {
  const claims = line.filter((piece) => piece.kind === 'claim');
  const isProse = line.some((piece) => piece.kind === 'text' && piece.text.trim());
  if (isProse || !claims.length || !claims.every((piece) => piece.isVerbatim)) return null;
  return claims[0].cited[0].language;
}

function claimNode({ claim, isVerbatim, cited }) {
  const { verdict } = claim;
  const isDoubtful = verdict === 'unsupported' || verdict === 'contradicted';
  const label = isVerbatim && verdict === 'supported' ? say('verbatim') : say(verdict);
  const note = isDoubtful
    ? element('span', { class: 'verdict' }, element('span', { 'aria-hidden': 'true' }, `${SIGNS[verdict]} `), label)
    : unseen(` (${label})`);
  const language = isVerbatim ? languageAttributes(cited[0].language) : {};
  const said = element('span', { class: 'said', ...language }, claim.text);
  return element('span', { class: `claim ${verdict}` }, said, note);
}
