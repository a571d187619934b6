"""The names under which other programs and people write the fields of an article."""

import re
import unicodedata

from rag.reading.record import ArticleRecord

_NAMES = {
    # "No" and "Nomor" are not among them: they number the rows, and another table has the same numbers.
    "id": "article_id post_id id_artikel id_berita guid uuid _id",
    "title": "headline post_title web_title judul tajuk titel titulo título titre titolo başlık tytuł"
    " заголовок العنوان عنوان शीर्षक শিরোনাম หัวข้อ ชื่อเรื่อง พาดหัว tiêu_đề 标题 標題 タイトル 見出し 제목"
    " überschrift schlagzeile titular manchete",
    "text": "body content article story berita artikel full_text article_body body_text main_text"
    " post_content content_html html blocks isi konten teks kandungan texto texte contenu"
    " contenido conteúdo testo inhalt inhoud tekst içerik metin treść текст النص متن सामग्री"
    " বিষয়বস্তু เนื้อหา nội_dung 正文 内容 內容 本文 본문 내용"
    " cuerpo corpo naskah artikeltext المحتوى содержание",
    "url": "link permalink canonical canonical_url source_url address web_url tautan enlace lien bağlantı"
    " 链接 リンク الرابط ссылка",
    "outlet": "source source_name publisher media publication sumber outlet_name nama_media penerbit fuente"
    " quelle fonte المصدر منبع nguồn 来源 medio mídia источник 媒体",
    "author": "authors author_name byline writer reporter penulis nama_penulis wartawan pengarang autor"
    " auteur autore yazar автор الكاتب نویسنده लेखक ผู้เขียน tác_giả 作者 著者 기자"
    " pewarta jurnalis verfasser autoria autores auteurs autori creator كاتب المؤلف 記者 记者 筆者",
    "published_at": "date published pub_date published_date publish_date date_published publication_date"
    " date_publish post_date web_publication_date tanggal terbit tanggal_terbit tanggal_tayang"
    " tanggal_publikasi tanggal_publish tgl tgl_terbit tgl_tayang tgl_publish tgl_publikasi waktu"
    " waktu_terbit datetime tarikh fecha fecha_de_publicación datum date_de_publication data_de_publicação"
    " data_di_pubblicazione tarih дата التاريخ تاریخ दिनांक ngày ngày_đăng 日期 日付 날짜"
    " วันที่ วันที่เผยแพร่ tanggal_rilis fecha_publicación date_parution date_de_parution veröffentlicht"
    " veröffentlicht_am veröffentlichungsdatum erscheinungsdatum yayın_tarihi дата_публикации تاريخ_النشر"
    " تاریخ_انتشار 发布时间 发布日期 發布時間 發布日期 公開日 公開日時 掲載日 投稿日 게시일 작성일 등록일",
    "updated_at": "updated updated_date last_updated modified lastmod last_modified last_modified_at"
    " date_modified post_modified diperbarui changed",
    "language": "lang bahasa locale in_language lang_code language_code langcode idioma langue sprache lingua"
    " 言語 语言 語言 اللغة язык ภาษา",
    "section": "category section_name kategori rubrik kanal channel sección seção rubrique ressort sezione",
}
# The names that count only where no other one names the field.
_OTHER_NAMES = {
    "text": "clean_article clean_text cleaned_text paragraf narasi",
    "outlet": "domain hostname site_name",
    "published_at": "created created_at created_date date_created timestamp data",
    "section": "categories",
}
FIELDS = frozenset(ArticleRecord.model_fields) - {"headings"}
_NOT_LETTERS = re.compile(r"[\W_]+")
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")  # of "judulBerita"
_NOTE = re.compile(r"\([^()]{0,60}\)\W{0,3}\Z")  # behind a name: "Tanggal (dd/mm/yyyy)"
# What many columns say beside the name of their field: "Judul Berita", "article_text".
_OF_ARTICLE = re.compile(r"^(?:article|news|story)_|_(?:article|news|story|berita|artikel)$")

_OTHER = 2  # the rank of a name that counts only where no other one names the field


def _letters_of(name: str) -> str:
    """Return the letters of a name without case and accents, which many programs leave out."""
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKD", name.lower()))


def _fields_by_name(names: dict[str, str]) -> dict[str, str]:
    return {_letters_of(name): field for field, line in names.items() for name in (field, *line.split())}


_FIELD_OF = _fields_by_name(_NAMES)
_OTHER_FIELD_OF = {
    name: field for name, field in _fields_by_name(_OTHER_NAMES).items() if name not in _FIELD_OF
}


def field_of(name: str) -> str | None:
    """Return the field of an article that a name means in any file, or None.

    >>> field_of("Headline"), field_of("Tanggal terbit"), field_of("judulBerita"), field_of("views")
    ('title', 'published_at', 'title', None)
    """
    field, rank = field_and_rank(name)
    return field if rank < _OTHER else None


def field_and_rank(name: str) -> tuple[str | None, int]:
    """Return the field that a column's name means, and 0 for its own name, 1 for a usual one, 2 for others.

    >>> field_and_rank("text"), field_and_rank("Isi (lengkap)"), field_and_rank("createdAt")
    (('text', 0), ('text', 1), ('published_at', 2))
    """
    if name in FIELDS:
        return name, 0
    snake = re.sub(r"[\s-]+", "_", _CAPITAL.sub("_", _NOTE.sub("", name)).strip().lower())
    keys = (_letters_of(snake), _letters_of(_OF_ARTICLE.sub("", snake)))
    for rank, known in ((1, _FIELD_OF), (_OTHER, _OTHER_FIELD_OF)):
        if found := next((known[key] for key in keys if key in known), None):
            return found, rank
    return None, _OTHER
