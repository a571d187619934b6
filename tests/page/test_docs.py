"""`/docs` works without any other server, and what it loads may do nothing else."""

from playwright.sync_api import Browser, expect

from tests.page.visit import Visit


def test_the_page_shows_the_routes_and_loads_nothing_from_other_servers(
    browser: Browser, plain_url: str
) -> None:
    with browser.new_context() as context:
        seen = Visit(context.new_page(), plain_url)
        seen.open("/docs")
        expect(seen.page.get_by_text("/v1/articles/{article_id}").first).to_be_visible()
        seen.page.get_by_text("/v1/search").click()
        expect(seen.page.get_by_role("button", name="Try it out")).to_be_visible()
        assert (seen.console, seen.page_errors) == ([], [])
        asked = {url.removeprefix(plain_url) for url in seen.requests if not url.startswith("data:")}
        files = ("/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/start.js")
        assert asked == {"/docs", *files, "/openapi.json"}
