"""Takes apart BCP 47 tags."""

import functools


@functools.lru_cache(maxsize=512)
def primary_language(tag: str) -> str:
    """Return the language of a tag without script and region.

    >>> primary_language("zh-Hans")
    'zh'
    """
    return tag.split("-", 1)[0]


def is_same_language(language: str, other: str) -> bool:
    """Whether two tags mean one language, regardless of script and region.

    >>> is_same_language("zh-Hans", "zh"), is_same_language("id", "en")
    (True, False)
    """
    return primary_language(language) == primary_language(other)
