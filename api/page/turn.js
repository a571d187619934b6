// One question and what became of it.

import { AnswerText } from './answer.js';
import { element } from './elements.js';
import { keyForm, keyNotice, needsKey } from './key.js';
import { placeOf } from './quote.js';
import { Failure } from './server.js';
import { asPlainText, distinct, headingOf, pageLink, sourceLine, titleOf } from './sources.js';
import { ask } from './stream.js';
import { languageAttributes, slice } from './text.js';
import { interfaceLanguage, say, sayIn } from './words.js';

const NOTHING_WRITTEN = Object.freeze({ text: '', claims: [], citations: [] });

/**
 * A question that is being answered or was. `state` is `searching`, `writing`, `done`, `stopped` or `failed`.
 */
export class Turn {
  /**
   * @param {object} asked `question`, `messages` and `filters` as `POST /v1/ask` takes them
   * @param {object} page what a turn asks of the page; see page.js
   */
  constructor(asked, page) {
    this.asked = asked;
    this.page = page;
    this.text = element('div', { class: 'text' });
    this.answerText = new AnswerText(this.text, (citation, button) => page.openQuote(citation, button));
    this.before = element('div');
    this.after = element('div');
    this.title = element('h2', { dir: 'auto' }, asked.question);
    this.element = element('li', { class: 'turn' }, this.title, this.before, this.text, this.after);
  }

  get isRunning() {
    return this.state === 'searching' || this.state === 'writing';
  }

  /** What was said, for the questions that follow. */
  get messages() {
    const text = this.answer?.answer ?? this.written.text;
    if (!text) return [];
    return [
      { role: 'user', content: this.asked.question },
      { role: 'assistant', content: text },
    ];
  }

  /** Ask, and show the answer as it comes. */
  async run() {
    this.written = { ...NOTHING_WRITTEN };
    this.answer = null;
    this.failure = null;
    this.stopping = new AbortController();
    this.#become('searching');
    try {
      for await (const event of ask(this.asked, this.stopping.signal)) this.#take(event);
      this.#become(this.failure ? 'failed' : 'done');
    } catch (error) {
      this.#endWith(error);
    }
  }

  stop() {
    this.stopping.abort();
  }

  #endWith(error) {
    if (this.answer) return this.#become('done');
    if (error.name === 'AbortError') return this.#become('stopped');
    if (!(error instanceof Failure)) reportError(error); // a fault of the page: the console should name it
    this.failure = error;
    return this.#become('failed');
  }

  #take({ name, data }) {
    if (name === 'delta') this.#write({ text: this.written.text + data.text });
    if (name === 'claim') {
      const { claims, citations } = this.written;
      const place = claims.findIndex(({ start }) => start === data.claim.start); // a revised claim comes again
      this.#write({
        claims: place < 0 ? [...claims, data.claim] : claims.with(place, data.claim),
        citations: [...citations.filter(({ claim }) => claim !== place), ...data.citations],
      });
    }
    if (name === 'error') {
      this.failure = { status: data.status, message: data.detail };
      this.written = { ...NOTHING_WRITTEN }; // the answer that may follow replaces it
    }
    if (name === 'answer') {
      this.answer = data;
      this.failure = null;
    }
  }

  #write(more) {
    this.written = { ...this.written, ...more };
    if (this.state === 'searching') this.#become('writing');
    else this.#showText();
  }

  #become(state) {
    const hadFocus = this.after.contains(document.activeElement);
    this.state = state;
    this.show();
    this.page.announce(this.#stateInWords());
    this.page.changed();
    if (hadFocus) this.page.keepFocus(); // the button or the form that had it is gone
  }

  #stateInWords() {
    if (this.state === 'failed') return ''; // its notice is an alert
    if (this.state !== 'done') return say(this.state);
    if (this.answer.refusal_reason === 'not_a_question') return this.answer.answer;
    if (this.answer.is_refusal) return say('isRefusal');
    return say('answerReady', this.answer.claims.length, distinct(this.answer.citations).length);
  }

  /** Show it all as it stands, in the language of the interface. */
  show() {
    this.element.dataset.state = this.state;
    this.element.setAttribute('aria-busy', String(this.isRunning));
    if (this.answer) this.title.lang = this.answer.language;
    this.before.replaceChildren(...this.#notices());
    this.#showText();
    this.after.replaceChildren(...this.#whatFollows());
  }

  #showText() {
    const { answer } = this;
    const language = answer?.language ?? interfaceLanguage();
    const whole = answer && { text: answer.answer, claims: answer.claims, citations: answer.citations };
    this.answerText.show({ ...(whole ?? this.written), language });
    this.text.classList.toggle('refusal', Boolean(answer?.is_refusal));
  }

  #notices() {
    const { answer } = this;
    if (!answer) return this.isRunning ? [element('p', { class: 'progress' }, say(this.state))] : [];
    const notices = [];
    if (answer.query !== answer.question) {
      const [before, query] = say('understoodAs', answer.query);
      notices.push(element('p', { class: 'understood' }, before, element('q', { dir: 'auto' }, query)));
    }
    notices.push(...timeNotices(answer.understood));
    if (answer.degraded) {
      const why = say(answer.degraded) ?? say('llm_error');
      const isVerbatim = answer.mode === 'extractive' && !answer.is_refusal;
      notices.push(element('p', { class: 'notice degraded' }, isVerbatim ? say('degraded', why) : why));
    }
    return notices;
  }

  #whatFollows() {
    if (this.state === 'failed') return this.#failureParts();
    if (this.state === 'stopped') return [element('p', { class: 'notice' }, say('stopped')), this.#retryButton()];
    if (this.state !== 'done') return [];
    const { answer } = this;
    return [
      ...this.#remarks(answer),
      answer.is_refusal ? this.#nearest(answer.hits) : this.#sources(answer),
      this.#actions(answer),
    ].filter(Boolean);
  }

  #remarks(answer) {
    const remarks = [
      answer.is_refusal && reasonOf(answer),
      answer.undated_articles_left_out && say('undated', answer.undated_articles_left_out),
      answer.evidence_left_out && say('evidenceLeftOut', answer.evidence_left_out),
    ];
    return remarks.filter(Boolean).map((remark) => element('p', { class: 'remark' }, remark));
  }

  #sources(answer) {
    const entries = distinct(answer.citations).map((citation) => this.#source(citation, answer));
    if (!entries.length) return null;
    return element('section', { class: 'sources' }, element('h3', {}, say('answeredFrom')), element('ol', {}, ...entries));
  }

  #source(citation, answer) {
    const open = (event) => this.page.openArticle(placeOf(citation), event.currentTarget);
    const isInAnswer = answer.answer.includes(citation.quote);
    return element(
      'li',
      {},
      element('span', { class: 'number' }, `[${citation.number}]`),
      titleOf(citation),
      headingOf(citation),
      isInAnswer ? null : quotation(citation.quote, citation.language),
      sourceLine(citation),
      element(
        'p',
        { class: 'actions' },
        textButton('openArticle', open),
        pageLink(citation.link, 'originalPage'),
      ),
    );
  }

  #nearest(hits) {
    if (!hits.length) return null;
    const entries = hits.slice(0, 3).map((hit) => {
      const open = (event) => this.page.openArticle(placeOf(hit), event.currentTarget);
      return element(
        'li',
        {},
        titleOf(hit),
        quotation(shortened(hit.text), hit.language),
        sourceLine(hit),
        element('p', { class: 'actions' }, textButton('openArticle', open)),
      );
    });
    return element('section', { class: 'sources nearest' }, element('h3', {}, say('nearest')), element('ul', {}, ...entries));
  }

  #actions(answer) {
    const copy = (event) => this.page.copy(asPlainText(answer.answer, answer.citations), event.currentTarget);
    const copyLink = (event) => this.page.copy(this.page.addressOf(this.asked, answer), event.currentTarget);
    return element(
      'p',
      { class: 'actions' },
      textButton('copy', copy),
      textButton('copyLink', copyLink),
    );
  }

  #failureParts() {
    const isRefused = needsKey(this.failure);
    const notice = element('p', { class: 'notice failed', role: 'alert' }, isRefused ? keyNotice() : this.failure.message);
    return [notice, isRefused ? keyForm(() => this.run()) : this.#retryButton()];
  }

  #retryButton() {
    return element('button', { type: 'button', click: () => this.page.isBusy() || this.run() }, say('retry'));
  }
}

/** What was understood of the time that a question asks about. */
function timeNotices({ time, recency }) {
  const shown = [
    time && say(time.role === 'publication' ? 'timePublication' : 'timeEvent', time),
    recency && say('timeRecent'),
  ];
  return shown.filter(Boolean).map((text) => element('p', { class: 'understood' }, text));
}

/** Why there is no answer, in the answer's language or not at all: the reply itself may say it already. */
function reasonOf({ language, refusal_reason: reason }) {
  const isOfInterface = reason === 'empty_corpus' || reason === 'filters_leave_nothing';
  return sayIn(language, reason) ?? (isOfInterface ? say(reason) : null);
}

const LONGEST_SHOWN = 400;

function shortened(text) {
  const start = slice(text, 0, LONGEST_SHOWN);
  return start === text ? text : `${start}…`;
}

function textButton(word, click) {
  return element('button', { type: 'button', class: 'quiet', click }, say(word));
}

function quotation(text, language) {
  return element('blockquote', languageAttributes(language), text);
}
