"""Every sentence of SECURITY.md is held by a test, or is advice."""

import ast
import re

import pytest

from tests.test_links import ROOT

_ACCESS, _ORIGINS = "guards/test_access.py", "guards/test_origins.py"
_CONNECTIONS, _FETCHER = "guards/test_connections.py", "fetching/test_fetcher.py"
_FLIPS, _TAKEDOWN = "corpus/local/test_bit_flips.py", "corpus/local/test_takedown.py"
_MILVUS = "corpus/milvus/test_takedown.py"
_HOSTILE = "test_hostile_requests.py"
_WITHOUT_KEY = f"{_ACCESS} test_without_a_valid_key_only_public_routes_answer"

# The beginning of each sentence, and the tests that fail if it is false: file below tests/, and name.
HELD_BY: dict[str, tuple[str, ...]] = {
    # Access
    "If a key is set, every route requires a key": (_WITHOUT_KEY,),
    "One check runs before all routes": (f"{_ACCESS} test_new_routes_are_protected_by_default",),
    "Adding and deleting articles requires an admin": (
        f"{_ACCESS} test_a_user_key_opens_every_route_except_writes",
    ),
    "`tests/guards/test_access.py` tries every route": (
        _WITHOUT_KEY,
        f"{_ACCESS} test_all_routes_are_found_including_undocumented_ones",
    ),
    "Settings and messages contain only SHA-256": (
        "test_settings.py test_only_hashes_of_keys_are_kept_and_they_are_not_shown",
        "test_settings.py test_no_message_shows_the_value_of_a_secret_setting",
    ),
    "Kutip compares hashes in constant time": (
        f"{_ACCESS} test_checking_a_key_takes_the_same_steps_for_every_key",
    ),
    "`kutip serve` does not listen for other machines": (
        "commands/test_serve.py test_without_a_key_the_server_listens_only_on_this_machine",
        "commands/test_serve.py test_with_a_key_or_explicit_permission_the_server_listens_for_other_machines",
    ),
    # Browsers
    "Pages of other origins cannot read replies": (
        f"{_ORIGINS} test_pages_from_other_origins_may_not_send_requests",
        f"{_ORIGINS} test_pages_from_configured_origins_may_send_requests",
    ),
    "Without keys, they cannot send requests": (
        f"{_ORIGINS} test_without_a_key_pages_from_other_sites_are_refused",
    ),
    "This includes pages that use DNS rebinding": (f"{_ORIGINS} test_dns_rebinding_is_refused",),
    "The chat page and `/docs` run only their own": (
        "page/test_files.py test_every_file_is_sent_under_a_strict_policy",
        "page/test_files.py test_the_page_has_no_inline_code_and_no_external_urls",
        "page/test_docs.py test_the_page_shows_the_routes_and_loads_nothing_from_other_servers",
    ),
    "No route redirects": (f"{_HOSTILE} test_no_reply_redirects_to_another_site",),
    # Overload
    "The rate of requests, the number of simultaneous": (
        "guards/test_rate_limit.py test_the_requests_of_one_minute_may_come_at_once",
        "guards/test_concurrency_limit.py "
        "test_a_stream_counts_until_its_end_one_request_waits_and_others_are_refused",
        f"{_CONNECTIONS} test_a_head_of_more_than_64_kib_is_refused",
        f"{_CONNECTIONS} test_an_unfinished_head_is_closed_after_a_while",
        f"{_CONNECTIONS} test_an_unfinished_body_is_refused_after_a_while",
        f"{_CONNECTIONS} test_nothing_beside_the_body_is_read_without_end",
        f"{_HOSTILE} test_the_guards_read_paths_like_the_routes",
    ),
    "Articles, questions, conversations and filters": (
        "reading/test_record.py test_a_refusal_names_the_field_and_the_reason",
        "test_api.py test_an_invalid_question_is_a_problem_and_not_a_stream",
        "test_api.py test_invalid_queries_are_refused",
        "test_validation.py test_large_filters_are_refused",
    ),
    "Slow clients keep nobody out": (f"{_CONNECTIONS} test_two_thousand_slow_clients_keep_nobody_out",),
    "Beyond the number of connections": (
        f"{_CONNECTIONS} test_two_thousand_slow_clients_keep_nobody_out",
        f"{_CONNECTIONS} test_more_unfinished_bodies_than_connections_keep_nobody_out",
        f"{_CONNECTIONS} test_more_unread_replies_than_connections_keep_nobody_out",
    ),
    "An unfinished body takes no place": (f"{_CONNECTIONS} test_sixty_four_unfinished_bodies_take_no_place",),
    "A client that doesn't read its reply": (
        f"{_CONNECTIONS} test_streams_that_nobody_reads_give_their_places_back",
        f"{_CONNECTIONS} test_a_reply_that_nobody_reads_is_given_up",
    ),
    "[A benchmark](docs/benchmarks/slowloris.md) attacks": (
        "benchmarks/test_slowloris.py test_honest_searches_are_answered_during_every_attack",
    ),
    "A process that changes the articles for a long": (
        "test_worker_pools.py test_readers_and_probes_are_answered_while_deletions_and_additions_wait",
    ),
    # Untrusted pages
    "HTML is parsed with limits": ("reading/test_html_page.py test_pages_beyond_the_bounds_are_refused",),
    "Entities and external references": ("reading/test_html_page.py test_entities_are_not_expanded",),
    "YAML front matter cannot use aliases": (
        "reading/test_markdown.py test_front_matter_that_cannot_be_read_is_refused",
    ),
    "Compressed files and Word documents are unpacked": (
        "reading/formats/test_streams.py test_a_file_that_grows_without_bounds_is_refused",
        "reading/formats/test_word_file.py test_a_zip_bomb_is_refused_before_it_is_unpacked",
    ),
    "Other archives and binary files are refused": (
        "reading/test_decoding.py test_an_archive_is_refused_and_not_opened",
        "reading/test_decoding.py test_binary_data_is_refused",
    ),
    "Every regular expression runs in linear time": (
        "test_patterns.py test_the_time_of_a_pattern_is_linear_in_the_text",
    ),
    "`tests/test_patterns.py` checks all of them": ("test_patterns.py test_every_pattern_is_tested",),
    "A passage has at most 16 characters per token": (
        "text/test_passages.py test_a_text_of_few_tokens_but_many_characters_is_split",
    ),
    # Untrusted servers
    "`kutip ingest` fetches over `http` and `https`": (
        f"{_FETCHER} test_redirects_lead_to_web_pages_only",
        f"{_FETCHER} test_addresses_of_no_web_page_are_refused",
        f"{_FETCHER} test_private_addresses_are_refused_unless_allowed",
        f"{_FETCHER} test_addresses_that_are_not_public",
    ),
    "The check is made on the address to which": (
        f"{_FETCHER} test_a_redirect_to_a_private_address_is_refused",
        f"{_FETCHER} test_a_name_is_looked_up_once_and_connected_to_as_checked",
    ),
    "Replies have limits on bytes": (
        f"{_FETCHER} test_an_endless_body_is_cut",
        f"{_FETCHER} test_a_drip_is_cut",
        f"{_FETCHER} test_packed_bodies_are_unpacked_within_the_limit",
    ),
    "`POST /v1/articles` fetches nothing": (
        "test_network.py test_adding_an_article_over_http_does_not_fetch_its_address",
    ),
    "`tests/fetching/test_fetcher.py` checks this": (f"{_FETCHER} test_redirects_are_followed",),
    # Untrusted text
    "Kutip treats the text of articles and questions": (
        "test_injection.py test_instructions_in_an_article_do_not_change_verbatim_answers",
        "test_injection.py test_a_model_that_obeys_an_article_does_not_change_other_claims",
        "test_injection.py test_instructions_in_a_question_do_not_change_claims",
    ),
    # Stored articles
    "Each passage is compared with its article": (
        f"{_FLIPS} test_what_differs_from_its_article_is_left_out_logged_counted_and_named_by_doctor",
        f"{_FLIPS} test_no_answer_quotes_a_damaged_passage",
        f"{_FLIPS} test_a_damaged_document_is_not_shown",
    ),
    "What differs is left out, logged and counted": (
        f"{_FLIPS} test_what_differs_from_its_article_is_left_out_logged_counted_and_named_by_doctor",
    ),
    "`tests/corpus/local/test_bit_flips.py` flips bits": (f"{_FLIPS} test_no_flipped_bit_is_ever_quoted",),
    "No word of a deleted article stays": (
        f"{_TAKEDOWN} test_no_word_is_left_after_the_corpus_is_closed",
        f"{_TAKEDOWN} test_no_word_is_left_while_the_service_runs",
        f"{_TAKEDOWN} test_no_word_is_left_after_a_repair_and_a_restore",
    ),
    "If the keyword index has files": (f"{_TAKEDOWN} test_no_word_is_left_while_the_service_runs",),
    "If readers block the write-ahead log": (
        f"{_TAKEDOWN} test_words_that_a_reader_keeps_in_the_database_are_gone_with",
    ),
    "Backups from before the deletion": (
        f"{_TAKEDOWN} test_a_backup_from_before_the_deletion_contains_the_article",
    ),
    "`tests/corpus/local/test_takedown.py` searches": (
        f"{_TAKEDOWN} test_no_word_is_left_after_the_corpus_is_closed",
    ),
    "On Milvus, no row contains a word": (
        f"{_MILVUS} test_no_row_contains_a_word_of_a_deleted_article_or_of_its_older_version",
    ),
    "A data folder, its files and backups": (
        "corpus/local/test_private_files.py "
        "test_the_folder_the_database_the_indexes_and_backups_are_private",
        "corpus/local/test_private_files.py test_the_command_line_makes_everything_private",
    ),
    # Private data
    "Errors over HTTP contain no file names": (
        f"{_HOSTILE} test_an_error_reveals_nothing_about_the_machine",
        f"{_HOSTILE} test_no_secret_is_logged_or_sent",
    ),
    "The log contains questions and answers only": (
        "observability/test_log_lines.py test_texts_are_logged_only_if_configured",
    ),
    "Kutip connects only to servers that you": (
        "test_network.py test_only_listed_modules_import_network_libraries",
        "test_network.py test_reading_indexing_and_answering_open_no_connection",
    ),
    "`tests/test_network.py` checks this": (
        "test_network.py test_only_listed_modules_import_network_libraries",
    ),
    "Kutip follows no redirect of the language model's": (
        "language_model/test_connection.py test_a_redirect_is_not_followed",
    ),
    # How this is tested
    "[Schemathesis](https://schemathesis.readthedocs.io)": (
        "fuzzing/test_openapi.py test_schemathesis_finds_nothing",
    ),
    "A coverage-guided fuzzer tests the readers": (
        "fuzzing/test_corpora.py test_a_few_new_inputs_pass",
        "fuzzing/test_corpora.py test_every_target_has_a_corpus",
    ),
    "Each test run includes a short round of both": (
        "fuzzing/test_openapi.py test_schemathesis_finds_nothing",
        "fuzzing/test_corpora.py test_a_few_new_inputs_pass",
    ),
    "`make fuzz` runs longer": ("test_security.py test_the_commands_exist",),
    "`make check` compares the installed versions": ("test_security.py test_the_commands_exist",),
    "`make audit` looks for known vulnerabilities": ("test_security.py test_the_commands_exist",),
    # What you must do
    "Without a key, every program on the machine": (
        f"{_ACCESS} test_permissions_depend_on_which_keys_are_set",
    ),
    "Web pages that a program on the machine serves": (
        f"{_ORIGINS} test_without_a_key_own_local_and_configured_pages_are_allowed",
    ),
    "A key opens all articles or none": (
        f"{_ACCESS} test_a_user_key_opens_every_route_except_writes",
        _WITHOUT_KEY,
    ),
    "The command line and `kutip mcp` need no key": (
        "commands/test_command_line.py test_the_command_line_needs_no_key",
        "mcp_door/test_stdio.py test_a_separate_process_answers_on_standard_output",
    ),
    "Neither the folder nor a backup contains keys": (
        "commands/test_backup_command.py test_a_backup_holds_no_key",
    ),
    "It receives the questions and the passages": (
        "test_prompts.py test_the_prompt_has_the_expected_text",
    ),
    "They apply to all workers of one server": (
        "test_workers.py test_the_rate_limit_covers_all_workers_together",
        "guards/test_rate_limit.py test_a_new_server_begins_with_full_buckets",
    ),
}  # fmt: skip

# What the reader should do, and what others do.
ADVICE = (
    "For older ones, run `chmod",
    "Milvus [erases deleted rows]",
    "Use TLS",
    "Put [a proxy with TLS]",
    "Without TLS, others can read the keys",
    "Set a key",
    "Use one data folder for one audience",
    "Protect the data folder and backups",
    "Whoever can read them",
    "Choose the language model with care",
    "Remember that limits are temporary",
)


def sentences() -> list[str]:
    """Return the sentences of SECURITY.md after its introduction, without headings and bold type."""
    _, _, text = (ROOT / "SECURITY.md").read_text(encoding="utf-8").partition("## What Kutip protects\n")
    text = re.sub(r"^(?:##.*|\*\*[^*]*\*\*)$", "", text, flags=re.M)
    blocks = re.split(r"\n\s*\n|\n(?=- )", text)
    lines = [" ".join(block.split()).removeprefix("- ").replace("**", "") for block in blocks]
    return [found for line in lines if line for found in re.split(r"(?<=\.)\s+(?=[A-Z`\[])", line)]


def begun_by(sentence: str) -> list[str]:
    return [beginning for beginning in (*HELD_BY, *ADVICE) if sentence.startswith(beginning)]


def test_the_sentences_are_found() -> None:
    found = sentences()
    assert "No route redirects." in found
    assert len(found) > 60


def test_every_sentence_names_its_tests_or_is_advice() -> None:
    assert [sentence for sentence in sentences() if len(begun_by(sentence)) != 1] == []


def test_every_entry_belongs_to_a_sentence() -> None:
    used = {beginning for sentence in sentences() for beginning in begun_by(sentence)}
    assert sorted({*HELD_BY, *ADVICE} - used) == []


@pytest.mark.parametrize("held", sorted({test for tests in HELD_BY.values() for test in tests}))
def test_the_tests_exist(held: str) -> None:
    file, _, name = held.partition(" ")
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_commands_exist() -> None:
    security = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipes = dict(re.findall(r"^([a-z]+):[^\n]*\n((?:\t[^\n]*\n)+)", makefile, re.M))
    assert {name for name in re.findall(r"`make ([a-z]+)`", security) if name not in recipes} == set()
    assert "-m tests.fuzzing" in recipes["fuzz"]
    assert "-m tests.audit" in recipes["check"]
    assert "pip-audit --requirement constraints.txt" in recipes["audit"]
