"""Cleaning of titles and abstracts (R29)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orcid_sync.domain.characters import length, shorten
from orcid_sync.domain.titles import clean_abstract, clean_title, new_subtitle


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("The role of <i>E. coli</i> in <b>everything</b>", "The role of E. coli in everything"),
        ("<jats:italic>Salmonella</jats:italic> in pork", "Salmonella in pork"),
        ("Treatment &amp;lt;i&amp;gt;in vivo&amp;lt;/i&amp;gt; at AT&amp;amp;T", "Treatment in vivo at AT&T"),
        ("Plant Ecology &amp; Diversity", "Plant Ecology & Diversity"),
        ("Caf&eacute; M&uuml;ller &#8211; &#x3b1;", "Café Müller – α"),
        ("December &rgr;-Virginids", "December ρ-Virginids"),
        ("Significant (p < 0.05) and <5 km away, x<y", "Significant (p < 0.05) and <5 km away, x<y"),
        ("The <i>unclosed tag &#0;and 1<i>2", "The unclosed tag and 1<i>2"),
        ("A List<T> of <unknown> things", "A List<T> of <unknown> things"),
        ("<![CDATA[Inner]]> text<!-- hidden -->", "Inner text"),
        ("Line<br/>break and\n     wrap", "Line break and wrap"),
        ("Main title<subtitle>More of it</subtitle>", "Main title: More of it"),
        ('<span class="nocase">Reversible</span> time', "Reversible time"),
        (
            "dynamics of<i>Burkholderia terrae</i>BS001 in the<i>Lyophyllum</i>sp.",
            "dynamics of Burkholderia terrae BS001 in the Lyophyllum sp.",
        ),
        ("5,7-Dimethyl-1<i>H</i>-indole", "5,7-Dimethyl-1H-indole"),
        ("Giant clams (\n   <i>Tridacna</i>\n  ) here", "Giant clams (Tridacna) here"),
    ],
)
def test_r29_markup_and_entities_in_titles_are_cleaned(raw: str, clean: str) -> None:
    assert clean_title(raw) == clean


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("H<sub>2</sub>O and x<sup>2+</sup>", "H₂O and x²⁺"),
        ("TiO <sub>2</sub> spheres", "TiO₂ spheres"),
        ("<sup>31</sup>P-NMR", "³¹P-NMR"),
        ("La<sub>0.7</sub>Sr", "La0.7Sr"),
        ("The 19<sup>th</sup> century", "The 19th century"),
        ("C<sub><i>p</i></sub>", "Cₚ"),
        ("Co<sub>1+x\n  </sub>Mn", "Co₁₊ₓMn"),
        (
            "in <m:math><m:msub><m:mi>Ru</m:mi><m:mrow><m:mn>2</m:mn></m:mrow></m:msub></m:math> films",
            "in Ru₂ films",
        ),
        ("at <math><msqrt><mi>s</mi></msqrt><mo>=</mo><mn>13</mn><mspace/><mtext>TeV</mtext></math>", "at √s=13 TeV"),
        ("for<math><mi>d</mi></math>-complete spaces", "for d-complete spaces"),
        ("<math><mfrac><mn>1</mn><mi>N</mi></mfrac></math> expansion", "1/N expansion"),
        ("<math><mi>x</mi><annotation>x_1</annotation></math>", "x"),
    ],
)
def test_r29_scripts_and_formulas_become_unicode_where_every_character_has_one(raw: str, clean: str) -> None:
    assert clean_title(raw) == clean


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        (r"The $\alpha$ phase of $L_{1}$ and H$_2$O", "The α phase of L₁ and H₂O"),
        (r"Norm Optimization in $$\mathbb {R}^2$$", "Norm Optimization in R²"),
        (r"Spectral $$\mathbb R$$ -Linear", "Spectral R -Linear"),
        (r"ω$\omega$-categorical XY$XY$ model", "ω-categorical XY model"),
        ("Student's $t$ filter", "Student's t filter"),
        ("It costs $18.50, cloth; $10.00, paper.", "It costs $18.50, cloth; $10.00, paper."),
        (r"Decays $B^0 \to K^{*0}\mu^+$ at $R_{\rm DM}$", "Decays B⁰ → K^(*0)μ⁺ at R_(DM)"),
        ("From $5 to $10", "From $5 to $10"),
        (r"An unknown $\mystery{\bar{x}}$ stays, \'et\'e", r"An unknown $\mystery{\bar{x}}$ stays, été"),
        (r"An unknown $\mystery{x}$ stays", r"An unknown $\mystery{x}$ stays"),
        (r"\textit{E. coli} and G{\"o}del and {DNA}", "E. coli and Gödel and DNA"),
        ("The set {0,1}", "The set {0,1}"),
    ],
)
def test_r29_simple_latex_becomes_readable_and_the_rest_stays(raw: str, clean: str) -> None:
    assert clean_title(raw) == clean


@pytest.mark.parametrize(
    "raw", ["", "   ", "<p></p>", "...", "–", "<i> </i>", "n/a", "(:unav)", ":{unav)", "[No title available]", "\ufffd"]
)
def test_r29_a_title_that_says_nothing_is_none(raw: str) -> None:
    assert clean_title(raw) == ""


@pytest.mark.parametrize("raw", ["None", "TBA", "7", "∞", "量子力学", "Unas", "AN ALL CAPITALS TITLE", "x+y", "عربي"])
def test_r29_short_and_strange_titles_are_titles(raw: str) -> None:
    assert clean_title(raw) == raw


def test_r29_invisible_and_forbidden_characters_go_and_directions_are_closed() -> None:
    assert clean_title("a\x00b\ud800c\u200bd\ufeff\u00ade") == "abcde"
    assert clean_title("open \u202eright to left") == "open right to left"
    assert clean_title("\u2067שלום\u2069 world") == "\u2067שלום\u2069 world"
    assert clean_title("می\u200cخواهم") == "می\u200cخواهم"
    assert clean_title("e\u0301te\u0301\u00a0\u2003x") == "été x"


def test_r29_misread_encodings_are_read_again_and_honest_text_is_left_alone() -> None:
    assert clean_title("JÃ¶rg Dâ€™Adamo VerÃ\xadssimo \x93quoted\x94") == "Jörg D’Adamo Veríssimo “quoted”"
    assert clean_title("«VI ER PÅ» São Paulo Ångström") == "«VI ER PÅ» São Paulo Ångström"


def test_r29_long_titles_are_cut_at_a_word_with_an_ellipsis() -> None:
    title = clean_title("word " * 400)
    assert len(title) <= 1000
    assert title.endswith("word…")


@given(st.text(), st.integers(min_value=2, max_value=40))
def test_r29_a_shortened_text_never_passes_the_limit(text: str, limit: int) -> None:
    assert length(shorten(text, limit)) <= limit


def test_r29_emoji_count_twice_because_schema_validators_may_count_so() -> None:
    assert length(shorten("\U0001f600" * 600, 1000)) <= 1000


@given(st.text())
def test_r53_a_clean_title_is_the_same_each_time(text: str) -> None:
    assert clean_title(text) == clean_title(text)


@pytest.mark.parametrize(
    ("title", "subtitle", "kept"),
    [
        ("Fit for Purpose?", "Fit for purpose", ""),
        ("Climate: a history", "A History", ""),
        ("Climate", "A history", "A history"),
        ("Climate", "", ""),
    ],
)
def test_r29_a_subtitle_that_the_title_says_already_is_not_repeated(title: str, subtitle: str, kept: str) -> None:
    assert new_subtitle(title, subtitle) == kept


def test_r29_abstracts_keep_paragraphs_and_lose_their_heading() -> None:
    raw = "<jats:title>Abstract</jats:title><p>First\n  line.</p><p>Second: CO<sub>2</sub>.<br/>New line</p>"
    assert clean_abstract(raw) == "First line.\n\nSecond: CO₂.\nNew line"
    assert clean_abstract("wrapped\nby hand\n\nnext") == "wrapped by hand\n\nnext"
    assert clean_abstract("No abstract available.") == ""


def test_r29_long_abstracts_fit_the_schema() -> None:
    assert length(clean_abstract("Something long. " * 1000)) <= 5000


def test_r29_deeply_nested_formulas_exhaust_nothing() -> None:
    assert clean_title("<math>" + "<mrow>" * 2000 + "<mi>x</mi></math> y") == "x y"
    assert clean_title("x <math>" + "<mrow>" * 20000) == "x"
