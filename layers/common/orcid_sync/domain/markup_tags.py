"""Tag names that are markup wherever they stand (HTML, JATS, publishers' own); anything else in brackets is text."""

from __future__ import annotations

SUBS = frozenset({"sub", "subscript", "inf", "sb"})
SUPS = frozenset({"sup", "superscript", "sp"})

_INLINE_TEXT = """
    i b u s a q em strong small big tt code span font strike sc scp smallcaps small-caps italic italics bold
    underline overline monospace roman sans-serif styled-content named-content ext-link xref uri email abbr cite
    ins del mark kbd var samp dfn bdi bdo ruby rb rt rp nobr wbr label img inline-formula inline-graphic
    inline-supplementary-material alternatives graphic target formula emph emphasis it ital bf hsp
    milestone-start milestone-end related-article chem inline-equation equation text pre acronym bibr fn
    tex-math related-object object-id processing-meta institution math mrow mi mn mo mtext mspace ms mfrac msqrt
    mroot mstyle mpadded mfenced menclose msub msup msubsup munder mover munderover mmultiscripts mtable mtr mtd
    semantics
"""
INLINE = frozenset(_INLINE_TEXT.split())

LINES = frozenset({"br", "break", "hr", "li", "list-item", "tr", "dt", "dd", "td", "th"})

_BLOCKS_TEXT = """
    p div sec title list ul ol dl h1 h2 h3 h4 h5 h6 table thead tbody blockquote section article header footer
    abstract abstracttext body html center fig caption para simple-para section-title disp-formula disp-quote
    def-list
"""
BLOCKS = frozenset(_BLOCKS_TEXT.split())

DROPPED_WITH_CONTENT = ("script", "style", "head", "annotation", "annotation-xml")

# The Greek letters of ISO 8879 (`isogrk1`) by which older publishers' files write them; HTML does not know these names.
GREEK_ENTITIES = {
    "agr": "α", "bgr": "β", "ggr": "γ", "dgr": "δ", "egr": "ε", "zgr": "ζ", "eegr": "η", "thgr": "θ", "igr": "ι",
    "kgr": "κ", "lgr": "λ", "mgr": "μ", "ngr": "ν", "xgr": "ξ", "ogr": "ο", "pgr": "π", "rgr": "ρ", "sgr": "σ",
    "sfgr": "ς", "tgr": "τ", "ugr": "υ", "phgr": "φ", "khgr": "χ", "psgr": "ψ", "ohgr": "ω", "Ggr": "Γ", "Dgr": "Δ",
    "THgr": "Θ", "Lgr": "Λ", "Xgr": "Ξ", "Pgr": "Π", "Sgr": "Σ", "PHgr": "Φ", "PSgr": "Ψ", "OHgr": "Ω",
}  # fmt: skip
