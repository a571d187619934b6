"""Takes apart BCP 47 tags."""


def primary_language(tag: str) -> str:
    """Return the language of a tag without script and region.

    >>> primary_language("zh-Hans")
    'zh'
    """
    return tag.split("-", 1)[0]
