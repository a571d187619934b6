"""The labels with which the world's press introduces other stories, comments and buttons, by language.

Each entry is a regular expression for a whole label, without the colon, in lower case.
"""

# What invites to another story. The headline may follow on the same line, after a colon.
READ_ALSO = {
    "id, ms": r"(?:baca|lihat|simak|tonton|saksikan|cek)(?: (?:berita|artikel))? (?:juga|pula|lagi|lainnya"
    r"|selengkapnya)(?: video)?|pilihan editor|(?:berita|artikel) (?:terkait|berkaitan)|jangan lewatkan",
    "jv": r"(?:waca|deleng)(?:en)? uga",
    "fil": r"(?:basahin|panoorin) (?:din|rin|pa)",
    "en": r"(?:read|see|watch|listen)(?: also| more| next)|also read|related(?: (?:news|story|article"
    r"|video))?"
    r"|don['’]t miss",
    "es": r"(?:le[ae]|lee|vea|ver|mir[ae]|escuch[ae]|consult[ae])(?: también| además| más| aquí)"
    r"|también le[ae]"
    r"|(?:también )?(?:te |le )?(?:puede|podría) interesar(?:te|le)?|te recomendamos|puedes (?:ver|leer)"
    r"|no te pierdas"
    r"|más información",
    "pt": r"(?:leia|veja|ouça|assista|confira)(?: também| mais| ainda)|saiba mais",
    "fr": r"(?:à |a )?(?:lire|voir|écouter|découvrir)(?: aussi| également)|lisez (?:aussi|également)"
    r"|lire plus",
    "it": r"(?:leggi|guarda|vedi|scopri) (?:anche|ancora|pure|di più)|per approfondire",
    "ro": r"cite[sș]te (?:[sș]i|mai mult)|vezi [sș]i",
    "de": r"(?:lesen sie|lest|lies|sehen sie|schauen sie|siehe|hören sie) (?:auch|hier|dazu|mehr|weiter)"
    r"|mehr (?:zum thema|dazu|themen|lesen|infos?|informationen)|auch interessant|weiterlesen|passend dazu"
    r"|schon gelesen\??|zum weiterlesen",
    "nl": r"(?:lees|bekijk|luister) (?:ook|meer|verder)",
    "sv, da, nb": r"(?:läs|se|læs|les) (?:också|mer|även|vidare|også|mere)",
    "fi": r"lue (?:myös|lisää)",
    "pl": r"(?:zobacz|czytaj|przeczytaj|sprawdź) (?:także|też|również|więcej)|dowiedz się więcej",
    "cs, sk": r"(?:čtěte|přečtěte si|čítajte|prečítajte si) (?:také|též|i|aj)",
    "hu": r"olvass(?:a|on|d)? el (?:ezt )?is",
    "el": r"διαβάστε (?:επίσης|ακόμη|ακόμα|περισσότερα)",
    "ru, uk": r"(?:читайте|читать|смотрите|смотреть|дивіться) (?:также|ещё|еще|далее|також|ще)",
    "tr": r"ilgili haber|(?:ayrıca )?(?:okuyun|bakınız)|devamını oku(?:yun)?|bunu da oku(?:yun)?"
    r"|okumaya devam et",
    "ar": r"(?:[اإ]قر[أا]ي?|شاهد) (?:[أا]يض[اً]{1,2}|المزيد)",
    "fa": r"(?:بیشتر|همچنین) بخوانید",
    "ur": r"(?:یہ بھی|مزید) پڑھیں",
    "he": r"קראו (?:גם|עוד)",
    "hi": r"(?:यह|ये|इसे) भी (?:प(?:ढ़|\u095d)ें|देखें)|और प(?:ढ़|\u095d)ें",
    "bn": r"আর[ওো] প(?:ড়|\u09dc)ুন",
    "ta": r"மேலும் படிக்க",
    "vi": r"xem thêm|đọc (?:thêm|tiếp)",
    "th": r"(?:อ่าน(?:ข่าว)?)?เพิ่มเติม|อ่านต่อ",
    "zh": r"(?:相关|相關|延伸|推荐|推薦)(?:阅读|閱讀|新闻|新聞|报道|報道|報導)|(?:阅读|閱讀)更多",
    "ja": r"関連(?:記事|ニュース|リンク)|あわせて読みたい|続きを読む",
    "ko": r"관련 ?(?:기사|뉴스)|함께 읽기",
    "sw": r"soma (?:pia|zaidi)",
}

# What else introduces headlines of other stories.
OTHER_STORIES = {
    "id, ms": r"(?:berita|artikel|video|foto|topik|konten|kabar) (?:terkait|lainnya|lain|populer|terpopuler"
    r"|terbaru|terkini|pilihan|berkaitan|rekomendasi)|pilihan redaksi|terpopuler"
    r"|pilihan untuk anda|rekomendasi(?: (?:lain(?:nya)?|untuk anda|redaksi|berita|artikel))?"
    r"|(?:mungkin anda|anda mungkin)(?: juga)? (?:suka|menyukai|tertarik)|untuk anda",
    "fil": r"(?:kaugnay|iba pa) na (?:balita|kuwento)",
    "en": r"more (?:on this(?: story| topic)?|like this|stories|news|.{0,20}from .{1,40})"
    r"|related (?:stories|articles|topics?|posts?|content|coverage|reading|links)|explore further"
    r"|(?:other )?recommendations?|recommended(?: (?:for you|stories|reading))?|keep reading|further reading"
    r"|(?:most )?(?:popular|read|viewed)(?: (?:now|stories))?|trending(?: now)?|editor['’]?s['’]? picks?"
    r"|up next"
    r"|you (?:may|might) (?:also )?(?:like|be interested in)|explore more on these topics|we recommend",
    "es": r"(?:noticias|artículos|contenidos?|notas|temas|entradas) relacionad[oa]s?|relacionad[oa]s?"
    r"|(?:otras|más) noticias|lo más (?:leído|visto)|más (?:sobre|en) .{1,40}",
    "pt": r"(?:notícias|matérias|artigos|conteúdos?|posts?) relacionad[oa]s?|mais (?:lidas|notícias)"
    r"|você (?:também )?pode (?:gostar|se interessar)|recomendad[oa]s(?: para você)?|últimas notícias",
    "fr": r"articles? (?:liés?|similaires?|connexes?|recommandés?|associés?)|vous aimerez (?:aussi|peut-être"
    r"(?: aussi)?)|sur le même (?:sujet|thème)|(?:les )?plus lus|dans la même rubrique|pour aller plus loin",
    "it": r"(?:articoli|notizie) correlat[ie]|(?:ti )?potrebbe(?:ro)? interessar(?:e|ti)(?: anche)?"
    r"|i più letti"
    r"|altri articoli",
    "de": r"(?:weitere|neueste|aktuelle|ähnliche|verwandte|passende) (?:artikel|beiträge|themen|meldungen"
    r"|news"
    r"|nachrichten|berichte)(?: (?:aus|von|zu|der|dieser) .{1,40})?|empfehlungen (?:der|aus der) redaktion"
    r"|das könnte (?:sie|dich) (?:auch |ebenfalls )?interessieren|meistgelesen(?:e artikel)?|top-?themen"
    r"|videos? zum thema|beiträge aus dem forum|(?:auch|mehr|neu) (?:auf|von|aus) .{1,30}",
    "nl": r"gerelateerd(?:e (?:artikelen|berichten))?|meer (?:nieuws|over .{1,40})|(?:meest|best) gelezen",
    "sv, da, nb": r"relatera(?:t|de artiklar)|relatere(?:t|rte (?:artikler|saker))|mest (?:läst|læst|lest)",
    "pl": r"(?:powiązane|polecane|podobne)(?: artykuły)?|najczęściej czytane",
    "cs, sk": r"související(?: články)?|súvisiace(?: články)?|nejčtenější|najčítanejšie",
    "hu": r"kapcsolódó (?:cikkek|tartalom)",
    "el": r"σχετικά (?:άρθρα|θέματα)",
    "ru, uk": r"(?:похожие|другие|схожі) (?:новости|материалы|статьи|новини)|(?:материалы )?по теме"
    r"|(?:за|по) темою?|самое читаемое|рекомендуем",
    "tr": r"ilgili (?:haberler?|içerikler|konular)|(?:en )?çok okunanlar|öne çıkanlar|önerilen(?: haberler)?",
    "ar": r"(?:مواضيع|أخبار|مقالات) ذات صلة|الأكثر قراءة",
    "fa": r"(?:مطالب|اخبار) مرتبط",
    "he": r"כתבות (?:נוספות|קשורות)",
    "hi": r"संबंधित (?:(?:ख़?|\u0959)बरें|समाचार)",
    "bn": r"সম্পর্কিত (?:খবর|সংবাদ)",
    "vi": r"(?:tin|bài) (?:liên quan|mới nhất|cùng chuyên mục)",
    "th": r"(?:ข่าว|บทความ|เรื่อง)(?:ที่เกี่ยวข้อง|ล่าสุด)",
    "zh": r"(?:更多|热门|熱門|最新)(?:新闻|新聞|文章|内容|內容)|相(?:关|關)(?:文章|链接|連結|推荐|推薦)"
    r"|猜你喜欢",
    "ja": r"おすすめ(?:の)?記事|人気(?:の)?記事|アクセスランキング",
    "ko": r"(?:추천|인기) ?(?:기사|뉴스)|많이 본 (?:기사|뉴스)",
}

# What introduces comments, keywords and buttons.
PAGE_PARTS = {
    "id, ms": r"(?:\d[\d.,]{0,15} )?(?:komentar|tanggapan)(?: \(\d{1,9}\))?|(?:tulis|beri|kirim|lihat"
    r"|baca) komentar(?: anda)?"
    r"|tagar|topik|label|kata kunci|bagikan(?: (?:artikel|berita) ini| ke \w{1,20})?|google news"
    r"|kongsi(?:kan)?(?: artikel ini)?|daftar isi|statistik (?:pengunjung|kunjungan)",
    "en": r"(?:\d[\d.,]{0,15} )?(?:comments?|responses?)(?: \(\d{1,9}\))?"
    r"|share(?: this(?: article| story)?| on \w{1,20})?"
    r"|(?:leave|post|add|view) (?:a |all )?(?:comments?|reply)|tags?|keywords?|topics?"
    r"|promoted content|sponsored content|paid content|(?:table of )?contents",
    "fil": r"(?:mga )?komento|magkomento|ibahagi",
    "es": r"(?:\d{1,9} )?comentarios?(?: \(\d{1,9}\))?|dej(?:a|e|ar) (?:un|tu|su) comentario|etiquetas"
    r"|compart(?:ir|e)(?: en \w{1,20})?",
    "pt": r"(?:\d{1,9} )?comentários?(?: \(\d{1,9}\))?|deixe (?:um|seu) comentário|compartilh(?:ar|e)"
    r"|palavras-chave",
    "fr": r"(?:\d{1,9} )?commentaires?(?: \(\d{1,9}\))?|laiss(?:er|ez) un commentaire|mots[ -]clés|étiquettes"
    r"|partager(?: sur \w{1,20})?",
    "it": r"(?:\d{1,9} )?commenti?(?: \(\d{1,9}\))?|lascia un commento|condividi|parole chiave",
    "de": r"(?:\d{1,9} )?kommentare?(?: \(\d{1,9}\))?|(?:schreibe?|hinterlasse) einen kommentar|teilen"
    r"|schlag(?:worte?|wörter)",
    "nl": r"(?:\d{1,9} )?reacties?(?: \(\d{1,9}\))?|plaats een reactie|delen|trefwoorden",
    "ru": r"(?:\d{1,9} )?комментари(?:й|и|я|ев)(?: \(\d{1,9}\))?|поделиться|теги",
    "hi": r"टिप्पणियाँ|(?:अपनी राय|टिप्पणी) (?:दें|करें)|शेयर करें|टैग्स?",
    "tr": r"yorumlar?|yorum yap|paylaş|etiketler",
    "ar": r"(?:ال)?تعليقات|شارك|مشاركة|كلمات مفتاحية",
    "vi": r"bình luận|chia sẻ|từ khóa",
    "th": r"(?:แสดง)?ความคิดเห็น|แชร์|แท็ก",
    "zh": r"(?:发表)?评论|(?:發表)?評論|留言|分享(?:到|至)?|关键词|關鍵字|标签|標籤",
    "ja": r"コメント(?:する)?|(?:この記事を)?シェア(?:する)?|キーワード|タグ",
    "ko": r"댓글|공유(?:하기)?|태그",
}
