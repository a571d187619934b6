"""Lines beside a story as outlets in many languages write them: dates, bylines, titles."""

import pytest

from rag.reading.credits import byline_facts, line_facts
from rag.reading.dates import parse_written_date
from rag.reading.names import author_names, is_person, split_title


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("Jumat, 9 Agustus 2024 - 07.15 WIB", "2024-08-09T07:15:00+07:00"),
        ("Jum'at, 9 Agt 2024 - 07.15 WITA", "2024-08-09T07:15:00+08:00"),
        ("2024 - 08 - 09", "2024-08-09T00:00:00+00:00"),
        ("Kamis Pahing, 8 Agustus 2024", "2024-08-08T00:00:00+00:00"),
        ("Setu, 3 Agustus 2024 19.30 WIB", "2024-08-03T19:30:00+07:00"),
        ("Rabu, 7 Agustus 2024 M / 2 Safar 1446 H", "2024-08-07T00:00:00+00:00"),
        ("الأربعاء 7 أغسطس/آب 2024", "2024-08-07T00:00:00+00:00"),
        ("Ika-7 ng Agosto 2024", "2024-08-07T00:00:00+00:00"),
        ("27/07/24 13:27", "2024-07-27T13:27:00"),
        ("07 авг 2024, 19:30 МСК", "2024-08-07T19:30:00+03:00"),
        ("5 de abril de 2024 às 18h32", "2024-04-05T18:32:00"),
        ("Miércoles, 7 de agosto de 2024. 19:30 horas", "2024-08-07T19:30:00"),
    ],
)
def test_a_date_is_read_in_the_form_of_the_press(line: str, time: str) -> None:
    parsed = parse_written_date(line)
    assert parsed is not None
    assert parsed.isoformat() == time


@pytest.mark.parametrize(
    ("line", "published", "updated"),
    [
        (
            "Published: 5 January 2024 Updated: 6 January 2024 10:00 GMT",
            "2024-01-05T00:00",
            "2024-01-06T10:00",
        ),
        (
            "Publié le 08/06/2024 à 11:45, mis à jour le 08/06/2024 à 14:02",
            "2024-06-08T11:45",
            "2024-06-08T14:02",
        ),
        ("05/04/2024 18h32  Atualizado 05/04/2024 19h10", "2024-04-05T18:32", "2024-04-05T19:10"),
        ("5 abr 2024 - 18h32 (atualizado às 19h10)", "2024-04-05T18:32", None),
        ("7 Aug 2024 07:30PM (Updated: 7 Aug 2024 08:10PM)", "2024-08-07T19:30", "2024-08-07T20:10"),
        ("입력 2024.08.07 19:30", "2024-08-07T19:30", None),
        (
            "Diperbarui 8 Agustus 2024 09.00 · Diterbitkan 7 Agustus 2024 10.11",
            "2024-08-07T10:11",
            "2024-08-08T09:00",
        ),
        ("수정 2024.08.07. 오후 8:01", None, "2024-08-07T20:01"),
        ("Cập nhật lúc 19:30 07/08/2024", None, "2024-08-07T19:30"),
        ("最終更新：2024年8月7日 20時", None, "2024-08-07T20:00"),
        ("Обновлено: 7 августа 2024", None, "2024-08-07T00:00"),
        ("Rabu, 7 Agustus 2024 | 19:30 WIB | Dibaca 1.204 kali", "2024-08-07T19:30", None),
        (
            "Publié le 14 juin 2025 à 09h15, modifié le 14 juin 2025 à 10h00",
            "2025-06-14T09:15",
            "2025-06-14T10:00",
        ),
        (
            "Uppdaterad 2025-06-14 10:00 Publicerad 2025-06-14 09:15",
            "2025-06-14T09:15",
            "2025-06-14T10:00",
        ),
        ("Data publikacji: 14.06.2025 09:15", "2025-06-14T09:15", None),
        ("जून 14, 2025 09:15 am IST", "2025-06-14T09:15", None),
        ("প্রকাশ: ১৪ জুন ২০২৫, ০৯:১৫", "2025-06-14T09:15", None),
        ("14 Juni 202514 Juni 2025", "2025-06-14T00:00", None),
        ("14 Juni 2025 · 3 Komentar", "2025-06-14T00:00", None),
        ("Hari/Tanggal: Senin, 16 Juni 2025", None, None),
        ("Waktu: Senin, 16 Juni 2025 pukul 09.00 WIB", None, None),
        ("Deadline: June 16, 2025", None, None),
        ("Waktu membaca: 3 menit", None, None),
    ],
)
def test_the_times_of_publication_and_of_the_last_change_are_told_apart(
    line: str, published: str | None, updated: str | None
) -> None:
    facts = line_facts(line) or {}
    assert facts.keys() <= {"published_at", "updated_at"}
    found = [
        f"{facts[name]:%Y-%m-%dT%H:%M}" if name in facts else None for name in ("published_at", "updated_at")
    ]
    assert found == [published, updated]


@pytest.mark.parametrize(
    ("line", "facts"),
    [
        ("Автор: Иван Петров", {"author": ["Иван Петров"]}),
        ("โดย สมชาย ใจดี", {"author": ["สมชาย ใจดี"]}),
        ("ผู้เขียน: สมชาย ใจดี", {"author": ["สมชาย ใจดี"]}),
        ("Ni Juan Santos", {"author": ["Juan Santos"]}),
        ("लेखक: रमेश कुमार", {"author": ["रमेश कुमार"]}),
        ("كتبت - فاطمة علي", {"author": ["فاطمة علي"]}),
        ("Tác giả: Nguyễn Văn An", {"author": ["Nguyễn Văn An"]}),
        ("（责任编辑：张丽）", {"editor": "张丽"}),
        ("取材・文＝山田太郎", {"author": ["山田太郎"]}),
        ("By Siti Rahma and Budi Hartono, Staff Writers", {"author": ["Siti Rahma", "Budi Hartono"]}),
        ("Oleh: Siti Rahma, S.Kom.", {"author": ["Siti Rahma"]}),
        ("Oleh Dr. Siti Rahma, M.Si.", {"author": ["Dr. Siti Rahma"]}),
        (
            "Oleh: Siti Rahma Editor: Budi Hartono",
            {"author": ["Siti Rahma"], "editor": "Budi Hartono"},
        ),
        (
            "Reporter Sari Wulandari, Editor Raka Wijaya",
            {"author": ["Sari Wulandari"], "editor": "Raka Wijaya"},
        ),
        ("Translator: Sari Wulandari, Editor: Raka Wijaya", {"editor": "Raka Wijaya"}),
        ("Penulis/Editor: Sari Wulandari", {"author": ["Sari Wulandari"]}),
        ("By Sari Wulandari in Melati", {"author": ["Sari Wulandari"]}),
        ("Von Anna Beispiel und Karl Muster, Berlin", {"author": ["Anna Beispiel", "Karl Muster"]}),
        ("द्वारा: रमेश कुमार", {"author": ["रमेश कुमार"]}),
        ("© Kabar Melati. All rights reserved.", {"owner": "Kabar Melati"}),
        ("<저작권자(c) 연합뉴스, 무단 전재-재배포 금지>", {"owner": "연합뉴스"}),
        ("© New Sample Times Press (M) Bhd", {"owner": "New Sample Times Press (M) Bhd"}),
        ("Artikel ini ialah © Hakcipta Terpelihara Harian Contoh", {"owner": "Harian Contoh"}),
    ],
)
def test_a_credit_is_read_without_its_label(line: str, facts: object) -> None:
    assert line_facts(line) == facts


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Siti Rahma, Budi Hartono, dan Candra Wijaya", ["Siti Rahma", "Budi Hartono", "Candra Wijaya"]),
        ("Siti Rahma with Budi Hartono", ["Siti Rahma", "Budi Hartono"]),
        ("By SITI RAHMA, Associated Press", ["SITI RAHMA"]),
        ("Siti Rahma, CNN Indonesia", ["Siti Rahma"]),
        ("Par Claire Modèle, avec AFP", ["Claire Modèle"]),
        ("Por João Exemplo, g1", ["João Exemplo"]),
        ("Laporan Wartawan Tribunnews.com, Siti Rahma", ["Siti Rahma"]),
        ("Dilaporkan oleh Siti Rahma", ["Siti Rahma"]),
        ("Follow Siti Rahma", ["Siti Rahma"]),
        ("Oleh: Siti Rahma *)", ["Siti Rahma"]),
        ("Foto: Siti Rahma", []),
        ("Search", []),
        ("Words: Siti Rahma. Photos: Budi Hartono", ["Siti Rahma"]),
        ("김철수 기자", ["김철수"]),
        ("本报记者 王小明", ["王小明"]),
        ("記者王小明／台北報導", ["王小明"]),
        ("文在寅", ["文在寅"]),
        ("Kontributor Bandung", ["Kontributor Bandung"]),
    ],
)
def test_names_are_read_without_roles_employers_and_degrees(line: str, names: list[str]) -> None:
    assert author_names(line) == names


def test_a_news_agency_is_no_person() -> None:
    assert [is_person(name) for name in ("中央社", "测试日报", "王小明")] == [False, False, True]


@pytest.mark.parametrize(
    ("line", "facts"),
    [
        ("Siti Rahma (Kontributor Bandung)", {"byline": ["Siti Rahma"]}),
        ("Siti Rahma | Tuesday 7 August", {"byline": ["Siti Rahma"]}),
        ("Siti Rahma - detikNews", {"byline": ["Siti Rahma"], "outlet": "detikNews"}),
    ],
)
def test_what_stands_beside_a_name_is_not_always_an_outlet(line: str, facts: object) -> None:
    assert byline_facts(line) == facts


def test_a_weekday_is_no_part_of_a_name() -> None:
    facts = line_facts("Siti Rahma Senin, 7 Agustus 2024") or {}
    assert facts["byline"] == ["Siti Rahma"]


@pytest.mark.parametrize(
    ("title", "outlet"),
    [
        ("Sumur bor dibangun - Berita Ekonomi Warta Melati", "Warta Melati"),
        ("Sumur bor dibangun - The Warta Melati", "Warta Melati"),
        ("Sumur bor dibangun « Warta Melati", "Warta Melati"),
        ("Sumur bor dibangun / Warta Melati", "Warta Melati"),
        ("Sumur bor dibangun (Warta Melati)", "Warta Melati"),
        ("[Warta Melati] Sumur bor dibangun", "Warta Melati"),
        ("Warta Melati | Print | Sumur bor dibangun", "Warta Melati"),
        ("Sumur bor dibangun - Halaman 2 - Warta Melati", "Warta Melati"),
        ("Sumur bor dibangun - Halaman all", None),
    ],
)
def test_a_title_loses_the_name_of_its_outlet(title: str, outlet: str | None) -> None:
    assert split_title(title, ["Warta Melati"]) == ("Sumur bor dibangun", outlet)


def test_a_range_of_figures_stays_in_a_title_with_an_outlet() -> None:
    title = "Harga Kopi Rp30.000 - Rp35.000 per Kilogram"
    assert split_title(f"{title} - Warta Melati", ["Warta Melati"]) == (title, "Warta Melati")


@pytest.mark.parametrize(
    "title",
    [
        "新しい橋が開通：みなと新聞",
        "新しい橋が開通-みなと新聞",
        "【みなと新聞】新しい橋が開通",
        "新しい橋が開通_社会_みなと新聞",
    ],
)
def test_a_title_without_spaces_loses_the_name_of_its_outlet(title: str) -> None:
    assert split_title(title, ["みなと新聞"]) == ("新しい橋が開通", "みなと新聞")
