"""What holds of the tokens of every text that can be typed or uploaded."""

from hypothesis import given, settings

from kotogura.analysis.normalization import normalize
from tests.unit.analysis.texts import ANY_TEXT

law = settings(max_examples=300)


@law
@given(ANY_TEXT)
def test_every_token_stands_within_the_text_and_has_a_term(analyzer, text):
    for token in analyzer.analyze(text).tokens:
        assert 0 <= token.start < token.end <= len(text)
        assert token.term.strip()
        assert token.term == token.term.casefold()
        assert token.term.encode("utf-8")
        assert token.position >= 0


@law
@given(ANY_TEXT)
def test_what_a_token_points_at_can_be_seen(analyzer, text):
    for token in analyzer.analyze(text).tokens:
        assert normalize(text[token.start : token.end]).text.strip()


@law
@given(ANY_TEXT)
def test_tokens_come_by_position_and_later_ones_do_not_begin_earlier(analyzer, text):
    tokens = analyzer.analyze(text).tokens
    order = [(token.position, token.start) for token in tokens]
    assert order == sorted(order)


@law
@given(ANY_TEXT)
def test_a_term_stands_once_at_a_position_unless_a_compound_repeats_it(analyzer, text):
    tokens = analyzer.analyze(text).tokens
    seen = {(token.term, token.position, token.start, token.end) for token in tokens}
    assert len(seen) == len(tokens)


@law
@given(ANY_TEXT)
def test_a_text_has_no_more_words_than_tokens_and_none_without_any(analyzer, text):
    analyzed = analyzer.analyze(text)
    assert 0 <= analyzed.length <= len(analyzed.tokens)
    assert (analyzed.length == 0) == (analyzed.tokens == ())
    if analyzed.tokens:
        assert analyzed.length <= analyzed.tokens[-1].position + 1


@law
@given(ANY_TEXT)
def test_the_same_text_has_the_same_tokens_every_time(analyzer, text):
    assert analyzer.analyze(text) == analyzer.analyze(text)


@law
@given(ANY_TEXT)
def test_a_text_and_its_normalised_form_have_the_same_terms(analyzer, text):
    def terms(one):
        return [(token.term, token.position) for token in analyzer.analyze(one).tokens]

    assert terms(text) == terms(normalize(text).text)
