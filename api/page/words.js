// The texts of the interface, in Indonesian and English, and the one that is chosen.

import { remember, remembered } from './memory.js';

export const WORDS = {
  en: {
    accessKey: 'Access key',
    accessKeyNeeded: 'This service requires an access key.',
    accessKeyUnknown: 'This access key is not valid.',
    answerReady: (claims, citations) => `Answer ready: ${several(claims, 'claim')}, ${several(citations, 'citation')}.`,
    answeredFrom: 'Sources',
    articleLoading: 'Loading the article…',
    articlesHeld: (count) => `${several(count, 'article')} available`,
    ask: 'Ask',
    askForm: 'Ask',
    author: 'Author',
    checkDates: 'dates',
    checkMeaning: (share) => `meaning ${share} %`,
    checkNames: 'names',
    checkNumbers: 'numbers',
    checkPolarity: 'negation, direction',
    checkQuote: 'verbatim',
    checks: 'Checks',
    citation: (n, title) => `Citation ${n}: ${title}`,
    clearFilters: 'Clear filters',
    close: 'Close',
    contradicted: 'the source says otherwise',
    conversation: 'Conversation',
    copied: 'Copied',
    copy: 'Copy with citations',
    copyFailed: 'The browser did not allow copying.',
    copyLink: 'Copy link to the question',
    corpusEmpty: 'There are no articles yet. Add some with: kutip ingest PATH…',
    degraded: (why) => `${why} The answer below quotes the articles word for word.`,
    empty_corpus: 'There are no articles yet.',
    endedEarly: 'The connection was lost before the answer was complete. Ask again.',
    evidence_does_not_answer: "The nearest passages don't answer this question.",
    evidenceLeftOut: (count) => `The language model had no room for ${several(count, 'passage')}.`,
    filters: 'Filters',
    filters_leave_nothing: 'No article matches the filters.',
    filtersActive: (count) => `(${count} active)`,
    from: 'From',
    interfaceLanguage: 'Language of the page',
    isRefusal: 'No answer in the articles',
    language: 'Language',
    llm_context_exceeded: 'The evidence was too long for the language model.',
    llm_cut_off: 'The language model reached its length limit.',
    llm_error: 'The language model failed.',
    llm_paused: 'The language model failed repeatedly. Kutip will try again in a moment.',
    llm_rate_limited: 'The language model accepts no more requests right now.',
    llm_timeout: 'The language model took too long.',
    llm_unavailable: 'The language model could not be reached.',
    llm_uncited: 'The language model did not write about the articles.',
    nearest: 'Nearest passages',
    newConversation: 'New conversation',
    nothing_relevant: 'No passage about this was found.',
    openArticle: 'Read in the article',
    originalPage: 'Open page at the quote',
    outlet: 'Outlet',
    permanentLink: 'Link to this passage',
    placeholder: 'Ask the articles…',
    published: 'Published',
    question: 'Question',
    quoteOnly: 'The paragraph around the quote could not be loaded.',
    refusedByServer: (status) => `The server refused the request (${status}).`,
    retry: 'Try again',
    searching: 'Searching the articles…',
    send: 'Send',
    sourcePage: 'Original page',
    stop: 'Stop',
    stopped: 'Stopped. This answer is incomplete.',
    supported: 'supported',
    to: 'To',
    unchecked: 'could not be verified',
    timeEvent: (time) => `Time: ${period(time, 'en')}`,
    timePublication: (time) => `Articles from: ${period(time, 'en')}`,
    timeRecent: 'Newest first',
    understoodAs: (query) => ['Understood as: ', query],
    undated: (count) =>
      `${several(count, 'article')} without a date ${count === 1 ? 'was' : 'were'} left out because of the date range.`,
    unreachable: 'The server cannot be reached. Check your connection and try again.',
    unsupported: 'no source supports this',
    untitled: 'Untitled',
    verbatim: 'word for word',
    welcomeText:
      'Every sentence of an answer links to the exact words of an article. Sentences that the articles do not support are marked.',
    welcomeTitle: 'What do you want to know?',
    writing: 'Writing…',
  },
  id: {
    accessKey: 'Kunci akses',
    accessKeyNeeded: 'Layanan ini memerlukan kunci akses.',
    accessKeyUnknown: 'Kunci akses ini tidak berlaku.',
    answerReady: (claims, citations) => `Jawaban siap: ${claims} pernyataan, ${citations} kutipan.`,
    answeredFrom: 'Sumber',
    articleLoading: 'Memuat artikel…',
    articlesHeld: (count) => `${number(count, 'id')} artikel tersedia`,
    ask: 'Tanya',
    askForm: 'Bertanya',
    author: 'Penulis',
    checkDates: 'tanggal',
    checkMeaning: (share) => `makna ${share} %`,
    checkNames: 'nama',
    checkNumbers: 'angka',
    checkPolarity: 'negasi, arah',
    checkQuote: 'kata demi kata',
    checks: 'Pemeriksaan',
    citation: (n, title) => `Kutipan ${n}: ${title}`,
    clearFilters: 'Hapus filter',
    close: 'Tutup',
    contradicted: 'sumber menyatakan lain',
    conversation: 'Percakapan',
    copied: 'Tersalin',
    copy: 'Salin dengan kutipan',
    copyFailed: 'Peramban tidak mengizinkan penyalinan.',
    copyLink: 'Salin tautan pertanyaan',
    corpusEmpty: 'Belum ada artikel. Tambahkan dengan: kutip ingest PATH…',
    degraded: (why) => `${why} Jawaban di bawah dikutip kata demi kata dari artikel.`,
    empty_corpus: 'Belum ada artikel.',
    endedEarly: 'Sambungan terputus sebelum jawaban selesai. Tanyakan lagi.',
    evidence_does_not_answer: 'Bagian terdekat tidak menjawab pertanyaan ini.',
    evidenceLeftOut: (count) => `${count} bagian tidak muat untuk dibaca model bahasa.`,
    filters: 'Filter',
    filters_leave_nothing: 'Tidak ada artikel yang cocok dengan filter.',
    filtersActive: (count) => `(${count} aktif)`,
    from: 'Dari',
    interfaceLanguage: 'Bahasa halaman',
    isRefusal: 'Tidak ada jawaban dalam artikel',
    language: 'Bahasa',
    llm_context_exceeded: 'Bahan terlalu panjang untuk model bahasa.',
    llm_cut_off: 'Jawaban model bahasa mencapai batas panjangnya.',
    llm_error: 'Model bahasa gagal.',
    llm_paused: 'Model bahasa gagal berkali-kali. Kutip akan mencoba lagi sebentar lagi.',
    llm_rate_limited: 'Model bahasa sedang membatasi jumlah permintaan.',
    llm_timeout: 'Model bahasa terlalu lama menjawab.',
    llm_unavailable: 'Model bahasa tidak dapat dihubungi.',
    llm_uncited: 'Model bahasa tidak menulis apa pun tentang isi artikel.',
    nearest: 'Bagian terdekat',
    newConversation: 'Percakapan baru',
    nothing_relevant: 'Tidak ditemukan bagian tentang hal ini.',
    openArticle: 'Baca dalam artikel',
    originalPage: 'Buka halaman pada kutipan',
    outlet: 'Media',
    permanentLink: 'Tautan ke bagian ini',
    placeholder: 'Tanyakan pada artikel…',
    published: 'Terbit',
    question: 'Pertanyaan',
    quoteOnly: 'Paragraf di sekitar kutipan tidak dapat dimuat.',
    refusedByServer: (status) => `Server menolak permintaan (${status}).`,
    retry: 'Coba lagi',
    searching: 'Mencari dalam artikel…',
    send: 'Kirim',
    sourcePage: 'Halaman asli',
    stop: 'Berhenti',
    stopped: 'Dihentikan. Jawaban ini belum lengkap.',
    supported: 'didukung',
    to: 'Sampai',
    unchecked: 'belum dapat dipastikan',
    timeEvent: (time) => `Waktu: ${period(time, 'id')}`,
    timePublication: (time) => `Artikel dari: ${period(time, 'id')}`,
    timeRecent: 'Terbaru lebih dahulu',
    understoodAs: (query) => ['Dipahami sebagai: ', query],
    undated: (count) => `${count} artikel tanpa tanggal tidak disertakan karena rentang tanggal.`,
    unreachable: 'Server tidak dapat dihubungi. Periksa sambungan Anda, lalu coba lagi.',
    unsupported: 'tidak ada sumber yang mendukung',
    untitled: 'Tanpa judul',
    verbatim: 'kata demi kata',
    welcomeText:
      'Setiap kalimat jawaban tertaut ke kata-kata persis dalam artikel. Kalimat yang tidak didukung artikel diberi tanda.',
    welcomeTitle: 'Apa yang ingin Anda ketahui?',
    writing: 'Menulis…',
  },
};

/** A text of the interface, as a function of `values` where it is one. */
export function say(key, ...values) {
  const word = WORDS[chosen][key];
  return typeof word === 'function' ? word(...values) : word;
}

/** A text in the language of an answer; undefined if the interface does not know that language. */
export function sayIn(language, key) {
  return WORDS[language]?.[key];
}

/** @returns {string} `id` or `en` */
export function interfaceLanguage() {
  return chosen;
}

/** Switch the interface, keep the choice, and call everyone who listens. */
export function chooseLanguage(language) {
  chosen = language;
  remember('localStorage', 'language', language);
  applyWords();
}

/** Call `listener` now and whenever the language is switched. */
export function whenLanguageIsChosen(listener) {
  listeners.push(listener);
  listener();
}

/** Write the texts that index.html asks for: `data-word`, `data-word-label`, `data-word-placeholder`. */
export function applyWords() {
  document.documentElement.lang = chosen;
  for (const node of document.querySelectorAll('[data-word]')) node.textContent = say(node.dataset.word);
  for (const node of document.querySelectorAll('[data-word-label]')) {
    node.setAttribute('aria-label', say(node.dataset.wordLabel));
  }
  for (const node of document.querySelectorAll('[data-word-placeholder]')) {
    node.setAttribute('placeholder', say(node.dataset.wordPlaceholder));
  }
  for (const listener of listeners) listener();
}

const listeners = [];

let chosen = remembered('localStorage', 'language') ?? preferred();
if (!(chosen in WORDS)) chosen = 'en';

function preferred() {
  const languages = navigator.languages.map((tag) => tag.split('-')[0]);
  // A reader of Malay is better served in Indonesian.
  return languages.map((tag) => (tag === 'ms' ? 'id' : tag)).find((tag) => tag in WORDS) ?? 'en';
}

/** The days of a span in words; one day, a range, or a range that is open at one end. */
function period({ from, to }, language) {
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  const [first, last] = [from, to].map((date) => date && new Date(`${date}T00:00:00Z`));
  if (first && last) return day.formatRange(first, last);
  const [since, until] = language === 'id' ? ['sejak', 'sampai'] : ['since', 'until'];
  return first ? `${since} ${day.format(first)}` : `${until} ${day.format(last)}`;
}

function several(count, noun) {
  return `${number(count, 'en')} ${noun}${count === 1 ? '' : 's'}`;
}

function number(value, language) {
  return new Intl.NumberFormat(language).format(value);
}
