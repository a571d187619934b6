"""The texts that Kutip writes after a refusal, and in reply to what is no question."""

# `{times}` is a list of years, months or days.
OTHER_TIMES = {
    "ar": "المقالات التي تتناول هذا الموضوع تعود إلى: {times}.",
    "de": "Die Artikel zu diesem Thema sind aus anderer Zeit: {times}.",
    "en": "The articles about this are from another time: {times}.",
    "es": "Los artículos sobre este tema son de otra fecha: {times}.",
    "fil": "Ang mga artikulo tungkol dito ay mula sa ibang panahon: {times}.",
    "fr": "Les articles sur ce sujet datent d'une autre époque : {times}.",
    "hi": "इस विषय के लेख किसी और समय के हैं: {times}।",
    "id": "Artikel tentang hal ini berasal dari waktu lain: {times}.",
    "it": "Gli articoli su questo argomento sono di un altro periodo: {times}.",
    "ja": "この件に関する記事は別の時期のものです：{times}。",
    "jv": "Artikel bab iki saka wektu liya: {times}.",
    "ko": "이에 관한 기사는 다른 시기의 것입니다: {times}.",
    "ms": "Artikel tentang perkara ini adalah dari masa yang lain: {times}.",
    "nl": "De artikelen hierover zijn uit een andere tijd: {times}.",
    "pt": "Os artigos sobre este tema são de outra data: {times}.",
    "ru": "Статьи на эту тему относятся к другому времени: {times}.",
    "su": "Artikel ngeunaan ieu asalna ti waktu séjén: {times}.",
    "th": "บทความเกี่ยวกับเรื่องนี้เป็นของช่วงเวลาอื่น: {times}",
    "tr": "Bu konudaki yazılar başka bir zamana ait: {times}.",
    "vi": "Các bài viết về việc này thuộc thời gian khác: {times}.",
    "zh-Hans": "有关此事的文章来自其他时间：{times}。",
    "zh-Hant": "有關此事的文章來自其他時間：{times}。",
}
